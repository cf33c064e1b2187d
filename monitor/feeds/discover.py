"""The feeds that a web page names: in its head, else among its links."""

import re
from dataclasses import dataclass

from lxml import etree

from monitor.feeds.links import clean_url
from monitor.feeds.plain import to_line

FEED_TYPES = {
    "application/rss+xml": "RSS",
    "application/atom+xml": "Atom",
    "application/rdf+xml": "RSS 1.0",
    "application/feed+json": "JSON Feed",
    "application/json": "JSON Feed",
    "text/xml": "RSS",
    "application/xml": "RSS",
}
FEED_LINK = re.compile(
    r"(?:/(?:feed|rss|atom|rdf)(?:\.\w+)?/?|\.(?:rss|atom|rdf)|/feed\.json|(?:rss|feed|index)\.xml)(?:\?|$)",
    re.IGNORECASE,
)
MAX_PAGE_BYTES = 3_000_000
MAX_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed's address as a page gives it."""

    url: str
    title: str | None
    kind: str  # "RSS", "Atom", …, or "link" for one that only looks like a feed's address


def discover(html: bytes | str, base_url: str) -> list[FoundFeed]:
    """The feeds that a page names, the declared ones first, each address once."""
    root = _tree(html)
    if root is None:
        return []
    base = next((clean_url(b.get("href"), base_url) for b in root.iter("base") if b.get("href")), None) or base_url
    found: dict[str, FoundFeed] = {}
    for link in root.iter("link"):
        kind = FEED_TYPES.get((link.get("type") or "").partition(";")[0].strip().lower())
        if kind and "alternate" in (link.get("rel") or "").lower().split():
            _keep(found, link.get("href"), base, link.get("title"), kind)
    for anchor in root.iter("a"):
        if FEED_LINK.search(anchor.get("href") or ""):
            _keep(found, anchor.get("href"), base, " ".join(str(text) for text in anchor.itertext()), "link")
    return list(found.values())[:MAX_FOUND]


def _tree(html: bytes | str) -> etree._Element | None:
    parser = etree.HTMLParser(recover=True, no_network=True, huge_tree=False)
    data = html.encode("utf-8", "replace") if isinstance(html, str) else html
    if isinstance(html, str):
        parser = etree.HTMLParser(recover=True, no_network=True, huge_tree=False, encoding="utf-8")
    try:
        return etree.fromstring(data[:MAX_PAGE_BYTES], parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _keep(found: dict[str, FoundFeed], href: str | None, base: str, title: str | None, kind: str) -> None:
    url = clean_url(href, base)
    if url and url not in found:
        found[url] = FoundFeed(url=url, title=to_line(title or "", is_html=False, limit=200) or None, kind=kind)
