"""The table `feeds`: what is configured, what its server told us, and when it is due."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.model import (
    FeedNews,
    FeedOutcome,
    FeedSource,
    FeedStanding,
    FeedState,
    Message,
    Recipient,
    Validators,
)
from monitor.store import deliveries
from monitor.store.connection import Connection
from monitor.store.values import from_iso, from_iso_or_none, to_json

ARRIVALS = 30  # as many polls with news tell a feed's rhythm


def sync(connection: Connection, sources: Sequence[FeedSource]) -> None:
    """Make the table follow the configuration. A feed that left it keeps its reports and is no longer polled."""
    connection.run("UPDATE feeds SET active = 0")
    for source in sources:
        connection.run(
            """
            INSERT INTO feeds (
                url, title, tags, publisher, language, configured_interval_s, full_text,
                active, interval_s, next_poll_why, failures, moved_count, gone_count, retired
            )
            VALUES (
                :url, :title, :tags, :publisher, :language, :interval_s, :full_text,
                1, COALESCE(:interval_s, :default_interval_s), '', 0, 0, 0, 0
            )
            ON CONFLICT (url) DO UPDATE SET
                title = COALESCE(excluded.title, title),
                tags = excluded.tags,
                publisher = excluded.publisher,
                language = excluded.language,
                configured_interval_s = excluded.configured_interval_s,
                full_text = excluded.full_text,
                active = 1
            """,
            {
                "url": source.url,
                "title": source.title,
                "tags": to_json(source.tags),
                "publisher": source.publisher,
                "language": source.language,
                "interval_s": source.interval_s,
                "full_text": source.full_text,
                "default_interval_s": FeedState(url=source.url).interval_s,
            },
        )


def due(
    connection: Connection, now: datetime, urls: Sequence[str] | None, force: bool
) -> list[tuple[FeedSource, FeedState]]:
    """The feeds to poll, longest overdue first; `force` gives those that are not due or retired, too."""
    found = connection.rows(
        """
        SELECT *
        FROM feeds
        WHERE active = 1
          AND (:force OR (retired = 0 AND (next_poll_at IS NULL OR next_poll_at <= :now)))
          AND (:urls IS NULL OR url IN (SELECT value FROM json_each(:urls)))
        ORDER BY next_poll_at IS NOT NULL, next_poll_at, id
        """,
        {"now": now, "force": force, "urls": None if urls is None else to_json(urls)},
    )
    return [(_source(row), _state(row)) for row in found]


def next_due_at(connection: Connection) -> str | None:
    """When the next feed is due, as stored; None without feeds, the far past if one was never polled."""
    found: str | None = connection.value(
        "SELECT MIN(COALESCE(next_poll_at, '0001')) AS at FROM feeds WHERE active = 1 AND retired = 0"
    )
    return found


def find(connection: Connection, url: str) -> dict[str, Any] | None:
    """The feed's row."""
    return connection.row("SELECT * FROM feeds WHERE url = :url", {"url": url})


def record(
    connection: Connection, feed_id: int, outcome: FeedOutcome, state: FeedState, *, new: int, now: datetime
) -> None:
    """Keep what the poll taught: validators, failures, next time. In the transaction of the reports, never before."""
    connection.run(
        """
        UPDATE feeds SET
            title = COALESCE(title, :title),
            etag = :etag,
            last_modified = :last_modified,
            body_hash = :body_hash,
            full_at = :full_at,
            interval_s = :interval_s,
            next_poll_at = :next_poll_at,
            next_poll_why = :next_poll_why,
            first_polled_at = COALESCE(first_polled_at, :first_polled_at, CASE WHEN :ok THEN :now END),
            last_polled_at = :now,
            last_success_at = CASE WHEN :ok THEN :now ELSE last_success_at END,
            last_new_at = CASE WHEN :new > 0 THEN :now ELSE last_new_at END,
            failures = :failures,
            -- While we are offline, no feed is blamed: what is known of it stays.
            answering_since = CASE WHEN :ok AND failing_since < :day_ago THEN :now ELSE answering_since END,
            failing_since = CASE
                WHEN :ok THEN NULL WHEN :offline THEN failing_since ELSE COALESCE(failing_since, :now)
            END,
            last_error = CASE WHEN :offline THEN last_error ELSE :error END,
            last_error_kind = CASE WHEN :offline THEN last_error_kind ELSE :error_kind END,
            moved_to = :moved_to,
            moved_count = :moved_count,
            gone_count = :gone_count,
            retired = :retired,
            hint_s = :hint_s,
            quiet_after_s = :quiet_after_s
        WHERE id = :feed_id
        """,
        {
            "feed_id": feed_id,
            "title": outcome.feed.title if outcome.feed else None,
            "etag": state.validators.etag,
            "last_modified": state.validators.last_modified,
            "body_hash": state.validators.body_hash,
            "full_at": state.validators.full_at,
            "interval_s": state.interval_s,
            "next_poll_at": state.next_poll_at,
            "next_poll_why": state.next_poll_why,
            "first_polled_at": state.first_polled_at,
            "ok": outcome.error is None,
            "now": now,
            "day_ago": now - timedelta(days=1),
            "new": new,
            "failures": state.failures,
            "error": outcome.error,
            "error_kind": outcome.error_kind,
            "offline": outcome.error_kind == "offline",
            "moved_to": state.moved_to,
            "moved_count": state.moved_count,
            "gone_count": state.gone_count,
            "retired": state.retired,
            "hint_s": state.hint_s,
            "quiet_after_s": state.quiet_after_s,
        },
    )


def listing(connection: Connection) -> list[dict[str, Any]]:
    """Every feed with its health, those in trouble first."""
    return connection.rows(
        """
        SELECT * FROM v_feed_health
        WHERE health <> 'removed'
        ORDER BY CASE health WHEN 'failing' THEN 0 WHEN 'retired' THEN 1 WHEN 'silent' THEN 2 ELSE 3 END, url
        """
    )


def arrivals(connection: Connection, url: str) -> tuple[datetime, ...]:
    """When the feed lately brought something new, oldest first; its first sight left out."""
    rows = connection.rows(
        """
        SELECT DISTINCT r.first_seen_at AS at
        FROM reports r
        JOIN feeds f ON f.id = r.feed_id
        WHERE f.url = :url AND r.first_sight = 0
        ORDER BY at DESC
        LIMIT :kept
        """,
        {"url": url, "kept": ARRIVALS},
    )
    return tuple(from_iso(row["at"]) for row in reversed(rows))


def standings(connection: Connection) -> list[FeedStanding]:
    """How each configured feed fares, and what people were last told of that."""
    rows = connection.rows(
        """
        SELECT *, MAX(COALESCE(last_new_at, first_polled_at), COALESCE(answering_since, '')) AS quiet_since
        FROM feeds
        WHERE active = 1
        ORDER BY id
        """
    )
    return [
        FeedStanding(
            url=row["url"],
            title=row["title"],
            failures=row["failures"],
            failing_since=from_iso_or_none(row["failing_since"]),
            last_error=row["last_error"],
            last_success_at=from_iso_or_none(row["last_success_at"]),
            quiet_since=from_iso_or_none(row["quiet_since"]),
            quiet_after_s=row["quiet_after_s"],
            retired=bool(row["retired"]),
            told=row["told"],
        )
        for row in rows
    ]


def tell(
    connection: Connection,
    news: Sequence[FeedNews],
    headline: str,
    told: Sequence[tuple[Recipient, Message, datetime]],
    now: datetime,
) -> None:
    """Keep a notice on feeds with its messages and when each is due, and that it was told."""
    notice_id = connection.insert(
        "INSERT INTO notices (kind, headline, reason, created_at) VALUES ('feeds', :headline, :reason, :now)",
        {"headline": headline, "reason": "\n".join(one.sentence for one in news), "now": now},
    )
    for one in news:
        connection.run(
            "UPDATE feeds SET told = :told, told_at = :now WHERE url = :url",
            {"told": one.now, "url": one.url, "now": now},
        )
    for recipient, message, due_at in told:
        deliveries.add(
            connection,
            kind="notice",
            recipient=recipient,
            message=message,
            now=now,
            notice_id=notice_id,
            due_at=due_at,
        )


def _source(row: dict[str, Any]) -> FeedSource:
    return FeedSource(
        url=row["url"],
        title=row["title"],
        tags=tuple(json.loads(row["tags"])),
        interval_s=row["configured_interval_s"],
        full_text=bool(row["full_text"]),
        publisher=row["publisher"],
        language=row["language"],
    )


def _state(row: dict[str, Any]) -> FeedState:
    return FeedState(
        url=row["url"],
        validators=Validators(
            etag=row["etag"],
            last_modified=row["last_modified"],
            body_hash=row["body_hash"],
            full_at=from_iso_or_none(row["full_at"]),
        ),
        first_polled_at=from_iso_or_none(row["first_polled_at"]),
        next_poll_at=from_iso_or_none(row["next_poll_at"]),
        interval_s=row["interval_s"],
        failures=row["failures"],
        moved_to=row["moved_to"],
        moved_count=row["moved_count"],
        gone_count=row["gone_count"],
        retired=bool(row["retired"]),
        next_poll_why=row["next_poll_why"],
        hint_s=row["hint_s"],
        quiet_after_s=row["quiet_after_s"],
    )
