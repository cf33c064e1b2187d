"""The table `articles`: which pages are worth reading, and what became of asking for them."""

from datetime import datetime

from monitor.model_pages import PageRead, PageWanted
from monitor.store import identity
from monitor.store.connection import Connection


def wanted(connection: Connection, *, near: bool, since: datetime, now: datetime, limit: int) -> list[PageWanted]:
    """The reports whose page should be read now, the most relevant first.

    Of feeds with `full_text` all, and with `near` those of any feed that came close to a claim or name an entity.
    """
    rows = connection.rows(
        """
        SELECT
            r.id, r.url, r.title, LENGTH(r.summary) AS own_chars, COALESCE(a.attempts, 0) AS attempts,
            (SELECT MAX(v.best_claim_score) FROM verdicts v WHERE v.report_id = r.id) AS score
        FROM reports r
        JOIN feeds f ON f.id = r.feed_id
        LEFT JOIN articles a ON a.report_id = r.id
        WHERE r.first_seen_at >= :since
          AND r.content = ''
          AND r.url IS NOT NULL
          AND r.duplicate_of IS NULL
          AND f.active = 1
          AND (:near OR f.full_text = 1)
          AND (a.report_id IS NULL OR (a.state = 'waiting' AND a.next_attempt_at <= :now))
          AND EXISTS (
              SELECT 1 FROM verdicts v
              WHERE v.report_id = r.id
                AND (
                    f.full_text = 1
                    OR (:near AND (v.decision IN ('matched', 'near miss') OR v.entities <> '[]'))
                )
          )
        ORDER BY score IS NULL, score DESC, r.id DESC
        LIMIT :limit
        """,
        {"near": near, "since": since, "now": now, "limit": limit},
    )
    return [
        PageWanted(
            report_id=row["id"],
            url=row["url"],
            title=row["title"],
            own_chars=row["own_chars"],
            attempts=row["attempts"],
        )
        for row in rows
    ]


def record(connection: Connection, page: PageRead, now: datetime) -> bool:
    """Keep what came of a page; a text that was read has its report judged again. Gives whether that is so."""
    text_hash = identity.words_hash(page.text) if page.state == "read" else None
    about = {"report_id": page.report_id, "host": page.host, "text_hash": text_hash, "text": page.text, "now": now}
    state, error = page.state, page.error
    if text_hash and _is_wall(connection, about):
        state, error = "failed", "the site shows the same text for different pages, so it is no article's"
    connection.run(
        """
        INSERT INTO articles (report_id, state, attempts, next_attempt_at, status, error, text_hash, host, asked_at)
        SELECT id, :state, 1, :next_attempt_at, :status, :error, :text_hash, :host, :now
        FROM reports WHERE id = :report_id
        ON CONFLICT (report_id) DO UPDATE SET
            state = excluded.state, attempts = attempts + 1, next_attempt_at = excluded.next_attempt_at,
            status = excluded.status, error = excluded.error, text_hash = excluded.text_hash, asked_at = :now
        """,
        about | {"state": state, "next_attempt_at": page.next_attempt_at, "status": page.status, "error": error},
    )
    if state != "read":
        return False
    # The version makes it wait for another judgement, like any edit; the hash stays that of the feed's own words.
    changed = connection.run(
        """
        UPDATE reports SET content = :text, text_source = 'page', version = version + 1
        WHERE id = :report_id AND content = ''
        """,
        about,
    )
    return changed > 0


def _is_wall(connection: Connection, about: dict[str, object]) -> bool:
    """Whether other headlines of the host led to this very text; those that took it for an article's give it back."""
    others = connection.rows(
        """
        SELECT a.report_id
        FROM articles a
        JOIN reports r ON r.id = a.report_id
        JOIN reports own ON own.id = :report_id
        WHERE a.host = :host AND a.text_hash = :text_hash AND a.report_id <> :report_id
          AND r.title_hash <> own.title_hash
        """,
        about,
    )
    for other in others:
        connection.run(
            """
            UPDATE reports SET content = '', text_source = 'feed', version = version + 1
            WHERE id = :report_id AND text_source = 'page'
            """,
            other,
        )
        connection.run("UPDATE articles SET state = 'failed' WHERE report_id = :report_id", other)
    return bool(others)
