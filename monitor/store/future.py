"""Times that a clock set wrong has left in the future: feeds would fall silent, and messages wait, until they come."""

from datetime import datetime, timedelta
from pathlib import Path

from monitor.store.opening import open_connection

SLACK = timedelta(minutes=5)  # clocks that are put right by some seconds are no matter
LONGEST_RETRY = timedelta(hours=1)  # no channel is left alone for longer, unless it asked for it

# Which table, what is set, where.
_MENDED = (
    (
        "feeds",
        "next_poll_at = :now",
        "active = 1 AND next_poll_at > :now AND (last_polled_at > :late OR next_poll_at > :far)",
    ),
    # What was never tried may wait for the end of somebody's night.
    (
        "deliveries",
        "next_attempt_at = :now",
        "state = 'waiting' AND next_attempt_at > :late AND (created_at > :late OR (attempts > 0 AND "
        "next_attempt_at > :retry))",
    ),
)


def mend_future(path: Path, now: datetime, *, longest: timedelta) -> int:
    """Make due what a wrong clock has put off; gives how many rows that were. Writes nothing where all is well.

    `longest`: no feed is planned further ahead, but for chance and servers that ask for it.
    """
    values = {"now": now, "late": now + SLACK, "far": now + 1.5 * longest, "retry": now + LONGEST_RETRY}
    connection = open_connection(path, check=False)
    try:
        questions = (f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {which}) AS n" for table, _, which in _MENDED)
        if not any(connection.value(sql, values) for sql in questions):
            return 0
        with connection.write():
            return sum(
                connection.run(f"UPDATE {table} SET {change} WHERE {which}", values) for table, change, which in _MENDED
            )
    finally:
        connection.close()
