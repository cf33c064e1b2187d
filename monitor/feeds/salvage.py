"""What is left of a document that breaks its parser: repaired as a whole, else item by item; neighbours survive."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from monitor.errors import ParseError
from monitor.feeds.raw import RawFeed

Read = Callable[[bytes], RawFeed]

REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,16})|([0-9]{1,16}));", re.IGNORECASE)
DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.IGNORECASE)
DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)  # an unclosed one swallows all that follows
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)[\s>]", re.IGNORECASE)
BASE = re.compile(rb"xml:base\s*=\s*[\"']([^\"'<>]{0,2048})[\"']")
ITEM_START = re.compile(rb"<((?:\w+:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
NEUTRAL_HEADS = {b"item": b'<rss version="2.0"><channel>', b"entry": b'<feed xmlns="http://www.w3.org/2005/Atom">'}
MAX_HEAD_BYTES = 20_000
MAX_ITEMS = 500  # each costs a run of the parser
PROBES = 3
CHARACTERS = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))


def looks_like_feed(body: bytes) -> bool:
    """Whether the bytes hold a feed's elements, whatever a parser says of them."""
    return FEED.search(body[:5000].replace(b"\x00", b"")) is not None


def has_items(body: bytes) -> bool:
    """Whether the bytes hold an item with its end."""
    return next(_pieces(body), None) is not None


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
    pieces = list(islice(_pieces(repaired), MAX_ITEMS))
    # What was read in vain is not read again for its declaration.
    whole = None if repaired == DECLARATION.sub(b"", body) else _attempt(repaired, read)
    if whole is not None and (whole.items or (whole.format and not pieces)):
        return whole
    head = _readable_head(repaired, read)
    # Pieces of which none among several can be read are no items, whatever they are called.
    if not any(_read_piece(piece, head, read) for piece in pieces[:: len(pieces) // PROBES + 1]):
        raise cause
    read_pieces = [_read_piece(piece, head, read) for piece in pieces]
    feeds = [feed for feed in read_pieces if feed is not None]
    if not feeds:
        raise cause
    items = tuple(item for feed in feeds for item in feed.items)
    return replace(feeds[0], items=items, skipped=len(pieces) - len(feeds))


def _pieces(body: bytes) -> Iterator[bytes]:
    """The items as the bytes show them, in one pass: a document of nothing but beginnings must not take for ever."""
    at = 0
    while (start := ITEM_START.search(body, at)) is not None:
        end = re.compile(rb"</" + re.escape(start[1]) + rb"\s*>", re.IGNORECASE).search(body, start.end())
        if end is None:
            return
        yield body[start.start() : end.end()]
        at = end.end()


def _attempt(body: bytes, read: Read) -> RawFeed | None:
    try:
        return read(body)
    except ParseError:
        return None


def _read_piece(piece: bytes, head: bytes | None, read: Read) -> RawFeed | None:
    for start in (head, NEUTRAL_HEADS[b"entry" if b"entry" in piece[:40].lower() else b"item"]):
        feed = None if start is None else _attempt(start + piece, read)
        if feed is not None and feed.items:
            return feed
    return None


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
    return DOCUMENT_TYPE.sub(b"", CONTROLS.sub(b"", REFERENCE.sub(valid_reference, clean)))


def valid_reference(found: re.Match[bytes]) -> bytes:
    """The reference, unless it is to a character that no XML may hold."""
    number = int(found[1], 16) if found[1] else int(found[2])
    allowed = number in (9, 10, 13) or any(first <= number <= last for first, last in CHARACTERS)
    return found[0] if allowed else b""


def _readable_head(body: bytes, read: Read) -> bytes | None:
    """What stands before the first item, if that alone does no harm: it names the format and the namespaces."""
    first = ITEM_START.search(body)
    head = body[: first.start()] if first else body
    feed = _attempt(head, read) if len(head) <= MAX_HEAD_BYTES else None
    return head if feed is not None and feed.format else None
