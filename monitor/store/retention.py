"""What is removed when it is old: reports that left their feed long ago and that nothing hangs on."""

from datetime import datetime
from typing import Any

from monitor.store import tombstones
from monitor.store.connection import Connection

# An alert, a person's word and another report that refers to it keep a report.
_FREE = """
    NOT EXISTS (SELECT 1 FROM alerts a WHERE a.report_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM marks k WHERE k.report_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM reports o WHERE o.duplicate_of = r.id OR o.copy_of = r.id)
"""


def remove_reports(
    connection: Connection, *, before: datetime, matched_before: datetime | None, limit: int, now: datetime
) -> int:
    """Remove some reports last seen before that time (those that match a claim: before the other), with tombstones.

    Gives how many; a report that others refer to goes after them, so ask until it is none.
    """
    rows = connection.rows(
        f"""
        SELECT r.id, r.feed_id, r.key, r.text_hash
        FROM reports r
        WHERE r.in_feed = 0
          AND r.last_seen_at < :before
          AND (
              r.last_seen_at < COALESCE(:matched_before, '')
              OR NOT EXISTS (SELECT 1 FROM matches m WHERE m.report_id = r.id)
          )
          AND {_FREE}
        ORDER BY r.last_seen_at DESC, r.id DESC
        LIMIT :limit
        """,
        {"before": before, "matched_before": matched_before, "limit": limit},
    )
    for row in rows:
        _remove(connection, row, now)
    return len(rows)


def close_dead_feeds(connection: Connection, before: datetime) -> None:
    """Take the reports of feeds that last answered before that time as last seen then: nobody will see them leave."""
    connection.run(
        """
        UPDATE reports SET in_feed = 0, last_seen_at = MAX(reports.last_seen_at, COALESCE(f.last_success_at, ''))
        FROM feeds f
        WHERE f.id = reports.feed_id
          AND reports.in_feed = 1
          AND (f.last_success_at IS NULL OR f.last_success_at < :before)
        """,
        {"before": before},
    )


def remove_empty_stories(connection: Connection) -> int:
    """Remove the stories that no report and no alert belongs to any more."""
    return connection.run(
        """
        DELETE FROM stories
        WHERE NOT EXISTS (SELECT 1 FROM reports r WHERE r.story_id = stories.id)
          AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.story_id = stories.id)
        """
    )


def _remove(connection: Connection, row: dict[str, Any], now: datetime) -> None:
    tombstones.put(connection, row, now)
    connection.run("DELETE FROM reports WHERE id = :id", row)
