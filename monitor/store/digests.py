"""The tables `digests` and `digest_members`: what each recipient was told, so that the next one tells the rest."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from monitor.model import Message, Recipient, Standing
from monitor.model_digest import ClaimChange, DigestMember
from monitor.store import deliveries
from monitor.store.connection import Connection
from monitor.store.values import from_iso_or_none, to_json

# A digest whose delivery was given up told nobody anything.
DELIVERED = "EXISTS (SELECT 1 FROM deliveries d WHERE d.digest_id = g.id AND d.state NOT IN ('failed', 'dropped'))"

Standings = dict[tuple[str, str], Standing]


def last_composed_at(connection: Connection, recipient: str) -> datetime | None:
    """When the recipient's last digest was composed."""
    return from_iso_or_none(
        connection.value(
            f"SELECT MAX(g.composed_at) AS at FROM digests g WHERE g.recipient = :recipient AND {DELIVERED}",
            {"recipient": recipient},
        )
    )


def last_made_at(connection: Connection, recipient: str) -> datetime | None:
    """When the recipient's last digest was due and composed, also if there was nothing to tell."""
    sql = "SELECT MAX(composed_at) AS at FROM digests WHERE recipient = :recipient AND local_date IS NOT NULL"
    return from_iso_or_none(connection.value(sql, {"recipient": recipient}))


def last_local_date(connection: Connection, recipient: str) -> date | None:
    """The last local date for which the recipient's digest was made."""
    found = connection.value(
        "SELECT MAX(local_date) AS day FROM digests WHERE recipient = :recipient", {"recipient": recipient}
    )
    return date.fromisoformat(found) if found else None


def last_told_day(connection: Connection, recipient: str) -> date | None:
    """The local date of the last digest that went out; without any, of the first that had nothing to tell."""
    found = connection.value(
        f"""
        SELECT COALESCE(
            MAX(CASE WHEN {DELIVERED} THEN COALESCE(g.local_date, substr(g.composed_at, 1, 10)) END),
            MIN(g.local_date)
        ) AS day
        FROM digests g
        WHERE g.recipient = :recipient
        """,
        {"recipient": recipient},
    )
    return date.fromisoformat(found) if found else None


def last_standings(connection: Connection, recipient: str) -> Standings:
    """The standing of each claim as the recipient was last told."""
    found = connection.value(
        f"""
        SELECT g.standings
        FROM digests g
        WHERE g.recipient = :recipient
          AND {DELIVERED}
        ORDER BY g.id DESC
        LIMIT 1
        """,
        {"recipient": recipient},
    )
    return {(baseline, claim): Standing(standing) for baseline, claim, standing in json.loads(found or "[]")}


def record(
    connection: Connection,
    recipient: Recipient,
    message: Message,
    members: Sequence[DigestMember],
    local_date: date | None,
    now: datetime,
    *,
    alert_ids: Sequence[int],
    changes: Sequence[ClaimChange],
    fault: str | None = None,
) -> int | None:
    """Keep a digest, what it tells, and its delivery; None if the recipient has one of that local date already.

    With a fault the delivery is parked, and the digest told nobody anything.
    """
    if local_date is not None and _exists(connection, recipient.name, local_date):
        return None
    standings = last_standings(connection, recipient.name)
    standings.update({(change.baseline_id, change.claim): change.after for change in changes})
    digest_id = connection.insert(
        """
        INSERT INTO digests (recipient, local_date, subject, standings, composed_at)
        VALUES (:recipient, :local_date, :subject, :standings, :now)
        """,
        {
            "recipient": recipient.name,
            "local_date": local_date.isoformat() if local_date else None,
            "subject": message.subject,
            "standings": to_json([[*claim, standing] for claim, standing in sorted(standings.items())]),
            "now": now,
        },
    )
    for member in members:
        _add_member(connection, digest_id, recipient.name, member)
    for alert_id in alert_ids:
        _add_alert(connection, digest_id, recipient.name, alert_id)
    deliveries.add(
        connection, kind="digest", recipient=recipient, message=message, now=now, digest_id=digest_id, fault=fault
    )
    return digest_id


def skip(connection: Connection, recipient: str, local_date: date, now: datetime) -> None:
    """Keep that there was nothing to tell on that local date. Without a delivery it counts as told to nobody."""
    connection.run(
        """
        INSERT OR IGNORE INTO digests (recipient, local_date, subject, standings, composed_at)
        VALUES (:recipient, :local_date, '', '[]', :now)
        """,
        {"recipient": recipient, "local_date": local_date.isoformat(), "now": now},
    )


def _exists(connection: Connection, recipient: str, local_date: date) -> bool:
    sql = "SELECT 1 FROM digests WHERE recipient = :recipient AND local_date = :local_date"
    return connection.value(sql, {"recipient": recipient, "local_date": local_date.isoformat()}) is not None


def _add_member(connection: Connection, digest_id: int, recipient: str, member: DigestMember) -> None:
    connection.run(
        """
        INSERT INTO digest_members (digest_id, recipient, baseline_id, report_id, claim_id, relation)
        SELECT :digest_id, :recipient, m.baseline_id, m.report_id, m.claim_id, m.relation
        FROM matches m
        WHERE m.report_id = :report_id AND m.baseline_id = :baseline_id AND m.claim_id = :claim
        ON CONFLICT (recipient, report_id, baseline_id, claim_id, relation) WHERE alert_id IS NULL
            DO UPDATE SET digest_id = excluded.digest_id
        """,
        {
            "digest_id": digest_id,
            "recipient": recipient,
            "report_id": member.report_id,
            "baseline_id": member.baseline_id,
            "claim": member.claim,
        },
    )


def _add_alert(connection: Connection, digest_id: int, recipient: str, alert_id: int) -> None:
    connection.run(
        """
        INSERT INTO digest_members (digest_id, recipient, baseline_id, report_id, claim_id, relation, alert_id)
        SELECT :digest_id, :recipient, a.baseline_id, a.report_id, a.claim_id, a.relation, a.id
        FROM alerts a
        WHERE a.id = :alert_id
        ON CONFLICT (recipient, alert_id) WHERE alert_id IS NOT NULL DO UPDATE SET digest_id = excluded.digest_id
        """,
        {"digest_id": digest_id, "recipient": recipient, "alert_id": alert_id},
    )
