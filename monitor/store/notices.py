"""The table `notices`, and the rhythm of a baseline's coverage that they are about."""

from collections.abc import Sequence
from datetime import datetime

from monitor.model import Message, Recipient
from monitor.model_digest import Notice
from monitor.store import deliveries
from monitor.store.connection import Connection
from monitor.store.values import from_iso, from_iso_or_none


def add(
    connection: Connection, notice: Notice, told: Sequence[tuple[Recipient, Message, datetime]], now: datetime
) -> int:
    """Keep a notice with its messages and when they are due; gives its id."""
    notice_id = connection.insert(
        """
        INSERT INTO notices (kind, baseline_id, headline, reason, created_at)
        VALUES (:kind, :baseline_id, :headline, :reason, :now)
        """,
        {
            "kind": notice.kind,
            "baseline_id": notice.baseline_id,
            "headline": notice.headline,
            "reason": notice.reason,
            "now": now,
        },
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
    return notice_id


def last(connection: Connection, baseline_id: str, kind: str) -> datetime | None:
    """When the last notice of that kind was made."""
    sql = "SELECT MAX(created_at) AS at FROM notices WHERE baseline_id = :baseline_id AND kind = :kind"
    return from_iso_or_none(connection.value(sql, {"baseline_id": baseline_id, "kind": kind}))


def story_starts(connection: Connection, baseline_id: str, since: datetime) -> tuple[datetime, ...]:
    """When each story that matches the baseline was first seen to do so, oldest first; first sights left out."""
    rows = connection.rows(
        """
        SELECT MIN(r.first_seen_at) AS at
        FROM matches m
        JOIN reports r ON r.id = m.report_id
        WHERE m.baseline_id = :baseline_id
          AND m.matched_at >= :since
          AND r.first_seen_at >= :since
          AND r.first_sight = 0
        GROUP BY COALESCE('s' || r.story_id, 'r' || r.id)
        ORDER BY at
        """,
        {"baseline_id": baseline_id, "since": since},
    )
    return tuple(from_iso(row["at"]) for row in rows)


def watched_since(connection: Connection, baseline_id: str) -> datetime | None:
    """Since when the baseline has been known."""
    return from_iso_or_none(connection.value("SELECT added_at FROM baselines WHERE id = :id", {"id": baseline_id}))


def last_poll(connection: Connection) -> datetime | None:
    """When a feed last answered."""
    return from_iso_or_none(connection.value("SELECT MAX(last_success_at) AS at FROM feeds WHERE active = 1"))
