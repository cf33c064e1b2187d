"""Feeds that raise too many alerts in a day: how many there were, and who was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.model import Message, Recipient
from monitor.store import deliveries
from monitor.store.connection import Connection

REASON = "too many of one feed"  # how the reason of an alert begins that was throttled for the number of its feed


def alerts_of_feed(connection: Connection, feed_url: str, since: datetime, *, without_report: int | None = None) -> int:
    """How many alerts on the feed's reports people were told, or are about to be, since then.

    `without_report`: as if that one had not come.
    """
    found = connection.value(
        """
        SELECT COUNT(DISTINCT a.story_id || ' ' || a.claim_id) AS alerts
        FROM alerts a
        JOIN reports r ON r.id = a.report_id
        JOIN feeds f ON f.id = r.feed_id
        WHERE f.url = :url AND a.created_at >= :since AND a.state IN ('pending', 'sent')
          AND a.report_id IS NOT :without
        """,
        {"url": feed_url, "since": since, "without": without_report},
    )
    return int(found)


def untold(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """The feeds with alerts throttled for their number since then, where nobody was told of it since."""
    return connection.rows(
        """
        SELECT f.url, f.title, COUNT(*) AS throttled
        FROM alerts a
        JOIN reports r ON r.id = a.report_id
        JOIN feeds f ON f.id = r.feed_id
        WHERE a.created_at >= :since AND a.state = 'throttled' AND a.reason LIKE :reason
          AND (f.flood_told_at IS NULL OR f.flood_told_at < :since)
        GROUP BY f.id
        ORDER BY f.url
        """,
        {"since": since, "reason": f"{REASON}%"},
    )


def tell(
    connection: Connection,
    url: str,
    headline: str,
    told: Sequence[tuple[Recipient, Message, datetime]],
    now: datetime,
) -> None:
    """Keep a notice of a flood with its messages and when each is due."""
    notice_id = connection.insert(
        "INSERT INTO notices (kind, headline, reason, created_at) VALUES ('flood', :headline, :url, :now)",
        {"headline": headline, "url": url, "now": now},
    )
    connection.run("UPDATE feeds SET flood_told_at = :now WHERE url = :url", {"url": url, "now": now})
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
