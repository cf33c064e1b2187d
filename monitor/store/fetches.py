"""The table `fetches`: one row for each poll of each feed."""

from datetime import datetime

from monitor.model import FeedOutcome
from monitor.store.connection import Connection
from monitor.store.records import PollStored


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


def prune(connection: Connection, before: datetime) -> int:
    """Forget polls older than that; gives how many. Reports stay."""
    return connection.run("DELETE FROM fetches WHERE started_at < :before", {"before": before})
