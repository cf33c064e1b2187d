"""JSON Feed, versions 1 and 1.1, read by ourselves: item by item, whatever else is wrong."""

import json
from typing import Any

from monitor.errors import ParseError
from monitor.feeds.raw import RawFeed, RawItem, RawText

BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def looks_like_json(body: bytes, content_type: str | None = None) -> bool:
    """Whether the document is JSON, by its first character; what the server calls it does not count."""
    head = body[:200]
    for bom in BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\x00", b"").lstrip()[:1] in (b"{", b"[")


def read_json(body: bytes, *, url: str, content_type: str | None = None) -> RawFeed:
    """What the document holds; a ParseError if it is JSON of another kind."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as exc:  # UnicodeDecodeError is a ValueError
        raise ParseError("the answer is damaged JSON", kind="damaged") from exc
    version = document.get("version") if isinstance(document, dict) else None
    items = document.get("items") if isinstance(document, dict) else None
    known = isinstance(version, str) and "jsonfeed.org/version" in version
    if not isinstance(items, list) or not (known or any(_is_item(item) for item in items)):
        if known and items is None:
            items = []
        else:
            raise ParseError("the answer is JSON, but not a JSON Feed", kind="not_a_feed")
    read = [_item(item) for item in items if isinstance(item, dict)]
    return RawFeed(
        format="json" + ("11" if str(version).rstrip("/").endswith("1.1") else "1"),
        items=tuple(read),
        title=RawText(value=_string(document.get("title"))),
        language=_string(document.get("language")) or None,
        skipped=len(items) - len(read),
    )


def _is_item(item: Any) -> bool:
    return isinstance(item, dict) and bool(item.keys() & {"content_text", "content_html", "title"}) and "id" in item


def _item(item: dict[str, Any]) -> RawItem:
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    return RawItem(
        guid=_string(item.get("id")) or None,
        link=_string(item.get("url")) or _string(item.get("external_url")) or None,
        title=RawText(value=_string(item.get("title"))),
        summary=RawText(value=_string(item.get("summary"))),
        content=RawText(value=html, is_html=True) if html else RawText(value=text),
        published=_string(item.get("date_published")) or None,
        updated=_string(item.get("date_modified")) or None,
        language=_string(item.get("language")) or None,
    )


def _string(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""
