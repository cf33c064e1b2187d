"""The table `mutes`: what a person wants no alerts on for a while."""

from datetime import datetime
from typing import Any

from monitor.model import Mute
from monitor.store.connection import Connection
from monitor.store.values import from_iso


def add(connection: Connection, mute: Mute, now: datetime) -> int:
    """Keep a mute or a snooze; gives its id."""
    return connection.insert(
        """
        INSERT INTO mutes (kind, rule, baseline_id, claim_id, story_id, until, note, created_at)
        VALUES (:kind, :rule, :baseline_id, :claim_id, :story_id, :until, :note, :now)
        """,
        {
            "kind": mute.kind,
            "rule": mute.rule,
            "baseline_id": mute.baseline_id,
            "claim_id": mute.claim,
            "story_id": mute.story_id,
            "until": mute.until,
            "note": mute.note,
            "now": now,
        },
    )


def lift(connection: Connection, mute_id: int, now: datetime) -> bool:
    """End a mute before its time; False if none of that id is in force."""
    sql = "UPDATE mutes SET lifted_at = :now WHERE id = :id AND lifted_at IS NULL AND until > :now"
    return connection.run(sql, {"id": mute_id, "now": now}) == 1


def active(connection: Connection, now: datetime) -> tuple[Mute, ...]:
    """What is in force, the first to end first."""
    return tuple(_to_mute(row) for row in listing(connection, now))


def listing(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """The rows of what is in force."""
    return connection.rows(
        """
        SELECT id, kind, rule, baseline_id, claim_id, story_id, until, note, created_at
        FROM mutes
        WHERE lifted_at IS NULL AND until > :now
        ORDER BY until, id
        """,
        {"now": now},
    )


def _to_mute(row: dict[str, Any]) -> Mute:
    return Mute(
        id=row["id"],
        kind=row["kind"],
        rule=row["rule"],
        baseline_id=row["baseline_id"],
        claim=row["claim_id"],
        story_id=row["story_id"],
        until=from_iso(row["until"]),
        note=row["note"],
    )
