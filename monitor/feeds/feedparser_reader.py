"""RSS, Atom and RDF by feedparser, the only place that knows it: on bytes, never on a name that it might open."""

import io
import re
from codecs import BOM_UTF8
from functools import partial
from typing import Any, Protocol

import feedparser
from feedparser.encodings import RE_XML_PI_ENCODING as ENCODING
from feedparser.encodings import convert_to_utf8, parse_content_type
from feedparser.html import _cp1252
from feedparser.mixin import _FeedParserMixin
from feedparser.sanitizer import replace_doctype
from feedparser.urls import _urljoin, make_safe_absolute_uri

from monitor.errors import ParseError
from monitor.feeds.raw import RawFeed, RawItem, RawText
from monitor.feeds.salvage import drop_bad_bases, has_items, looks_like_feed, salvage

HTML_TYPES = ("text/html", "application/xhtml+xml")
# What the short way (fast_reader.py) must do exactly as feedparser does, it takes from feedparser.
NAMESPACES: dict[str, str] = {uri.lower(): name.lower() for uri, name in _FeedParserMixin.namespaces.items()}
CP1252: dict[int, str] = _cp1252
MAX_HEAD_BYTES = 4096
ROOT = re.compile(rb"<\w")
DECLARATION = re.compile(rb"<\?xml[^>]*?>")
OURS = b"<?xml version='1.0' encoding='utf-8'?>"
MAX_ENTITY_BYTES = 300
LONG_ENTITY = re.compile(rb"""<!ENTITY\s[^>"']{0,200}(?:"[^"]{300,}"|'[^']{300,}')\s*>""")
GAP = re.compile(rb"\s{20,}")
PERIODS_S = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}


class HasGet(Protocol):
    """A dict of any kind."""

    def get(self, key: str, /) -> Any:
        """The value, or None."""


def as_utf8(body: bytes, content_type: str | None) -> tuple[bytes | None, str]:
    """The document in UTF-8 without its document type, and the format that this names, as feedparser prepares it.

    None in place of the document if its encoding cannot be told.
    """
    found: dict[str, Any] = {}
    try:
        usual = _usual_utf8(body, content_type)
        data = convert_to_utf8(_headers(content_type), body, found) if usual is None else usual
        version, data, _ = replace_doctype(data)
    except (ValueError, LookupError, TypeError, OverflowError):  # of alleged encodings that only encode, and the like
        return None, ""
    return (data if usual is not None or found["encoding"] else None), version or ""


def _usual_utf8(body: bytes, content_type: str | None) -> bytes | None:
    """What feedparser makes of a document that is UTF-8 and called nothing else; None for all others.

    It would decode it, look for a declaration at each of its bytes, and encode it again.
    """
    data = body.removeprefix(BOM_UTF8)
    named = ENCODING.match(data)
    charset = parse_content_type(content_type or "")[1].lower()
    if (named and named[1].lower() != b"utf-8") or charset not in ("", "utf-8") or b"\x00" in data[:4]:
        return None
    try:
        data.isascii() or data.decode()
    except UnicodeDecodeError:
        return None
    declaration = DECLARATION.match(data)
    return OURS + data[declaration.end() :] if declaration else OURS + b"\n" + data


def looks_like_html(text: str) -> bool:
    """Whether feedparser takes a text that is declared plain for markup."""
    return bool(_FeedParserMixin.looks_like_html(text))


def has_handler(name: str) -> bool:
    """Whether feedparser does something of its own at the end of elements of that name."""
    return hasattr(_FeedParserMixin, f"_end_{name}")


def next_base(base: str, declared: str) -> str:
    """The base in force within an element that declares one, or the one that it inherits."""
    if not base:
        return str(_urljoin(base, declared))
    return str(make_safe_absolute_uri(base, declared)) or base


def join_address(base: str, address: str) -> str:
    """The address under a base; empty if the two make none."""
    return str(_urljoin(base, address))


def _headers(content_type: str | None) -> dict[str, str]:
    return {"content-type": content_type} if content_type else {}


def read_xml(body: bytes, *, url: str, content_type: str | None = None) -> RawFeed:
    """What feedparser finds, if need be item by item; a ParseError where nothing can be read."""
    # Without a base address: feedparser would make guids absolute with it, and keys would change when a feed moves.
    headers = _headers(content_type)
    nothing = ParseError("no feed can be read in the document", kind="damaged")
    try:
        feed = _read(body, headers)
    except ParseError as exc:
        return salvage(body, partial(_read, headers={}), exc)
    if not feed.items and looks_like_feed(body) and (not feed.format or has_items(body)):
        return salvage(body, partial(_read, headers={}), nothing)
    return feed


def _read(body: bytes, headers: dict[str, str]) -> RawFeed:
    try:
        # Its sanitiser can be got round and takes time; every field goes through our own door to plain text anyway.
        found = feedparser.parse(
            io.BytesIO(drop_bad_bases(_without_traps(body))),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    # feedparser lets a dozen kinds of foreign errors through on hostile documents (codecs, SAX, recursion); whichever
    # it is, the document cannot be read, and the cause is kept.
    except Exception as exc:
        raise ParseError(f"the document is too damaged to be read ({type(exc).__name__})", kind="damaged") from exc
    items, skipped = [], 0
    for entry in found.get("entries", ()):
        try:
            items.append(_item(entry))
        except (TypeError, AttributeError, KeyError, ValueError):
            skipped += 1
    feed = found.get("feed", {})
    return RawFeed(
        format=str(found.get("version") or ""),
        items=tuple(items),
        title=_text(feed.get("title_detail"))
        if feed.get("title_detail")
        else RawText(value=_string(feed.get("title"))),
        language=_string(feed.get("language")) or None,
        ttl_s=ttl_s(feed),
        skipped=skipped,
    )


def _without_traps(body: bytes) -> bytes:
    """The document with a short way to its root element: gaps there take quadratic time, long entities multiply."""
    start = ROOT.search(body)
    if start is None or start.start() <= MAX_ENTITY_BYTES:
        return body
    return LONG_ENTITY.sub(b"", GAP.sub(b"\n", body[: start.start()])) + body[start.start() :]


def _item(entry: Any) -> RawItem:
    contents = [_text(part) for part in entry.get("content", ())]
    summary = _text(entry.get("summary_detail"))
    # feedparser repeats the content as summary when an item has no summary of its own.
    content = max(contents, key=lambda part: len(part.value), default=RawText())
    if summary.value == content.value:
        summary = RawText()
    return RawItem(
        guid=_string(entry.get("id")) or None,
        link=_string(entry.get("link")) or _first_link(entry),
        title=_text(entry.get("title_detail")),
        summary=summary,
        content=content,
        published=_string(entry.get("published")) or None,
        updated=_string(dict.get(entry, "updated")) or None,
        outlet=_outlet(entry),
        language=_string((entry.get("title_detail") or {}).get("language")) or None,
    )


def _text(detail: Any) -> RawText:
    if not detail:
        return RawText()
    return RawText(value=_string(detail.get("value")), is_html=detail.get("type") in HTML_TYPES)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first_link(entry: Any) -> str | None:
    """The page among the links; enclosures are sound and pictures."""
    links = [link for link in entry.get("links", ()) if link.get("rel") in ("alternate", None)]
    return next((_string(link.get("href")) for link in links if link.get("href")), None)


def _outlet(entry: Any) -> str | None:
    source = entry.get("source")
    return _string(source.get("title")) or None if hasattr(source, "get") else None


def ttl_s(feed: HasGet) -> float | None:
    """The feed's own wish for the time between polls: RSS `ttl` in minutes, or the syndication module's period."""
    raw = _string(feed.get("ttl")).strip()
    if raw.isascii() and raw.isdigit() and len(raw) < 8:
        return float(raw) * 60 or None
    period = PERIODS_S.get(_string(feed.get("sy_updateperiod")).strip().lower())
    frequency = _string(feed.get("sy_updatefrequency")).strip()
    if period is None:
        return None
    times = int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) < 5 else 1
    return period / max(times, 1)
