"""One item of a well-formed feed, read as feedparser reads it: each element adds to what the item has said so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from monitor.feeds.fast_markup import Names, written_out
from monitor.feeds.fast_names import IMAGE, INERT, TEXT, Roles
from monitor.feeds.fast_values import (
    UnsureError,
    attributes_of,
    language_of,
    link_text,
    mended,
    single_slashed,
    text_of,
)
from monitor.feeds.feedparser_reader import looks_like_html
from monitor.feeds.raw import RawItem, RawText

RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
TYPES = dict.fromkeys(("text", "plain", "text/plain"), False) | dict.fromkeys(("html", "text/html"), True)
XHTML_TYPES = frozenset({"xhtml", "application/xhtml+xml"})
PAGE_TYPES = frozenset({"text/html", "html", "application/xhtml+xml", "xhtml"})
NESTED = frozenset({"media_title", "media_description", "title", "description", IMAGE})  # of groups, or of an author
BRANCHING = frozenset({"title", "summary", "content", TEXT, IMAGE})  # these may hold elements
SILENT = frozenset({INERT, "language", "ttl"})
IN_PICTURE = frozenset({"url", "href", "width", "height"})
NO_DEPTH = 1000
NOTHING = RawText()


@dataclass(slots=True)
class Memory:
    """What an item, or the feed itself, has said so far."""

    language: str | None = None  # inherited by what it holds
    guid: str | None = None
    link: str | None = None
    links: list[str] = field(default_factory=list)  # of pages
    title: RawText = NOTHING
    title_language: str | None = None
    title_depth: int = NO_DEPTH  # no title as deep as this one, or deeper, takes its place
    has_summary: bool = False
    summary: RawText = NOTHING
    contents: list[RawText] = field(default_factory=list)
    published: str | None = None
    updated: str | None = None
    outlet: str | None = None

    def item(self) -> RawItem:
        """The item, as far as it was told."""
        content = max(self.contents, key=lambda part: len(part.value), default=NOTHING)
        return RawItem(
            guid=self.guid or None,
            link=self.link or next(iter(self.links), None),
            title=self.title,
            summary=NOTHING if self.summary.value == content.value else self.summary,
            content=content,
            published=self.published or None,
            updated=self.updated or None,
            outlet=self.outlet or None,
            language=self.title_language or None,
        )


class ItemReader:
    """Reads the items of one document in their order, since feedparser remembers some things from one to the next."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._sayings = _Sayings(roles)
        self._names = Names(roles)
        self.atom = False
        self.unwraps = False  # the `div` that Atom 1.0 has around XHTML
        self.has_content = False  # a content was seen, even outside of any item; forgotten when an item ends

    def read(self, element: etree._Element, language: str | None) -> RawItem:
        """The item that an element holds, in a feed of that language."""
        memory = Memory(language)
        if element.keys():
            memory.guid, memory.language = self._head(element, language)
        sayings = self._sayings
        for child in element:
            role, say = sayings[child.tag]
            if say is not None and (not len(child) or role in BRANCHING):
                say(self, memory, child, role)
            elif len(child):
                self._inside(memory, child, role)
        self.has_content = False
        return memory.item()

    def _head(self, element: etree._Element, language: str | None) -> tuple[str | None, str | None]:
        attributes = attributes_of(element)
        if "lastmod" in attributes or "href" in attributes:
            raise UnsureError
        return attributes.get("rdf:about"), language_of(element, language)

    def _inside(self, memory: Memory, box: etree._Element, role: str) -> None:
        """What matters among the elements in one that does not."""
        if role != INERT:
            raise UnsureError
        for child in box.iterdescendants():
            role, say = self._sayings[child.tag]
            if say is None:
                continue
            if len(child) or role not in NESTED or _speaks(box):
                raise UnsureError
            if say is ItemReader.title:
                self.title(memory, child, role, _depth(child, box))
            else:
                say(self, memory, child, role)

    def title(self, memory: Memory, child: etree._Element, role: str, depth: int = 0) -> None:
        """Keeps a title: the first one, unless that is empty, deeper or of the media module."""
        content = self._content(child, is_html=False)
        if memory.title_depth > depth:
            language = language_of(child, memory.language) if child.keys() else memory.language
            memory.title = content
            memory.title_language = (language or "").replace("_", "-")
        if role == "title" and content.value:
            memory.title_depth = depth

    def text(self, memory: Memory, child: etree._Element, role: str) -> None:
        """Passes over a text of which nothing is kept; markup in it must be markup to feedparser too."""
        if len(child):
            self._content(child, is_html=False)

    def _image(self, memory: Memory, child: etree._Element, role: str) -> None:
        """A picture, whose title passes for that of the item if none follows."""
        memory.title_depth = NO_DEPTH
        if len(child) and _speaks(child):
            raise UnsureError
        for part in child:
            name = self._roles.name(part.tag)
            if len(part) or not (name in IN_PICTURE or name == "title" or (name == "link" and not part.keys())):
                raise UnsureError
            if name == "title":
                self.title(memory, part, "title", 1)

    def _link(self, memory: Memory, child: etree._Element, role: str) -> None:
        attributes = attributes_of(child)
        if "url" in attributes or "uri" in attributes:
            raise UnsureError
        rel = attributes.get("rel", "alternate").lower()
        kind = attributes.get("type", "application/atom+xml" if rel == "self" else "text/html").lower()
        if "href" in attributes:
            address = single_slashed(attributes["href"])
            if rel == "alternate" and kind in PAGE_TYPES:
                memory.link = address
        else:
            address = memory.link = link_text(mended(single_slashed((child.text or "").strip())))
        if rel == "alternate" and address:
            memory.links.append(address)

    def _guid(self, memory: Memory, child: etree._Element, role: str) -> None:
        is_link = attributes_of(child).get("ispermalink", "true") == "true"
        value = (child.text or "").strip()
        value = memory.guid = mended(single_slashed(value) if is_link else value)
        if is_link and memory.link is None:
            memory.link = value

    def _description(self, memory: Memory, child: etree._Element, role: str) -> None:
        """A description is markup by default, a summary is not; a second one is taken for the content."""
        if memory.has_summary and not self.has_content:
            self._full_text(memory, child, role)
            return
        memory.summary = self._content(child, is_html=role != "summary")
        memory.has_summary = True

    def _full_text(self, memory: Memory, child: etree._Element, role: str) -> None:
        self.has_content = True
        memory.contents.append(self._content(child, is_html=role == "encoded"))
        memory.has_summary = True

    def _source(self, memory: Memory, child: etree._Element, role: str) -> None:
        memory.outlet = text_of(child)
        memory.title_depth = NO_DEPTH

    def _published(self, memory: Memory, child: etree._Element, role: str) -> None:
        memory.published = text_of(child)

    def _updated(self, memory: Memory, child: etree._Element, role: str) -> None:
        memory.updated = text_of(child)

    def _content(self, child: etree._Element, *, is_html: bool) -> RawText:
        """A text that may be markup; in RSS it is guessed where plain text is meant."""
        value = (child.text or "").strip()
        if child.keys():
            attributes = attributes_of(child)
            declared = TYPES.get(attributes["type"].lower()) if "type" in attributes else is_html
            if declared is None or attributes.get("mode") == "base64":
                return self._markup(child, attributes)
            is_html = declared
        if len(child):
            raise UnsureError
        if not is_html and not self.atom and ("<" in value or "&" in value):
            is_html = looks_like_html(value)
        return RawText(mended(value), is_html)

    def _markup(self, child: etree._Element, attributes: dict[str, str]) -> RawText:
        if attributes.get("type", "").lower() not in XHTML_TYPES or attributes.get("mode") == "base64" or not self.atom:
            raise UnsureError
        if len(child) and self._roles.has_links:
            raise UnsureError
        return RawText(mended(written_out(child, self._names, unwrap=self.unwraps)), True)

    def refuse(self, memory: Memory, child: etree._Element, role: str) -> None:
        """For roles that are not followed."""
        raise UnsureError


Say = Callable[[ItemReader, Memory, etree._Element, str], None]
SAYINGS: dict[str, Say] = {
    "title": ItemReader.title,
    "media_title": ItemReader.title,
    "link": ItemReader._link,
    "guid": ItemReader._guid,
    "description": ItemReader._description,
    "media_description": ItemReader._description,
    "summary": ItemReader._description,
    "content": ItemReader._full_text,
    "encoded": ItemReader._full_text,
    "source": ItemReader._source,
    "published": ItemReader._published,
    "updated": ItemReader._updated,
    IMAGE: ItemReader._image,
    TEXT: ItemReader.text,
}


class _Sayings(dict[str, tuple[str, Say | None]]):
    """Element -> its role and what follows from it, worked out at first sight; None where nothing does."""

    def __init__(self, roles: Roles) -> None:
        super().__init__()
        self._roles = roles

    def __missing__(self, tag: str) -> tuple[str, Say | None]:
        role = self._roles[tag]
        say = None if role in SILENT else SAYINGS.get(role, ItemReader.refuse)
        self[tag] = (role, say)
        return role, say


def _speaks(box: etree._Element) -> bool:
    """Whether the language changes within an element, and with it that of a title."""
    return any(str(key).lower().endswith("lang") for part in box.iter() for key in part.keys())  # noqa: SIM118


def _depth(element: etree._Element, box: etree._Element) -> int:
    return next(depth for depth, parent in enumerate(element.iterancestors(), start=1) if parent is box)
