"""The table `fetches`: the last polls of each feed, one row for each."""

from datetime import datetime
from typing import Any

from monitor.model import FeedOutcome
from monitor.store.connection import Connection
from monitor.store.records import PollStored

KEPT = 30  # of each feed: enough to see a pattern, however many feeds there are


def record(connection: Connection, feed_id: int, outcome: FeedOutcome, stored: PollStored) -> None:
    """Keep how the poll went."""
    connection.run(
        """
        INSERT INTO fetches (
            feed_id, started_at, duration_s, result, status, final_url, size_bytes,
            format, items, skipped, new_reports, revised_reports, error_kind, error
        )
        VALUES (
            :feed_id, :started_at, :duration_s, :result, :status, :final_url, :size_bytes,
            :format, :items, :skipped, :new_reports, :revised_reports, :error_kind, :error
        )
        """,
        {
            "feed_id": feed_id,
            "started_at": outcome.started_at,
            "duration_s": outcome.duration_s,
            "result": "failed" if outcome.error else "unchanged" if outcome.unchanged else "read",
            "status": outcome.status,
            "final_url": outcome.final_url,
            "size_bytes": outcome.size_bytes,
            "format": outcome.feed.format if outcome.feed else None,
            "items": len(outcome.feed.reports) if outcome.feed else 0,
            "skipped": outcome.feed.skipped if outcome.feed else 0,
            "new_reports": stored.new,
            "revised_reports": stored.revised,
            "error_kind": outcome.error_kind,
            "error": outcome.error,
        },
    )
    _forget_old(connection, feed_id)


def history(connection: Connection, url: str) -> list[dict[str, Any]]:
    """The polls of a feed that are kept, newest first."""
    return connection.rows(
        """
        SELECT
            p.started_at, p.result, p.status, p.items, p.new_reports, p.revised_reports, p.skipped, p.size_bytes,
            p.format, ROUND(p.duration_s, 2) AS duration_s, p.final_url, p.error_kind, p.error
        FROM fetches p
        JOIN feeds f ON f.id = p.feed_id
        WHERE f.url = :url
        ORDER BY p.id DESC
        """,
        {"url": url},
    )


def latest_errors(connection: Connection, since: datetime) -> dict[str, str | None]:
    """How the last poll of each feed that was asked since then failed, by one word; None where it went well."""
    rows = connection.rows(
        """
        SELECT f.url, p.error_kind
        FROM fetches p
        JOIN feeds f ON f.id = p.feed_id
        WHERE p.id IN (SELECT MAX(id) FROM fetches WHERE started_at >= :since GROUP BY feed_id)
        """,
        {"since": since},
    )
    return {row["url"]: row["error_kind"] for row in rows}


def _forget_old(connection: Connection, feed_id: int) -> None:
    connection.run(
        """
        DELETE FROM fetches
        WHERE feed_id = :feed_id
          AND id <= (SELECT id FROM fetches WHERE feed_id = :feed_id ORDER BY id DESC LIMIT 1 OFFSET :kept)
        """,
        {"feed_id": feed_id, "kept": KEPT},
    )
