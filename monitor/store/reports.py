"""The tables `reports` and `revisions`: what was seen, once for each item, and what it said before it was edited."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.model import Report
from monitor.store import edits, identity, tombstones
from monitor.store.connection import Connection
from monitor.store.records import StoredReport
from monitor.store.values import clean_text, from_iso, from_iso_or_none, to_json

# What `stored` needs of a report and its feed.
COLUMNS = """
    r.id, r.key, r.version, r.title, r.summary, r.content, r.url, r.published_at, r.published_raw, r.updated_at,
    r.outlet, r.language, r.first_seen_at, r.first_sight, r.publisher, r.story_id, r.duplicate_of,
    f.url AS feed_url, f.tags AS feed_tags
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one item: "new", "revised" if it is worth another judgement, else "known"; and its report."""

    result: str
    report_id: int | None  # None: it was removed long ago, and only its tombstone is left


def is_known(connection: Connection, feed_id: int, report: Report, present: Collection[str]) -> bool:
    """Whether the feed brought this item before; `present` are the keys of all items beside it."""
    values = _values(_cleaned(report)) | {"feed_id": feed_id}
    return _find(connection, values, present) is not None or tombstones.is_known(connection, values)


def save(
    connection: Connection,
    feed: dict[str, Any],
    report: Report,
    *,
    present: Collection[str],
    first_sight: bool,
    now: datetime,
) -> Saved:
    """Store one item of a feed; `present` are the keys of all items beside it."""
    report = _cleaned(report)
    values = _values(report) | {"feed_id": feed["id"]}
    old = _find(connection, values, present)
    if old is None:
        if not first_sight and tombstones.is_known(connection, values):
            return Saved("known", None)
        return Saved("new", _insert(connection, feed, report, values, first_sight=first_sight, now=now))
    if old["key"] != report.key:
        _take_new_key(connection, old["id"], values)
    return Saved("revised" if _revise(connection, old, report, now) else "known", old["id"])


def mark_sight(connection: Connection, feed_id: int, report_ids: Collection[int], now: datetime) -> None:
    """Keep which reports the feed's document holds now: those that are no longer in it were last seen now."""
    about = {"feed_id": feed_id, "ids": to_json(list(report_ids)), "now": now}
    connection.run(
        """
        UPDATE reports SET in_feed = 0, last_seen_at = :now
        WHERE feed_id = :feed_id AND in_feed = 1 AND id NOT IN (SELECT value FROM json_each(:ids))
        """,
        about,
    )
    connection.run(
        "UPDATE reports SET in_feed = 1 WHERE id IN (SELECT value FROM json_each(:ids)) AND in_feed = 0", about
    )


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


def _insert(
    connection: Connection,
    feed: dict[str, Any],
    report: Report,
    values: dict[str, Any],
    *,
    first_sight: bool,
    now: datetime,
) -> int:
    values = values | {
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


def _find(connection: Connection, values: dict[str, Any], present: Collection[str]) -> dict[str, Any] | None:
    """The row of this item: by its key, else by its words, for feeds make new guids and links for old items."""
    found = connection.row("SELECT * FROM reports WHERE feed_id = :feed_id AND key = :key", values)
    if found or not values["title"]:
        return found
    rows = connection.rows(
        """
        SELECT * FROM reports
        WHERE feed_id = :feed_id
          AND text_hash = :text_hash
          -- The same words on another day under another link are said anew.
          AND (address = :address OR published_at = :published OR published_at IS NULL OR :published IS NULL)
        ORDER BY duplicate_of IS NOT NULL, id
        """,
        values,
    )
    # An item that is still in the document under its own key is another one.
    return next((row for row in rows if row["key"] not in present), None)


def _take_new_key(connection: Connection, report_id: int, values: dict[str, Any]) -> None:
    connection.run(
        """
        UPDATE reports SET key = :key, url = COALESCE(:url, url), address = COALESCE(:address, address)
        WHERE id = :id
        """,
        values | {"id": report_id},
    )


def _revise(connection: Connection, old: dict[str, Any], report: Report, now: datetime) -> bool:
    """Keep an edit, and the former text beside it; False if it is none."""
    before = _own_words(old)
    after = edits.completed(report, before)
    if identity.report_hash(after) == old["text_hash"]:
        return False
    rows = connection.rows("SELECT text_hash FROM revisions WHERE report_id = :id", {"id": old["id"]})
    if not edits.is_edit(
        after,
        before,
        version=old["version"],
        earlier={row["text_hash"] for row in rows},
        old_updated=from_iso_or_none(old["updated_at"]),
    ):
        return False
    from_page = old["text_source"] == "page" and not report.content
    values = _values(after) | {"id": old["id"], "now": now, "source": "page" if from_page else "feed"}
    if from_page:  # its hash stays that of the feed's own words
        values["content"] = old["content"]
    _keep_revision(connection, values)
    connection.run(
        """
        UPDATE reports SET
            version = version + 1, title = :title, summary = :summary, content = :content, url = COALESCE(:url, url),
            address = COALESCE(:address, address), text_hash = :text_hash, title_hash = :title_hash,
            updated_at = COALESCE(:updated, updated_at), last_seen_at = :now, text_source = :source,
            -- A duplicate that says something else now is a report of its own.
            duplicate_of = (
                SELECT o.id FROM reports o WHERE o.id = reports.duplicate_of AND o.title_hash = :title_hash
            )
        WHERE id = :id
        """,
        values,
    )
    return True


def _keep_revision(connection: Connection, values: dict[str, Any]) -> None:
    connection.run(
        """
        INSERT INTO revisions (report_id, version, title, summary, content, text_hash, replaced_at)
        SELECT id, version, title, summary, content, text_hash, :now FROM reports WHERE id = :id
        """,
        values,
    )


def _own_words(row: dict[str, Any]) -> Report:
    """What the feed itself said, without the text of the article's page."""
    return Report(
        key=row["key"],
        title=row["title"],
        summary=row["summary"],
        content="" if row["text_source"] == "page" else row["content"],
    )


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
