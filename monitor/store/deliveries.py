"""The table `deliveries`, the outbox: a row is claimed, sent, marked; at least once, and a repeat is recognisable."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Delivery, Message, Recipient
from monitor.store import alerts
from monitor.store.connection import Connection
from monitor.store.values import from_iso, to_json

DEATHS_BEFORE_WAITING = 3
DEATHS_WAIT_S = 600
DEATHS_BEFORE_PARKING = 10


def add(
    connection: Connection,
    *,
    kind: str,
    recipient: Recipient,
    message: Message,
    now: datetime,
    alert_id: int | None = None,
    digest_id: int | None = None,
    notice_id: int | None = None,
    due_at: datetime | None = None,
    fault: str | None = None,
) -> int:
    """Put a message into the outbox, due at once or at the given time; gives the delivery's id.

    With a fault it is parked there with that reason: it was to be told, and cannot be.
    """
    delivery_id = connection.insert(
        """
        INSERT INTO deliveries (
            kind, alert_id, digest_id, notice_id, recipient, channel, address, message_id, subject, text, html,
            in_reply_to, headers, payload, state, attempts, interrupted, holds_up, next_attempt_at, last_error,
            created_at
        )
        VALUES (
            :kind, :alert_id, :digest_id, :notice_id, :recipient, :channel, :address, :message_id, :subject, :text,
            :html, :in_reply_to, :headers, :payload, :state, 0, 0, '', :due_at, :fault, :now
        )
        """,
        _message_values(message)
        | {
            "kind": kind,
            "alert_id": alert_id,
            "digest_id": digest_id,
            "notice_id": notice_id,
            "recipient": recipient.name,
            "channel": recipient.channel,
            "address": recipient.address,
            "state": "failed" if fault else "waiting",
            "due_at": due_at or now,
            "fault": fault,
            "now": now,
        },
    )
    if alert_id is not None:
        _tells(connection, delivery_id, alert_id)
        if fault:
            alerts.settle(connection, alert_id, now)
    return delivery_id


def join(connection: Connection, delivery_id: int, alert_id: int, message: Message) -> None:
    """Let a message that still waits tell one alert more; its identity stays."""
    _tells(connection, delivery_id, alert_id)
    connection.run(
        """
        UPDATE deliveries SET subject = :subject, text = :text, html = :html, headers = :headers, payload = :payload
        WHERE id = :id
        """,
        _message_values(message) | {"id": delivery_id},
    )


def gathering(
    connection: Connection, recipient: str, begin: datetime, end: datetime
) -> tuple[int, Message, tuple[int, ...]] | None:
    """The recipient's alert message that waits untried until a moment of that span, with the alerts it tells."""
    row = connection.row(
        """
        SELECT *
        FROM deliveries
        WHERE recipient = :recipient
          AND kind = 'alert'
          AND state = 'waiting'
          AND attempts = 0
          AND next_attempt_at BETWEEN :begin AND :end
        ORDER BY id DESC
        LIMIT 1
        """,
        {"recipient": recipient, "begin": begin, "end": end},
    )
    return None if row is None else (row["id"], _to_message(row), alerts_of(connection, row["id"]))


def alerts_of(connection: Connection, delivery_id: int) -> tuple[int, ...]:
    """The alerts that a message tells, oldest first."""
    sql = "SELECT alert_id FROM delivery_alerts WHERE delivery_id = :id ORDER BY alert_id"
    return tuple(row["alert_id"] for row in connection.rows(sql, {"id": delivery_id}))


def lately(connection: Connection, recipient: str, since: datetime) -> int:
    """How many alerts were put into messages to the recipient since then."""
    found: int = connection.value(
        """
        SELECT COUNT(DISTINCT a.id) AS alerts
        FROM deliveries d
        JOIN delivery_alerts t ON t.delivery_id = d.id
        JOIN alerts a ON a.id = t.alert_id
        WHERE d.recipient = :recipient
          AND d.created_at > :early
          AND a.created_at > :since
        """,
        # A message that gathers alerts may be older than the alerts that joined it, but not by more than a night.
        {"recipient": recipient, "since": since, "early": since - timedelta(days=1)},
    )
    return found


def claim(connection: Connection, now: datetime, limit: int, without: Collection[str]) -> list[Delivery]:
    """Take what is due, oldest first.

    What waits behind an older message that is to be tried again later is left, so that all arrive in order.
    Channels in `without` are left out.
    """
    rows = connection.rows(
        """
        SELECT d.*
        FROM deliveries d
        WHERE d.state = 'waiting'
          AND d.next_attempt_at <= :now
          AND d.channel NOT IN (SELECT value FROM json_each(:without))
          AND NOT EXISTS (
              SELECT 1
              FROM deliveries e
              WHERE e.state = 'waiting'
                AND e.holds_up <> ''
                AND e.channel = d.channel
                AND e.next_attempt_at > :now
                AND (e.holds_up = 'channel' OR (e.holds_up = 'address' AND e.address = d.address AND e.id < d.id))
          )
        ORDER BY d.id
        LIMIT :limit
        """,
        {"now": now, "without": to_json(sorted(without)), "limit": limit},
    )
    for row in rows:
        connection.run(
            """
            UPDATE deliveries SET state = 'sending', attempts = attempts + 1, claimed_at = :now
            WHERE id = :id
            """,
            {"id": row["id"], "now": now},
        )
    return [_to_delivery(row, attempts=row["attempts"] + 1) for row in rows]


def release(connection: Connection, now: datetime) -> int:
    """Give back what programs that died had claimed, in its old place; gives how many. Each may go out twice.

    With which a program died again and again, it waits, and is parked in the end: it may be what they die of.
    """
    rows = connection.rows("SELECT id, interrupted + 1 AS deaths FROM deliveries WHERE state = 'sending'")
    for row in rows:
        many = row["deaths"] >= DEATHS_BEFORE_WAITING
        connection.run(
            """
            UPDATE deliveries SET
                state = :state,
                interrupted = :deaths,
                next_attempt_at = COALESCE(:later, next_attempt_at),
                holds_up = CASE WHEN :state = 'waiting' AND :later IS NOT NULL THEN 'address' ELSE '' END,
                last_error = COALESCE(:error, last_error)
            WHERE id = :id
            """,
            row
            | {
                "state": "failed" if row["deaths"] >= DEATHS_BEFORE_PARKING else "waiting",
                "later": now + timedelta(seconds=DEATHS_WAIT_S) if many else None,
                "error": f"the program ended {row['deaths']} times while it handed this over" if many else None,
            },
        )
        settle(connection, row["id"], now)
    return len(rows)


def mark_sent(connection: Connection, delivery_id: int, now: datetime) -> None:
    """The channel accepted it."""
    connection.run(
        """
        UPDATE deliveries SET state = 'sent', sent_at = :now, last_error = NULL, holds_up = ''
        WHERE id = :id AND state <> 'sent'
        """,
        {"id": delivery_id, "now": now},
    )
    settle(connection, delivery_id, now)


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


def empty_old(connection: Connection, before: datetime) -> int:
    """Take the contents out of messages sent before that time; what they told, to whom and when stays."""
    return connection.run(
        """
        UPDATE deliveries SET text = '', html = NULL, payload = NULL
        WHERE state = 'sent'
          AND sent_at < :before
          AND text <> ''
        """,
        {"before": before},
    )


def longest_tried(connection: Connection) -> dict[str, Any] | None:
    """Of the messages that wait after failed tries the one with the most: its attempts, recipient and last error."""
    return connection.row(
        """
        SELECT attempts, recipient, last_error
        FROM deliveries
        WHERE state = 'waiting' AND attempts > 0 AND last_error IS NOT NULL
        ORDER BY attempts DESC, id
        LIMIT 1
        """
    )


def one(connection: Connection, delivery_id: int) -> dict[str, Any] | None:
    """A delivery with its text, and the message that it replies to."""
    return connection.row(
        """
        SELECT v.*, d.in_reply_to, d.text
        FROM v_deliveries v
        JOIN deliveries d ON d.id = v.delivery_id
        WHERE d.id = :id
        """,
        {"id": delivery_id},
    )


def _tells(connection: Connection, delivery_id: int, alert_id: int) -> None:
    connection.run(
        "INSERT OR IGNORE INTO delivery_alerts (delivery_id, alert_id) VALUES (:delivery_id, :alert_id)",
        {"delivery_id": delivery_id, "alert_id": alert_id},
    )


def settle(connection: Connection, delivery_id: int, now: datetime) -> None:
    """Bring the state of the alerts that the message tells up to date."""
    for alert_id in alerts_of(connection, delivery_id):
        alerts.settle(connection, alert_id, now)


def _message_values(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "in_reply_to": message.in_reply_to,
        "headers": to_json(message.headers),
        "payload": message.payload,
    }


def _to_message(row: dict[str, Any]) -> Message:
    return Message(
        message_id=row["message_id"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        in_reply_to=row["in_reply_to"],
        headers=tuple((name, value) for name, value in json.loads(row["headers"])),
        payload=row["payload"],
    )


def _to_delivery(row: dict[str, Any], *, attempts: int) -> Delivery:
    return Delivery(
        id=row["id"],
        kind=row["kind"],
        recipient=row["recipient"],
        channel=row["channel"],
        address=row["address"],
        message=_to_message(row),
        attempts=attempts,
        created_at=from_iso(row["created_at"]),
    )
