"""What one document of a feed does to the tables `reports` and `revisions`: new items, edits, items that left it.

Items are looked up together: a feed often brings dozens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from monitor.model import Report
from monitor.store import edits, identity, tombstones
from monitor.store.arriving import Arrival, Arrivals
from monitor.store.connection import Connection
from monitor.store.records import PollStored
from monitor.store.values import clean_text, from_iso_or_none, iso_or_none, to_iso, to_json

Row = dict[str, Any]


class _Item:
    """One item of the document as it would be stored."""

    def __init__(self, report: Report, feed_id: int) -> None:
        self.report = _cleaned(report)
        self.key = self.report.key
        self._feed_id = feed_id

    @cached_property
    def values(self) -> Row:
        """Its columns."""
        return _values(self.report) | {"feed_id": self._feed_id}

    def arrival(self, publisher: str, first_sight: int, now: str) -> Arrival:
        """The item as it is stored for the first time."""
        report, values = self.report, self.values
        return Arrival(
            report.key,
            report.title,
            report.summary,
            report.content,
            _clean_or_none(report.url),
            _clean_or_none(values["address"]),
            values["text_hash"],
            values["title_hash"],
            _clean_or_none(report.outlet),
            _clean_or_none(report.language),
            iso_or_none(report.published),
            _clean_or_none(report.published_raw),
            iso_or_none(report.updated),
            self._feed_id,
            publisher,
            first_sight,
            now,
        )


class Document:
    """The items of a feed's document beside what is stored of the feed."""

    def __init__(self, connection: Connection, feed: Row, reports: Iterable[Report]) -> None:
        self._connection = connection
        self._feed = feed
        self._items = [_Item(report, feed["id"]) for report in reports]
        self._present = frozenset(item.key for item in self._items)
        self._is_first = feed["first_polled_at"] is None
        self._stored = self._look_up()

    def _look_up(self) -> dict[str, Row] | None:
        """The rows of the items by their keys; None if nothing at all is stored of the feed."""
        about = {"feed_id": self._feed["id"]}
        if not self._connection.value("SELECT EXISTS (SELECT 1 FROM reports WHERE feed_id = :feed_id)", about):
            return None
        rows = self._connection.rows(
            # CROSS: the keys first, or all that is stored of the feed is read for each document.
            "SELECT r.* FROM json_each(:keys) k CROSS JOIN reports r ON r.feed_id = :feed_id AND r.key = k.value",
            about | {"keys": to_json(sorted(self._present))},
        )
        return {row["key"]: row for row in rows}

    def new_keys(self) -> frozenset[str]:
        """The keys of the items that are not stored yet."""
        if self._stored is None and self._is_first:
            return self._present
        return frozenset(item.key for item in self._items if self._find(item) is None and not self._is_removed(item))

    def save(self, arrivals: Arrivals, now: datetime) -> PollStored:
        """Keep the edits, and leave the new items to `arrivals`."""
        revised = known = 0
        new: dict[str, _Item] = {}
        held: list[int] = []
        for item in self._items:
            if item.key in new:  # twice in one document: the second is a later sight of the first
                arrivals.add(self._rows(new.values(), now))
                arrivals.flush()
                self._stored = self._look_up() or {}
                held += [self._stored[key]["id"] for key in new]
                new = {}
            old = self._find(item)
            if old is not None:
                held.append(old["id"])
                if old["key"] != item.key:
                    _take_new_key(self._connection, old["id"], item.values)
                if _revise(self._connection, old, item.report, now):
                    revised += 1
                else:
                    known += 1
            elif not self._is_first and self._is_removed(item):
                known += 1
            else:
                new[item.key] = item
        self._mark_sight(held, now)  # new ones begin as held
        arrivals.add(self._rows(new.values(), now))
        return PollStored(new=len(self._items) - revised - known, revised=revised, known=known)

    def _find(self, item: _Item) -> Row | None:
        """The row of this item: by its key, else by its words, for feeds make new guids and links for old items."""
        if self._stored is None:
            return None
        found = self._stored.get(item.key)
        if found or not item.report.title:
            return found
        rows = self._connection.rows(
            """
            SELECT * FROM reports
            WHERE feed_id = :feed_id
              AND text_hash = :text_hash
              -- The same words on another day under another link are said anew.
              AND (address = :address OR published_at = :published OR published_at IS NULL OR :published IS NULL)
            ORDER BY duplicate_of IS NOT NULL, id
            """,
            item.values,
        )
        # An item that is still in the document under its own key is another one.
        return next((row for row in rows if row["key"] not in self._present), None)

    def _is_removed(self, item: _Item) -> bool:
        return tombstones.is_known(self._connection, item.values)

    def _rows(self, items: Iterable[_Item], now: datetime) -> list[Arrival]:
        """What arrives."""
        feed, first_sight, at = self._feed, int(self._is_first), to_iso(now)
        of_feed = feed["publisher"], feed["title"], feed["url"]
        return [
            item.arrival(clean_text(identity.publisher_of(item.report, *of_feed)), first_sight, at) for item in items
        ]

    def _mark_sight(self, report_ids: Sequence[int], now: datetime) -> None:
        """Keep which reports the document holds now: those that are no longer in it were last seen now."""
        if self._stored is None:  # all of them are new
            return
        about = {"feed_id": self._feed["id"], "ids": to_json(report_ids), "now": now}
        self._connection.run(
            """
            UPDATE reports SET in_feed = 0, last_seen_at = :now
            WHERE feed_id = :feed_id AND in_feed = 1 AND id NOT IN (SELECT value FROM json_each(:ids))
            """,
            about,
        )
        self._connection.run(
            "UPDATE reports SET in_feed = 1 WHERE id IN (SELECT value FROM json_each(:ids)) AND in_feed = 0", about
        )


def _take_new_key(connection: Connection, report_id: int, values: Row) -> None:
    connection.run(
        """
        UPDATE reports SET key = :key, url = COALESCE(:url, url), address = COALESCE(:address, address)
        WHERE id = :id
        """,
        values | {"id": report_id},
    )


def _revise(connection: Connection, old: Row, report: Report, now: datetime) -> bool:
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


def _keep_revision(connection: Connection, values: Row) -> None:
    connection.run(
        """
        INSERT INTO revisions (report_id, version, title, summary, content, text_hash, replaced_at)
        SELECT id, version, title, summary, content, text_hash, :now FROM reports WHERE id = :id
        """,
        values,
    )


def _own_words(row: Row) -> Report:
    """What the feed itself said, without the text of the article's page."""
    return Report(
        key=row["key"],
        title=row["title"],
        summary=row["summary"],
        content="" if row["text_source"] == "page" else row["content"],
    )


def _values(report: Report) -> Row:
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
    given = (report.key, report.title, report.summary, report.content)
    clean = tuple(map(clean_text, given))
    if clean == given:
        return report
    key, title, summary, content = clean
    return replace(report, key=key, title=title, summary=summary, content=content)


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean_text(text)
