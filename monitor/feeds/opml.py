"""Lists of feeds from and for other readers, as OPML. No entities and no document types: such a file is refused."""

import re
from xml.sax.saxutils import quoteattr

from lxml import etree

from monitor.errors import ParseError
from monitor.feeds.items import language_tag
from monitor.feeds.links import clean_url
from monitor.feeds.plain import clean, to_line
from monitor.model import FeedSource

MAX_BYTES = 5_000_000
MAX_FEEDS = 10_000


def read_opml(document: bytes) -> list[FeedSource]:
    """The feeds of an OPML file, each address once, with their folders and categories as tags."""
    if len(document) > MAX_BYTES:
        raise ParseError(f"the OPML file is larger than {MAX_BYTES:,} bytes", kind="too_big")
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", document.replace(b"\x00", b""), re.IGNORECASE):
        raise ParseError("the OPML file declares a document type or entities, which no OPML needs", kind="refused")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise ParseError("this is not an OPML file: its XML cannot be read", kind="damaged") from exc
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ParseError("this is not an OPML file", kind="not_opml")
    if root.getroottree().docinfo.internalDTD is not None:  # written in an encoding that the bytes did not show
        raise ParseError("the OPML file declares a document type, which no OPML needs", kind="refused")
    found: dict[str, FeedSource] = {}
    for outline in root.iter("outline"):
        source = _source(outline)
        if source and len(found) < MAX_FEEDS:
            found.setdefault(source.url, source)
    return list(found.values())


def write_opml(sources: list[FeedSource], title: str = "Feeds") -> str:
    """The feeds as an OPML 2.0 file, tags as categories."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)}</title></head>",
        "  <body>",
        *(_outline(source) for source in sources),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _source(outline: etree._Element) -> FeedSource | None:
    attributes = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
    raw = attributes.get("xmlurl", "").strip()
    if raw.lower().startswith("feed:"):
        raw = raw[5:] if raw[5:].lower().startswith("http") else "http:" + raw[5:]
    # Checked by the same rules as a link, but kept as written: a parameter may belong to a feed's address.
    if clean_url(raw) is None or re.search(r"\s", raw):
        return None
    title = to_line(attributes.get("title") or attributes.get("text") or "", is_html=False, limit=200)
    return FeedSource(
        url=raw, title=title or None, tags=_tags(outline, attributes), language=language_tag(attributes.get("language"))
    )


def _tags(outline: etree._Element, attributes: dict[str, str]) -> tuple[str, ...]:
    folders = [parent.get("title") or parent.get("text") or "" for parent in outline.iterancestors("outline")]
    categories = attributes.get("category", "").split(",")
    names = [to_line(name.strip("/ "), is_html=False, limit=60) for name in [*reversed(folders), *categories]]
    return tuple(dict.fromkeys(name for name in names if name))


def _outline(source: FeedSource) -> str:
    title = source.title or source.url
    attributes = {"type": "rss", "text": title, "title": title, "xmlUrl": source.url}
    if source.tags:
        attributes["category"] = ",".join(tag.replace(",", " ") for tag in source.tags)
    if source.language:
        attributes["language"] = source.language
    return "    <outline " + " ".join(f"{name}={quoteattr(clean(value))}" for name, value in attributes.items()) + "/>"


def _escaped(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
