"""What is left of a document that breaks its parser: repaired as a whole, else item by item; neighbours survive."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from monitor.errors import ParseError
from monitor.feeds.raw import RawFeed, RawItem

Read = Callable[[bytes], RawFeed]

REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,16})|([0-9]{1,16}));", re.IGNORECASE)
DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.IGNORECASE)
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)[\s>]", re.IGNORECASE)
BASE = re.compile(rb"\bxml:base\s*=\s*[\"']([^\"'<>]{0,2048})[\"']")
ITEM = re.compile(rb"<((?:\w+:)?(?:item|entry))(?=[\s>]).*?</\1\s*>", re.IGNORECASE | re.DOTALL)
NEUTRAL_HEADS = {b"item": b'<rss version="2.0"><channel>', b"entry": b'<feed xmlns="http://www.w3.org/2005/Atom">'}
MAX_HEAD_BYTES = 20_000
MAX_ITEMS = 500  # each costs a run of the parser


def looks_like_feed(body: bytes) -> bool:
    """Whether the bytes hold a feed's elements, whatever a parser says of them."""
    return FEED.search(body[:5000].replace(b"\x00", b"")) is not None


def drop_bad_bases(body: bytes) -> bytes:
    """The document without `xml:base` values that are no address: feedparser stumbles over one until the end."""
    return BASE.sub(_valid_base, body) if b"xml:base" in body else body


def _valid_base(found: re.Match[bytes]) -> bytes:
    try:
        urlsplit(found[1].decode("utf-8", "replace"))
    except ValueError:
        return b""
    return found[0]


def salvage(body: bytes, read: Read, cause: ParseError) -> RawFeed:
    """The feed as far as it can be read; `cause` is raised if nothing can."""
    repaired = repair(body)
    try:
        return read(repaired)
    except ParseError:
        pieces = list(_pieces(repaired))
    head = _readable_head(repaired, read)
    found: list[RawItem] = []
    broken = 0
    feed: RawFeed | None = None
    for piece in pieces[:MAX_ITEMS]:
        try:
            feed = read((head or _neutral_head(piece)) + piece)
        except ParseError:
            broken += 1
        else:
            found += feed.items
    if feed is None or not found:
        raise cause
    return replace(feed, items=tuple(found), skipped=broken)


def repair(body: bytes) -> bytes:
    """The document in UTF-8, without the references and characters that no XML may hold."""
    declaration = DECLARATION.match(body)
    encoding = ENCODING.search(declaration[0]) if declaration else None
    try:
        text = body.decode(encoding[1].decode("ascii") if encoding else "utf-8", "replace")
    except (LookupError, UnicodeError, ValueError):  # an encoding that does not exist, or that only encodes
        text = ""
    if "<" not in text:
        text = body.decode("utf-8", "replace")
    clean = DECLARATION.sub(b"", text.encode("utf-8", "replace"))
    return CONTROLS.sub(b"", REFERENCE.sub(_valid, clean))


def _valid(found: re.Match[bytes]) -> bytes:
    number = int(found[1], 16) if found[1] else int(found[2])
    allowed = number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0x10FFFF
    return found[0] if allowed else b""


def _pieces(body: bytes) -> Iterator[bytes]:
    return (found[0] for found in ITEM.finditer(body))


def _readable_head(body: bytes, read: Read) -> bytes | None:
    """What stands before the first item, if that alone does no harm: it names the format and the namespaces."""
    first = ITEM.search(body)
    head = body[: first.start()] if first else body
    if len(head) > MAX_HEAD_BYTES:
        return None
    try:
        return head if read(head).format else None
    except ParseError:
        return None


def _neutral_head(piece: bytes) -> bytes:
    return NEUTRAL_HEADS[b"entry" if b"entry" in piece[:40].lower() else b"item"]
