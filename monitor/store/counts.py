"""How much of everything there is: for the daemon's metrics."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor.store.connection import Connection
from monitor.store.opening import open_connection

Counts = dict[tuple[str, str], int]  # (what, of which kind) -> how many

_BY_KIND = {
    "reports": "SELECT '' AS kind, COUNT(*) AS n FROM reports",
    "matches": "SELECT relation AS kind, COUNT(*) AS n FROM matches GROUP BY relation",
    "alerts": "SELECT state AS kind, COUNT(*) AS n FROM alerts GROUP BY state",
    "deliveries": "SELECT state AS kind, COUNT(*) AS n FROM deliveries GROUP BY state",
    "feeds": """
        SELECT
            CASE WHEN retired = 1 THEN 'retired' WHEN failures > 0 THEN 'failing'
                 WHEN last_polled_at IS NULL THEN 'never polled' ELSE 'ok' END AS kind,
            COUNT(*) AS n
        FROM feeds WHERE active = 1 GROUP BY kind
    """,
    # Whole seconds since the longest overdue feed should have been asked, and the oldest message sent.
    "overdue_s": """
        SELECT 'feed' AS kind, CAST(MAX(0, (julianday(:now) - julianday(MIN(next_poll_at))) * 86400) AS INTEGER) AS n
        FROM feeds WHERE active = 1 AND retired = 0
        UNION ALL
        SELECT 'message', CAST(MAX(0, (julianday(:now) - julianday(MIN(next_attempt_at))) * 86400) AS INTEGER)
        FROM deliveries WHERE state IN ('waiting', 'sending')
    """,
}


def read_counts(path: Path, clock: Callable[[], datetime]) -> Counts:
    """All counts as of one moment; StoreError if the database does not answer."""
    connection = open_connection(path, check=False, busy_timeout_s=2.0)
    try:
        with connection.read():
            return _counts(connection, clock())
    finally:
        connection.close()


def _counts(connection: Connection, now: datetime) -> Counts:
    return {
        (what, row["kind"]): row["n"] or 0
        for what, sql in _BY_KIND.items()
        for row in connection.rows(sql, {"now": now})
    }
