"""A document's bytes to a ParsedFeed: which format it is, every readable item of it, or a sentence why it is no feed.

Bytes in, frozen records out, no I/O: so the whole of it can run in a child process that may be killed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import ParseError
from monitor.feeds.fast_reader import read_fast
from monitor.feeds.feedparser_reader import read_xml
from monitor.feeds.items import Origin, distinct, language_tag, make_report
from monitor.feeds.json_feed import looks_like_json, read_json
from monitor.feeds.mend import mend, without_gap
from monitor.feeds.plain import to_line
from monitor.feeds.raw import RawFeed, RawItem
from monitor.feeds.webpage import describe_page, looks_like_page
from monitor.model import ParsedFeed, Report

MAX_ENTRIES = 2000
# What a damaged value of one item may raise on its way through the standard library; its neighbours must not suffer.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    now: datetime,
    publisher: str | None = None,
    max_entries: int = MAX_ENTRIES,
) -> ParsedFeed:
    """The reports of a feed document; a ParseError says in a sentence what it is instead of a feed."""
    job = ParseJob(body=body, url=url, content_type=content_type, now=now, publisher=publisher, max_entries=max_entries)
    return job.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseJob:
    """A document, and what is known of it."""

    body: bytes
    url: str
    content_type: str | None
    now: datetime
    publisher: str | None
    max_entries: int

    def run_quickly(self) -> ParsedFeed | None:
        """The feed, if it is one of the plain kind whose reading takes no longer than its size lets expect."""
        if not self.body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            raise ParseError("the answer is empty", kind="empty")
        if looks_like_json(self.body, self.content_type):
            return self._judged(read_json(self.body, url=self.url, content_type=self.content_type))
        raw = self._read_fast(without_gap(self.body))
        return None if raw is None else self._judged(raw)

    def run(self) -> ParsedFeed:
        """The feed, however long that takes; a ParseError if it is none."""
        return self.run_quickly() or self._run_slowly()

    def _read_fast(self, body: bytes) -> RawFeed | None:
        raw = read_fast(body, content_type=self.content_type, max_items=self.max_entries)
        if raw is not None:
            return raw
        mended = mend(body)
        return read_fast(mended, content_type=self.content_type, max_items=self.max_entries) if mended else None

    def _run_slowly(self) -> ParsedFeed:
        body = without_gap(self.body)
        raw = read_xml(mend(body) or body, url=self.url, content_type=self.content_type)
        if not raw.format and not raw.items:
            if looks_like_page(self.body):
                raise ParseError(describe_page(self.body, self.url), kind="not_a_feed")
            raise ParseError("the answer is not an RSS, Atom or JSON feed", kind="not_a_feed")
        return self._judged(raw)

    def _judged(self, raw: RawFeed) -> ParsedFeed:
        title = to_line(raw.title.value, is_html=raw.title.is_html) or None
        outlet = self.publisher or title or urlsplit(self.url).hostname
        origin = Origin(url=self.url, outlet=outlet, language=language_tag(raw.language))
        reports, skipped = _reports(raw.items[: self.max_entries], origin, self.now)
        if skipped and not reports:
            raise ParseError(f"none of the feed's {skipped} items can be read", kind="no_items")
        return ParsedFeed(
            title=title,
            reports=tuple(distinct(reports)),
            format=raw.format or "unknown",
            language=origin.language,
            skipped=skipped + raw.skipped,
            ttl_s=raw.ttl_s,
        )


def _reports(items: Iterable[RawItem], origin: Origin, now: datetime) -> tuple[list[Report], int]:
    reports, skipped = [], 0
    for item in items:
        try:
            reports.append(make_report(item, origin, now))
        except UNREADABLE:
            skipped += 1
    return reports, skipped
