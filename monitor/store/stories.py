"""The table `stories`, and which reports belong to one."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from monitor.store import reports
from monitor.store.connection import Connection
from monitor.store.records import StoredReport, StoryFacts
from monitor.store.values import to_iso, to_json


def ids(connection: Connection, since: datetime) -> dict[int, int]:
    """Report -> story of the reports seen since then, duplicates left out."""
    rows = connection.rows(
        """
        SELECT id, story_id
        FROM reports
        WHERE first_seen_at >= :since
          AND story_id IS NOT NULL
          AND duplicate_of IS NULL
        ORDER BY id
        """,
        {"since": since},
    )
    return {row["id"]: row["story_id"] for row in rows}


def members(connection: Connection, since: datetime, known: Collection[int]) -> Iterator[StoredReport]:
    """The reports seen since then that belong to a story, duplicates and known ones left out."""
    condition = "r.story_id IS NOT NULL AND r.id NOT IN (SELECT value FROM json_each(:known))"
    return _seen(connection, condition, {"since": since, "known": to_json(list(known))})


def judged(connection: Connection, since: datetime) -> Iterator[StoredReport]:
    """The reports seen since then that were judged, whether or not they belong to a story; duplicates left out."""
    return _seen(connection, "EXISTS (SELECT 1 FROM verdicts v WHERE v.report_id = r.id)", {"since": since})


def _seen(connection: Connection, condition: str, about: dict[str, Any]) -> Iterator[StoredReport]:
    rows = connection.rows(
        f"""
        SELECT {reports.COLUMNS}
        FROM reports r
        JOIN feeds f ON f.id = r.feed_id
        WHERE r.first_seen_at >= :since AND r.duplicate_of IS NULL AND {condition}
        ORDER BY r.id
        """,
        about,
    )
    return (reports.stored(row) for row in rows)


def new(connection: Connection, report: StoredReport, *, now: datetime) -> int:
    """Begin a story with this report; gives the story's id."""
    at = to_iso(report.report.published or now)
    story_id = connection.insert(
        "INSERT INTO stories (title, started_at, last_report_at) VALUES (:title, :at, :at)",
        {"title": report.report.title, "at": at},
    )
    join(connection, report.report_id, story_id, copy_of=None)
    return story_id


def join(connection: Connection, report_id: int, story_id: int, *, copy_of: int | None) -> None:
    """Put the report into the story, and its duplicates with it."""
    connection.run(
        "UPDATE reports SET story_id = :story_id, copy_of = :copy_of WHERE id = :report_id",
        {"story_id": story_id, "copy_of": copy_of, "report_id": report_id},
    )
    connection.run(
        "UPDATE reports SET story_id = :story_id WHERE duplicate_of = :report_id AND story_id IS NULL",
        {"story_id": story_id, "report_id": report_id},
    )
    connection.run(
        """
        UPDATE stories SET
            started_at = MIN(started_at, r.at),
            last_report_at = MAX(last_report_at, r.at)
        FROM (SELECT COALESCE(published_at, first_seen_at) AS at FROM reports WHERE id = :report_id) r
        WHERE stories.id = :story_id
        """,
        {"report_id": report_id, "story_id": story_id},
    )


def merge(connection: Connection, story_id: int, into_id: int) -> None:
    """Make two stories one: what was told of either was told of it."""
    moved = {"story_id": story_id, "into_id": into_id}
    connection.run("UPDATE reports SET story_id = :into_id WHERE story_id = :story_id", moved)
    connection.run("UPDATE alerts SET story_id = :into_id WHERE story_id = :story_id", moved)
    connection.run(
        """
        UPDATE stories SET
            started_at = MIN(stories.started_at, o.started_at),
            last_report_at = MAX(stories.last_report_at, o.last_report_at)
        FROM (SELECT started_at, last_report_at FROM stories WHERE id = :story_id) o
        WHERE stories.id = :into_id
        """,
        moved,
    )
    connection.run("DELETE FROM stories WHERE id = :story_id", moved)


def story_of(connection: Connection, report_id: int) -> int | None:
    """The story the report belongs to."""
    found: int | None = connection.value("SELECT story_id FROM reports WHERE id = :id", {"id": report_id})
    return found


def facts(connection: Connection, story_id: int, recipient: str) -> StoryFacts:
    """How widely the story was carried so far, and the first mail about it that this recipient got."""
    members = connection.rows(
        """
        SELECT id, publisher, url, duplicate_of IS NULL AS own
        FROM reports
        WHERE story_id = :story_id
        ORDER BY COALESCE(published_at, first_seen_at), id
        """,
        {"story_id": story_id},
    )
    first = connection.value(
        """
        SELECT d.message_id
        FROM deliveries d
        JOIN alerts a ON a.id = d.alert_id
        WHERE a.story_id = :story_id
          AND d.recipient = :recipient
        ORDER BY d.id
        LIMIT 1
        """,
        {"story_id": story_id, "recipient": recipient},
    )
    return StoryFacts(
        reports=sum(row["own"] for row in members),
        publishers=tuple(dict.fromkeys(row["publisher"] for row in members)),
        carriers=tuple((row["id"], row["publisher"], row["url"]) for row in members),
        first_message_id=first,
    )
