"""The table `reports` as it is read: what was seen, once for each item."""

import json
from functools import lru_cache
from typing import Any

from monitor.model import Report
from monitor.store.connection import Connection
from monitor.store.records import StoredReport
from monitor.store.values import from_iso, from_iso_or_none

# What `stored` needs of a report and its feed.
COLUMNS = """
    r.id, r.key, r.version, r.title, r.summary, r.content, r.url, r.published_at, r.published_raw, r.updated_at,
    r.outlet, r.language, r.first_seen_at, r.first_sight, r.publisher, r.story_id, r.duplicate_of,
    f.url AS feed_url, f.tags AS feed_tags
"""


def load(connection: Connection, report_id: int) -> StoredReport | None:
    """One report."""
    row = connection.row(
        f"SELECT {COLUMNS} FROM reports r JOIN feeds f ON f.id = r.feed_id WHERE r.id = :id", {"id": report_id}
    )
    return stored(row) if row else None


def stored(row: dict[str, Any]) -> StoredReport:
    """The record of a row of COLUMNS."""
    return StoredReport(
        report_id=row["id"],
        report=to_report(row),
        version=row["version"],
        feed_url=row["feed_url"],
        feed_tags=_tags(row["feed_tags"]),
        first_sight=bool(row["first_sight"]),
        publisher=row["publisher"],
        seen=from_iso(row["first_seen_at"]),
        story_id=row["story_id"],
        duplicate_of=row["duplicate_of"],
    )


@lru_cache(maxsize=256)  # those of a feed are read with each of its reports
def _tags(stored_as: str) -> tuple[str, ...]:
    return tuple(json.loads(stored_as))


def to_report(row: dict[str, Any]) -> Report:
    """The report as it came from its feed."""
    return Report(
        key=row["key"],
        title=row["title"],
        summary=row["summary"],
        content=row["content"],
        url=row["url"],
        published=from_iso_or_none(row["published_at"]),
        published_raw=row["published_raw"],
        updated=from_iso_or_none(row["updated_at"]),
        outlet=row["outlet"] or row["publisher"],
        language=row["language"],
        feed_url=row["feed_url"],
    )
