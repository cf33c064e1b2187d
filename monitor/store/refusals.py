"""The outbox when a channel did not accept a message: who waits behind it, what is parked, and how people mend it."""

from datetime import datetime
from typing import Any

from monitor.store import deliveries
from monitor.store.connection import Connection


def mark_failed(
    connection: Connection,
    delivery_id: int,
    now: datetime,
    error: str,
    retry_at: datetime | None,
    *,
    holds_up: str = "",
    steps_aside: bool = False,
    most_attempts: int | None = None,
) -> None:
    """The channel did not accept it: try again then, or, without a time, park it and show it.

    `holds_up` names who waits behind it until then: "address" or "channel". They count the attempt as theirs, and
    are parked with it when they have had `most_attempts`. With `steps_aside` nobody waits, in case the fault is its
    own; but only one steps aside at a time: if the next one fails as well, both wait for the same moment.
    """
    about = {"id": delivery_id, "now": now, "scope": holds_up}
    aside = steps_aside and holds_up and not _others_aside(connection, about)
    connection.run(
        """
        UPDATE deliveries SET
            state = CASE WHEN :retry_at IS NULL THEN 'failed' ELSE 'waiting' END,
            next_attempt_at = COALESCE(:retry_at, next_attempt_at),
            holds_up = CASE WHEN :retry_at IS NULL THEN '' ELSE :holds_up END,
            last_error = :error
        WHERE id = :id AND state = 'sending'
        """,
        about | {"retry_at": retry_at, "error": error, "holds_up": f"aside {holds_up}" if aside else holds_up},
    )
    deliveries.settle(connection, delivery_id, now)
    if holds_up and not aside:
        if retry_at is not None:
            for other in _others_aside(connection, about):
                connection.run(
                    "UPDATE deliveries SET next_attempt_at = :retry_at WHERE id = :id",
                    {"id": other, "retry_at": retry_at},
                )
        _count_for_those_behind(connection, delivery_id, now, error, holds_up, most_attempts)


def _others_aside(connection: Connection, about: dict[str, Any]) -> list[int]:
    """The rows that stepped aside at the same place."""
    rows = connection.rows(
        """
        SELECT e.id
        FROM deliveries e
        JOIN deliveries d ON d.id = :id
        WHERE e.state = 'waiting'
          AND e.holds_up <> ''
          AND e.holds_up = 'aside ' || :scope
          AND e.channel = d.channel
          AND (:scope = 'channel' OR e.address = d.address)
          AND e.id <> d.id
        """,
        about,
    )
    return [row["id"] for row in rows]


def _count_for_those_behind(
    connection: Connection, delivery_id: int, now: datetime, error: str, holds_up: str, most_attempts: int | None
) -> None:
    behind = connection.rows(
        """
        UPDATE deliveries SET
            attempts = deliveries.attempts + 1,
            last_error = :error,
            state = CASE WHEN deliveries.attempts + 1 >= :most THEN 'failed' ELSE 'waiting' END,
            holds_up = CASE WHEN deliveries.attempts + 1 >= :most THEN '' ELSE deliveries.holds_up END
        FROM (SELECT id, channel, address FROM deliveries WHERE id = :id) h
        WHERE deliveries.state = 'waiting'
          AND deliveries.next_attempt_at <= :now
          AND deliveries.channel = h.channel
          AND (:holds_up = 'channel' OR (deliveries.address = h.address AND deliveries.id > h.id))
          AND deliveries.id <> h.id
        RETURNING deliveries.id, deliveries.state
        """,
        {"id": delivery_id, "now": now, "error": error, "holds_up": holds_up, "most": most_attempts or 2**31},
    )
    for row in behind:
        if row["state"] == "failed":
            deliveries.settle(connection, row["id"], now)


def close_address(connection: Connection, delivery_id: int, reason: str, now: datetime) -> None:
    """The address wants nothing more: what waits for it is parked, and so is what comes."""
    connection.run(
        """
        INSERT OR REPLACE INTO closed_addresses (channel, address, reason, closed_at)
        SELECT channel, address, :reason, :now FROM deliveries WHERE id = :id
        """,
        {"id": delivery_id, "reason": reason, "now": now},
    )
    park_closed(connection, now)


def park_closed(connection: Connection, now: datetime) -> None:
    """Park what waits for an address that wants nothing more."""
    parked = connection.rows(
        """
        UPDATE deliveries SET state = 'failed', last_error = c.reason
        FROM closed_addresses c
        WHERE c.channel = deliveries.channel
          AND c.address = deliveries.address
          AND deliveries.state = 'waiting'
        RETURNING deliveries.id
        """
    )
    for row in parked:
        deliveries.settle(connection, row["id"], now)


def retry(connection: Connection, delivery_id: int, now: datetime) -> bool:
    """Take a parked, dropped or waiting row to the head of the queue; False if there is no such row with a text.

    Its tries begin anew, an address that closed is open again, and nobody is waited for any more.
    """
    changed = connection.run(
        """
        UPDATE deliveries SET state = 'waiting', next_attempt_at = :now, attempts = 0, holds_up = ''
        WHERE id = :id AND state IN ('failed', 'dropped', 'waiting') AND text <> ''
        """,
        {"id": delivery_id, "now": now},
    )
    if not changed:
        return False
    about = {"id": delivery_id}
    connection.run(
        """
        DELETE FROM closed_addresses
        WHERE (channel, address) = (SELECT channel, address FROM deliveries WHERE id = :id)
        """,
        about,
    )
    connection.run(
        """
        UPDATE deliveries SET holds_up = ''
        WHERE state = 'waiting' AND channel = (SELECT channel FROM deliveries WHERE id = :id)
        """,
        about,
    )
    return True


def drop(connection: Connection, delivery_id: int, now: datetime) -> bool:
    """Take a row out of the queue for good; False if there is no such row or it was sent."""
    changed = connection.run(
        "UPDATE deliveries SET state = 'dropped', holds_up = '' WHERE id = :id AND state IN ('waiting', 'failed')",
        {"id": delivery_id},
    )
    deliveries.settle(connection, delivery_id, now)
    return changed == 1
