"""Markup that stands as elements inside a field, written out as feedparser writes it."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from lxml import etree

from monitor.feeds.fast_names import Roles, standard_prefix
from monitor.feeds.fast_values import MAX_ATTRIBUTES, UnsureError
from monitor.feeds.feedparser_reader import has_handler

QUOTES = {'"': "&quot;"}
LOWERED = ("rel", "type")
DRAWINGS = frozenset({"svg", "math"})
MAX_DEPTH = 100


def written_out(field: etree._Element, roles: Roles, *, unwrap: bool) -> str:
    """What the field holds, with tags; where asked for, without the one `div` that Atom demands around it."""
    if unwrap and len(field) == 1 and not _text(field.text) and not _text(field[0].tail):
        box = field[0]
        if _name(box, roles) == "div":
            return "".join(_inside(box, roles, 0)).strip()
    return "".join(_inside(field, roles, 0)).strip()


def _text(text: str | None) -> str:
    return text.strip() if text else ""


def _inside(element: etree._Element, roles: Roles, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise UnsureError
    if element.text:
        yield escape(element.text)
    for child in element:
        name = _name(child, roles)
        yield f"<{name}{_attributes(child)}>"
        yield from _inside(child, roles, depth + 1)
        yield f"</{name}>"
        if child.tail:
            yield escape(child.tail)


def _name(element: etree._Element, roles: Roles) -> str:
    """The name without its namespace; an end tag for which feedparser has a rule may end the field for it."""
    name = roles.name(element.tag)
    local = name.removeprefix("xhtml_")
    if has_handler(name) or local in DRAWINGS or not local.isalnum():
        raise UnsureError
    return local


def _attributes(element: etree._Element) -> str:
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise UnsureError
    return "".join(_attribute(str(key), str(value)) for key, value in element.items())


def _attribute(key: str, value: str) -> str:
    if key[0] == "{":
        uri, _, key = key[1:].partition("}")
        if standard_prefix(uri) != "xml":
            raise UnsureError
        key = f"xml:{key}"
    key = key.lower()
    return f' {key}="{escape(value.lower() if key in LOWERED else value, QUOTES)}"'
