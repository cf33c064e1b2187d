"""The short way for well-formed RSS, Atom and RDF: lxml, with every field exactly as feedparser gives it.

feedparser reads anything, at some four milliseconds an item. Most feeds are plain: each field in an element of its own
that holds text. Their reading can be told in a page of code, and where a document leaves that page, by an element or
attribute to which feedparser gives a meaning not followed here, the answer is None and feedparser reads it. The rules
below are feedparser's, odd ones included (the last date wins, but the first title; a second summary is content).
"""

import re
from codecs import BOM_UTF8

from lxml import etree

from monitor.feeds.fast_bases import resolve_bases
from monitor.feeds.fast_items import NO_DEPTH, ItemReader, Memory
from monitor.feeds.fast_names import ATOM, IMAGE, INERT, INPUT, RSS_090, RSS_10, TEXT, Roles, read_roles
from monitor.feeds.fast_values import UnsureError, attributes_of, language_of, text_of
from monitor.feeds.feedparser_reader import MAX_HEAD_BYTES, ROOT, as_utf8, ttl_s
from monitor.feeds.raw import RawFeed, RawItem
from monitor.feeds.salvage import drop_bad_bases, has_items

RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
IN_IMAGE = frozenset({"title", "link", "description", "url", "href", "width", "height"})
IN_INPUT = frozenset({"title", "link", "description", "name"})
DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
HAS_BASE = re.compile(rb"base\s*=")


def read_fast(body: bytes, *, content_type: str | None = None, max_items: int = 1_000_000) -> RawFeed | None:
    """What feedparser would find in a well-formed, plain feed; None if it must be asked itself."""
    if not _is_tame(body):
        return None
    document, doctype_format = as_utf8(body, content_type)
    if document is None or DOCUMENT_TYPE.search(document):
        return None
    has_base = HAS_BASE.search(document) is not None
    if has_base:
        document = drop_bad_bases(document)
    roles = read_roles(document)
    if roles is None:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
        if has_base:
            resolve_bases(root, roles)
        reader = _FeedReader(roles, max_items=max_items)
        feed_format = reader.read(root)
    except (etree.XMLSyntaxError, UnsureError):
        return None
    if not reader.items and has_items(body):
        return None
    return reader.feed(doctype_format or feed_format)


def _is_tame(body: bytes) -> bool:
    """Whether what stands before the root element is short and simple: on other heads expressions run for minutes."""
    body = body.removeprefix(BOM_UTF8)
    head = body[:MAX_HEAD_BYTES]
    line = body.partition(b"\n")[0]
    return (
        b"\x00" not in head
        and ROOT.search(head) is not None
        and (not head.startswith(b"<?") or b"?>" in head)
        and b"encoding=" not in line[line.find(b"?>") if line.startswith(b"<?") else 0 :]
    )


class _FeedReader:
    """Walks one document in its order, since feedparser's rules depend on what came before."""

    def __init__(self, roles: Roles, *, max_items: int) -> None:
        self.items: list[RawItem] = []
        self._roles = roles
        self._reader = ItemReader(roles)
        self._max_items = max_items
        self._head = Memory()
        self._language: str | None = None
        self._wishes: dict[str, str] = {}

    def feed(self, feed_format: str) -> RawFeed:
        """All that was read."""
        return RawFeed(
            format=feed_format,
            items=tuple(self.items),
            title=self._head.title,
            language=self._language or None,
            ttl_s=ttl_s(self._wishes),
        )

    def read(self, root: etree._Element) -> str:
        """Reads a whole document; gives its format."""
        name = self._roles.name(root.tag)
        spaces = [uri.lower() for uri in root.nsmap.values()]
        atom, rss_10 = ATOM in spaces, RSS_10 in spaces
        old = (root.nsmap.get(None) or "").lower() == RSS_090
        version = root.get("version", "")
        self._head.language = language_of(root, None)
        if name == "rss" and not rss_10 and not old:
            self._language = (self._head.language or "").replace("_", "-")
            if len(root) != 1:
                raise UnsureError
            self._channel(root[0])
            return RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
        if name == "feed" and not rss_10 and not old:
            self._reader.atom, self._reader.unwraps = True, atom
            self._language = (self._head.language or "").replace("_", "-")
            self._walk(root)
            return "atom10" if atom else ATOM_VERSIONS.get(version, "atom")
        if name == "rdf_rdf" and not atom and rss_10 != old:
            self._rdf(root)
            return "rss10" if rss_10 else "rss090"
        raise UnsureError

    def _rdf(self, root: etree._Element) -> None:
        """The channel, and its items beside it."""
        children = iter(root)
        language = self._head.language
        self._channel(next(children, root))
        self._head.language = language
        for child in children:
            role = self._roles[child.tag]
            if role == "item":
                self._item(child)
            elif role in (IMAGE, INPUT) and not self._head.has_summary:
                self._box(child, IN_IMAGE if role == IMAGE else IN_INPUT)
            else:
                self._inert(child)

    def _channel(self, channel: etree._Element) -> None:
        if self._roles.name(channel.tag) != "channel" or {"lastmod", "href"} & attributes_of(channel).keys():
            raise UnsureError
        self._head.language = language_of(channel, self._head.language)
        self._walk(channel)

    def _item(self, element: etree._Element) -> None:
        self._head.title_depth = NO_DEPTH
        if len(self.items) < self._max_items:
            self.items.append(self._reader.read(element, self._head.language))

    def _walk(self, channel: etree._Element) -> None:
        for child in channel:
            role = self._roles[child.tag]
            if role == "item":
                self._item(child)
            elif role in (IMAGE, INPUT):
                self._box(child, IN_IMAGE if role == IMAGE else IN_INPUT)
            elif role == TEXT:
                self._reader.text(self._head, child, role)
            elif role in (INERT, "guid", "link", "published", "updated"):
                self._inert(child, active=role != INERT)
            else:
                if role != "title":
                    _expect_leaf(child)
                self._say_of_feed(role, child)

    def _say_of_feed(self, role: str, child: etree._Element) -> None:
        head = self._head
        if role in ("title", "media_title"):
            self._reader.title(head, child, role)
        elif role in ("description", "media_description", "summary"):
            if head.has_summary and not self._reader.has_content:
                self._reader.has_content = True
            elif role == "summary":
                head.has_summary = True
        elif role == "language":
            self._language = text_of(child)
        elif role in ("ttl", "sy_updateperiod", "sy_updatefrequency"):
            self._wishes[role] = "" if child.keys() else text_of(child)
        else:
            raise UnsureError

    def _box(self, box: etree._Element, allowed: frozenset[str]) -> None:
        """An image or a text field: what it holds is its own, unless an element inside ends it for feedparser."""
        self._head.title_depth = NO_DEPTH
        for child in box:
            name = self._roles.name(child.tag)
            if len(child) or (name not in allowed and ("_" not in name or self._roles[child.tag] != INERT)):
                raise UnsureError

    def _inert(self, element: etree._Element, *, active: bool = False) -> None:
        """Nothing inside of it may matter."""
        if len(element):
            if active or any(self._roles[inner.tag] != INERT for inner in element.iterdescendants()):
                raise UnsureError
        elif not active and self._roles[element.tag] != INERT:
            raise UnsureError


def _expect_leaf(element: etree._Element) -> None:
    if len(element):
        raise UnsureError
