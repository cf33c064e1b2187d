"""What `doctor` wants to know of the database."""

import sqlite3
import stat
from datetime import datetime, timedelta

from monitor.store.connection import Connection
from monitor.store.records import Finding
from monitor.store.values import to_iso

SQLITE_VERSION = sqlite3.sqlite_version_info
# Before it, two connections that write and fold back the log at the same moment could damage the file.
WAL_RACE_FIXED = (3, 51, 3)
STUCK_AFTER = timedelta(hours=1)


def check(connection: Connection, now: datetime) -> list[Finding]:
    """Findings, each with what to do; one "ok" line for each thing that was looked at and is well."""
    return [
        _integrity(connection),
        _references(connection),
        _search_index(connection),
        _mode(connection),
        _library(),
        _parked(connection),
        _stuck(connection, now),
    ]


def _integrity(connection: Connection) -> Finding:
    verdict = connection.value("PRAGMA integrity_check(1)")
    if verdict == "ok":
        return Finding(level="ok", where="database", message=f"{connection.path}: integrity ok")
    return Finding(level="error", where="database", message=f"{connection.path}: damaged ({verdict}); restore a backup")


def _references(connection: Connection) -> Finding:
    broken = connection.rows("PRAGMA foreign_key_check")
    if not broken:
        return Finding(level="ok", where="references", message="every reference leads somewhere")
    return Finding(
        level="error", where="references", message=f"{len(broken)} rows refer to rows that are gone; restore a backup"
    )


def _search_index(connection: Connection) -> Finding:
    reports = connection.value("SELECT COUNT(*) AS n FROM reports")
    indexed = connection.value("SELECT COUNT(*) AS n FROM reports_fts_docsize")
    if reports == indexed:
        return Finding(level="ok", where="search", message=f"{indexed} reports indexed")
    return Finding(
        level="warning",
        where="search",
        message=f"{indexed} of {reports} reports are indexed; restore a backup, or run sqlite-utils rebuild-fts",
    )


def _mode(connection: Connection) -> Finding:
    mode = stat.S_IMODE(connection.path.stat().st_mode)
    if mode & 0o077:
        return Finding(
            level="warning",
            where="rights",
            message=f"readable by others; run chmod 600 {connection.path}",
        )
    return Finding(level="ok", where="rights", message="the database is readable by its owner only")


def _library() -> Finding:
    if SQLITE_VERSION >= WAL_RACE_FIXED:
        return Finding(level="ok", where="sqlite", message=f"SQLite {sqlite3.sqlite_version}")
    fixed = ".".join(map(str, WAL_RACE_FIXED))
    return Finding(
        level="warning",
        where="sqlite",
        message=f"SQLite {sqlite3.sqlite_version}: before {fixed} two programs writing at one moment could damage the "
        "file; run one daemon, and no other program that writes to it",
    )


def _parked(connection: Connection) -> Finding:
    parked = connection.value("SELECT COUNT(*) AS n FROM deliveries WHERE state = 'failed'")
    if not parked:
        return Finding(level="ok", where="deliveries", message="none was given up")
    return Finding(
        level="warning",
        where="deliveries",
        message=f"{parked} given up; monitor query \"SELECT * FROM v_deliveries WHERE state = 'failed'\" tells why",
    )


def _stuck(connection: Connection, now: datetime) -> Finding:
    waiting = connection.value(
        "SELECT COUNT(*) AS n FROM deliveries WHERE state IN ('waiting', 'sending') AND created_at < :before",
        {"before": to_iso(now - STUCK_AFTER)},
    )
    if not waiting:
        return Finding(level="ok", where="outbox", message="nothing waits longer than an hour")
    return Finding(
        level="warning",
        where="outbox",
        message=f"{waiting} messages wait for over an hour; is the daemon running?",
    )
