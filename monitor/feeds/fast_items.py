"""One item of a well-formed feed, read as feedparser reads it: each element adds to what the item has said so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from monitor.feeds.fast_names import INERT, TEXT, Roles
from monitor.feeds.fast_values import (
    UnsureError,
    attributes_of,
    language_of,
    link_text,
    mended,
    resolved,
    text_of,
)
from monitor.feeds.feedparser_reader import looks_like_html
from monitor.feeds.raw import RawItem, RawText

RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
TYPES = dict.fromkeys(("text", "plain", "text/plain"), False) | dict.fromkeys(("html", "text/html"), True)
PAGE_TYPES = frozenset({"text/html", "html", "application/xhtml+xml", "xhtml"})
NESTED = frozenset({"media_title", "media_description"})  # these are at home in groups
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
    title_is_final: bool = False
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

    def __init__(self, roles: Roles, *, has_base: bool) -> None:
        self._roles = roles
        self._has_base = has_base
        self.atom = False
        self.has_content = False  # a content was seen, even outside of any item; forgotten when an item ends

    def read(self, element: etree._Element, language: str | None) -> RawItem:
        """The item that an element holds, in a feed of that language."""
        memory = Memory(language=language)
        if element.keys():
            memory.guid, memory.language = self._head(element, language)
        roles = self._roles
        for child in element.iterdescendants():
            role = roles[child.tag]
            if role == INERT:
                continue
            if len(child) or (child.getparent() is not element and role not in NESTED):
                raise UnsureError
            say = SAYINGS.get(role)
            if say is not None:
                say(self, memory, child, role)
            elif role not in (TEXT, "language", "ttl"):
                raise UnsureError
        self.has_content = False
        return memory.item()

    def _head(self, element: etree._Element, language: str | None) -> tuple[str | None, str | None]:
        attributes = attributes_of(element)
        if "lastmod" in attributes or "href" in attributes:
            raise UnsureError
        return attributes.get("rdf:about"), language_of(element, language)

    def title(self, memory: Memory, child: etree._Element, role: str) -> None:
        """Keeps a title: the first one, unless that is empty or of the media module."""
        if memory.title_is_final:
            return
        if role in NESTED and any(_speaks(box) for box in child.iterancestors() if self._roles[box.tag] == INERT):
            raise UnsureError
        language = language_of(child, memory.language) if child.keys() else memory.language
        memory.title = self._content(child, is_html=False)
        memory.title_language = (language or "").replace("_", "-")
        memory.title_is_final = role == "title" and bool(child.text and child.text.strip())

    def _link(self, memory: Memory, child: etree._Element, role: str) -> None:
        attributes = attributes_of(child)
        if "url" in attributes or "uri" in attributes:
            raise UnsureError
        rel = attributes.get("rel", "alternate").lower()
        kind = attributes.get("type", "application/atom+xml" if rel == "self" else "text/html").lower()
        if "href" in attributes:
            address = self._resolved(attributes["href"])
            if rel == "alternate" and kind in PAGE_TYPES:
                memory.link = address
        else:
            address = memory.link = link_text(mended(self._resolved((child.text or "").strip())))
        if rel == "alternate" and address:
            memory.links.append(address)

    def _guid(self, memory: Memory, child: etree._Element, role: str) -> None:
        is_link = attributes_of(child).get("ispermalink", "true") == "true"
        value = (child.text or "").strip()
        value = memory.guid = mended(self._resolved(value) if is_link else value)
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
        memory.title_is_final = False

    def _published(self, memory: Memory, child: etree._Element, role: str) -> None:
        memory.published = text_of(child)

    def _updated(self, memory: Memory, child: etree._Element, role: str) -> None:
        memory.updated = text_of(child)

    def _resolved(self, address: str) -> str:
        return resolved(address, has_base=self._has_base)

    def _content(self, child: etree._Element, *, is_html: bool) -> RawText:
        """A text that may be markup; in RSS it is guessed where plain text is meant."""
        value = (child.text or "").strip()
        if child.keys():
            attributes = attributes_of(child)
            declared = TYPES.get(attributes["type"].lower()) if "type" in attributes else is_html
            if declared is None or attributes.get("mode") == "base64":
                raise UnsureError
            is_html = declared
        if not is_html and not self.atom and ("<" in value or "&" in value):
            is_html = looks_like_html(value)
        return RawText(value=mended(value), is_html=is_html)


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
}


def _speaks(box: etree._Element) -> bool:
    return any(str(key).lower().endswith("lang") for key in box.keys())  # noqa: SIM118 (an element is no dict)
