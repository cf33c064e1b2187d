"""The tables `reports` and `revisions`: what was seen, once for each item, and what it said before it was edited."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.model import Report
from monitor.store import identity
from monitor.store.connection import Connection
from monitor.store.records import StoredReport
from monitor.store.values import clean_text, from_iso, from_iso_or_none

# What `stored` needs of a report and its feed.
COLUMNS = """
    r.id, r.key, r.version, r.title, r.summary, r.content, r.url, r.published_at, r.published_raw, r.updated_at,
    r.outlet, r.language, r.first_seen_at, r.first_sight, r.publisher, r.story_id, r.duplicate_of,
    f.url AS feed_url, f.tags AS feed_tags
"""


def is_known(connection: Connection, feed_id: int, key: str) -> bool:
    """Whether the feed brought this item before."""
    return (
        connection.value(
            "SELECT 1 FROM reports WHERE feed_id = :feed_id AND key = :key", {"feed_id": feed_id, "key": key}
        )
        is not None
    )


def save(connection: Connection, feed: dict[str, Any], report: Report, *, first_sight: bool, now: datetime) -> str:
    """Store one item of a feed: "new", "revised" if its words changed, else "known"."""
    report = _cleaned(report)
    old = connection.row(
        "SELECT * FROM reports WHERE feed_id = :feed_id AND key = :key", {"feed_id": feed["id"], "key": report.key}
    )
    if old is None:
        _insert(connection, feed, report, first_sight=first_sight, now=now)
        return "new"
    return _revise(connection, old, report, now)


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
        feed_tags=tuple(json.loads(row["feed_tags"])),
        first_sight=bool(row["first_sight"]),
        publisher=row["publisher"],
        seen=from_iso(row["first_seen_at"]),
        story_id=row["story_id"],
        duplicate_of=row["duplicate_of"],
    )


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


def _insert(connection: Connection, feed: dict[str, Any], report: Report, *, first_sight: bool, now: datetime) -> int:
    values = _values(report)
    values |= {
        "feed_id": feed["id"],
        "publisher": identity.publisher_of(report, feed["publisher"], feed["title"], feed["url"]),
        "first_sight": first_sight,
        "now": now,
    }
    values["duplicate_of"] = _find_duplicate(connection, values)
    return connection.insert(
        """
        INSERT INTO reports (
            feed_id, key, version, title, summary, content, url, address, text_hash, title_hash, publisher, outlet,
            language, published_at, published_raw, updated_at, first_seen_at, last_seen_at, first_sight, duplicate_of
        )
        VALUES (
            :feed_id, :key, 1, :title, :summary, :content, :url, :address, :text_hash, :title_hash, :publisher, :outlet,
            :language, :published, :published_raw, :updated, :now, :now, :first_sight, :duplicate_of
        )
        """,
        values,
    )


def _find_duplicate(connection: Connection, values: dict[str, Any]) -> int | None:
    """The earlier report that is this very item: the same words under the same page, guid or feed; or, in another
    feed, the same page under the same title, for feeds cut their summaries differently."""
    found: int | None = connection.value(
        """
        SELECT COALESCE(duplicate_of, id) AS id FROM reports
        WHERE address = :address
          AND (text_hash = :text_hash OR (feed_id <> :feed_id AND title_hash = :title_hash AND :title <> ''))
        UNION ALL
        SELECT COALESCE(duplicate_of, id) FROM reports
        WHERE key = :key AND text_hash = :text_hash
        UNION ALL
        SELECT COALESCE(duplicate_of, id) FROM reports
        WHERE feed_id = :feed_id AND text_hash = :text_hash
        ORDER BY 1
        LIMIT 1
        """,
        values,
    )
    return found


def _revise(connection: Connection, old: dict[str, Any], report: Report, now: datetime) -> str:
    # A field that came back empty is no edit: feeds drop their full text, and article pages are not read every time.
    report = replace(
        report,
        title=report.title or old["title"],
        summary=report.summary or old["summary"],
        content=report.content or old["content"],
    )
    values = _values(report) | {"id": old["id"], "now": now, "version": old["version"]}
    if values["text_hash"] == old["text_hash"]:
        return "known"
    connection.run(
        """
        INSERT INTO revisions (report_id, version, title, summary, content, replaced_at)
        SELECT id, version, title, summary, content, :now FROM reports WHERE id = :id
        """,
        values,
    )
    connection.run(
        """
        UPDATE reports SET
            version = version + 1, title = :title, summary = :summary, content = :content, url = COALESCE(:url, url),
            address = COALESCE(:address, address), text_hash = :text_hash, title_hash = :title_hash,
            updated_at = COALESCE(:updated, updated_at), last_seen_at = :now,
            -- A duplicate that says something else now is a report of its own.
            duplicate_of = (
                SELECT o.id FROM reports o WHERE o.id = reports.duplicate_of AND o.title_hash = :title_hash
            )
        WHERE id = :id
        """,
        values,
    )
    return "revised"


def _values(report: Report) -> dict[str, Any]:
    return {
        "key": report.key,
        "title": report.title,
        "summary": report.summary,
        "content": report.content,
        "url": report.url,
        "address": identity.address_of(report.url),
        "text_hash": identity.report_hash(report),
        "title_hash": identity.words_hash(report.title),
        "outlet": report.outlet,
        "language": report.language,
        "published": report.published,
        "published_raw": report.published_raw,
        "updated": report.updated,
    }


def _cleaned(report: Report) -> Report:
    # Keys are compared before they are bound: clean them the same way, or a repeat would not be recognised.
    return replace(
        report,
        key=clean_text(report.key),
        title=clean_text(report.title),
        summary=clean_text(report.summary),
        content=clean_text(report.content),
    )
