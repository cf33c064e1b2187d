"""A document's bytes to a ParsedFeed: which format it is, every readable item of it, or a sentence why it is no feed.

Bytes in, frozen records out, no I/O: so the whole of it can run in a child process that may be killed.
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import ParseError
from monitor.feeds.fast_reader import read_fast
from monitor.feeds.feedparser_reader import read_xml
from monitor.feeds.items import Origin, distinct, language_tag, make_report
from monitor.feeds.json_feed import looks_like_json, read_json
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
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise ParseError("the answer is empty", kind="empty")
    raw = _read(body, url, content_type, max_entries)
    if not raw.format and not raw.items:
        if looks_like_page(body):
            raise ParseError(describe_page(body, url), kind="not_a_feed")
        raise ParseError("the answer is not an RSS, Atom or JSON feed", kind="not_a_feed")
    title = to_line(raw.title.value, is_html=raw.title.is_html) or None
    outlet = publisher or title or urlsplit(url).hostname
    origin = Origin(url=url, outlet=outlet, language=language_tag(raw.language))
    reports, skipped = _reports(raw.items[:max_entries], origin, now)
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


def _read(body: bytes, url: str, content_type: str | None, max_entries: int) -> RawFeed:
    if looks_like_json(body, content_type):
        return read_json(body, url=url, content_type=content_type)
    fast = read_fast(body, content_type=content_type, max_items=max_entries)
    return fast or read_xml(body, url=url, content_type=content_type)


def _reports(items: Iterable[RawItem], origin: Origin, now: datetime) -> tuple[list[Report], int]:
    reports, skipped = [], 0
    for item in items:
        try:
            reports.append(make_report(item, origin, now))
        except UNREADABLE:
            skipped += 1
    return reports, skipped
