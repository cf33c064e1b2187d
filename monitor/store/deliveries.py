"""The table `deliveries`, the outbox: a row is claimed, sent, marked; at least once, and a repeat is recognisable."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Delivery, Message, Recipient
from monitor.store import alerts
from monitor.store.connection import Connection
from monitor.store.values import to_json

# A claim older than this belongs to a program that died while sending: longer than any channel's own time limit.
LEASE_S = 600


def add(
    connection: Connection,
    *,
    kind: str,
    recipient: Recipient,
    message: Message,
    now: datetime,
    alert_id: int | None = None,
    digest_id: int | None = None,
) -> int:
    """Put a message into the outbox, due at once; gives the delivery's id."""
    return connection.insert(
        """
        INSERT INTO deliveries (
            kind, alert_id, digest_id, recipient, channel, address, message_id, subject, text, html, in_reply_to,
            headers, state, attempts, interrupted, next_attempt_at, created_at
        )
        VALUES (
            :kind, :alert_id, :digest_id, :recipient, :channel, :address, :message_id, :subject, :text, :html,
            :in_reply_to, :headers, 'waiting', 0, 0, :now, :now
        )
        """,
        {
            "kind": kind,
            "alert_id": alert_id,
            "digest_id": digest_id,
            "recipient": recipient.name,
            "channel": recipient.channel,
            "address": recipient.address,
            "message_id": message.message_id,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "in_reply_to": message.in_reply_to,
            "headers": to_json(message.headers),
            "now": now,
        },
    )


def claim(connection: Connection, now: datetime, limit: int, without: Collection[str]) -> list[Delivery]:
    """Take what is due, oldest first, and what a program that died had taken. Nobody else gets it for LEASE_S.

    Channels in `without` are left out.
    """
    rows = connection.rows(
        """
        SELECT *
        FROM deliveries
        WHERE ((state = 'waiting' AND next_attempt_at <= :now) OR (state = 'sending' AND claimed_at <= :lapsed))
          AND channel NOT IN (SELECT value FROM json_each(:without))
        ORDER BY id
        LIMIT :limit
        """,
        {
            "now": now,
            "lapsed": now - timedelta(seconds=LEASE_S),
            "without": to_json(sorted(without)),
            "limit": limit,
        },
    )
    for row in rows:
        connection.run(
            """
            UPDATE deliveries SET
                interrupted = interrupted + (state = 'sending'),
                state = 'sending',
                attempts = attempts + 1,
                claimed_at = :now
            WHERE id = :id
            """,
            {"id": row["id"], "now": now},
        )
    return [_to_delivery(row, attempts=row["attempts"] + 1) for row in rows]


def mark_sent(connection: Connection, delivery_id: int, now: datetime) -> None:
    """The channel accepted it."""
    connection.run(
        """
        UPDATE deliveries SET state = 'sent', sent_at = :now, last_error = NULL
        WHERE id = :id AND state <> 'sent'
        """,
        {"id": delivery_id, "now": now},
    )
    _settle(connection, delivery_id, now)


def mark_failed(connection: Connection, delivery_id: int, now: datetime, error: str, retry_at: datetime | None) -> None:
    """The channel did not accept it: try again then, or, without a time, park it and show it."""
    connection.run(
        """
        UPDATE deliveries SET
            state = CASE WHEN :retry_at IS NULL THEN 'failed' ELSE 'waiting' END,
            next_attempt_at = COALESCE(:retry_at, next_attempt_at),
            last_error = :error
        WHERE id = :id AND state = 'sending'
        """,
        {"id": delivery_id, "retry_at": retry_at, "error": error},
    )
    _settle(connection, delivery_id, now)


def retry(connection: Connection, delivery_id: int, now: datetime) -> bool:
    """Take a parked row back into the queue; False if there is no such row."""
    return (
        connection.run(
            "UPDATE deliveries SET state = 'waiting', next_attempt_at = :now WHERE id = :id AND state = 'failed'",
            {"id": delivery_id, "now": now},
        )
        == 1
    )


def listing(connection: Connection, *, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Deliveries, newest first."""
    return connection.rows(
        """
        SELECT * FROM v_deliveries
        WHERE :state IS NULL OR state = :state
        ORDER BY delivery_id DESC
        LIMIT :limit
        """,
        {"state": state, "limit": limit},
    )


def _settle(connection: Connection, delivery_id: int, now: datetime) -> None:
    alert_id = connection.value("SELECT alert_id FROM deliveries WHERE id = :id", {"id": delivery_id})
    if alert_id is not None:
        alerts.settle(connection, alert_id, now)


def _to_delivery(row: dict[str, Any], *, attempts: int) -> Delivery:
    return Delivery(
        id=row["id"],
        kind=row["kind"],
        recipient=row["recipient"],
        channel=row["channel"],
        address=row["address"],
        message=Message(
            message_id=row["message_id"],
            subject=row["subject"],
            text=row["text"],
            html=row["html"],
            in_reply_to=row["in_reply_to"],
            headers=tuple((name, value) for name, value in json.loads(row["headers"])),
        ),
        attempts=attempts,
    )
