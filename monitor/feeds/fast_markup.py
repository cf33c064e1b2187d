"""Markup that stands as elements inside a field, written out as feedparser writes it."""

from xml.sax.saxutils import escape

from lxml import etree

from monitor.feeds.fast_names import Roles, standard_prefix
from monitor.feeds.fast_values import MAX_ATTRIBUTES, UnsureError
from monitor.feeds.feedparser_reader import has_handler

QUOTE = '"'
LOWERED = ("rel", "type")
DRAWINGS = frozenset({"svg", "math"})
MAX_DEPTH = 100


class Names(dict[str, str]):
    """Element -> how its tag is written, worked out at first sight."""

    def __init__(self, roles: Roles) -> None:
        super().__init__()
        self._roles = roles

    def __missing__(self, tag: str) -> str:
        """The name without its namespace; an end tag for which feedparser has a rule may end the field for it."""
        name = self._roles.name(tag)
        local = name.removeprefix("xhtml_")
        if has_handler(name) or local in DRAWINGS or not local.isalnum():
            raise UnsureError
        self[tag] = local
        return local


def written_out(field: etree._Element, names: Names, *, unwrap: bool) -> str:
    """What the field holds, with tags; where asked for, without the one `div` that Atom demands around it."""
    pieces: list[str] = []
    if unwrap and len(field) == 1 and not _text(field.text) and not _text(field[0].tail):
        box = field[0]
        if names[box.tag] == "div":
            _add(pieces, box, names, 0)
            return "".join(pieces).strip()
    _add(pieces, field, names, 0)
    return "".join(pieces).strip()


def _text(text: str | None) -> str:
    return text.strip() if text else ""


def _add(pieces: list[str], element: etree._Element, names: Names, depth: int) -> None:
    """Adds what an element holds."""
    if depth > MAX_DEPTH:
        raise UnsureError
    text = element.text
    if text:
        pieces.append(_escaped(text))
    for child in element:
        name = names[child.tag]
        pieces.append(f"<{name}{_attributes(child)}>" if child.keys() else f"<{name}>")
        _add(pieces, child, names, depth + 1)
        pieces.append(f"</{name}>")
        text = child.tail
        if text:
            pieces.append(_escaped(text))


def _escaped(text: str) -> str:
    return escape(text) if "&" in text or "<" in text or ">" in text else text


def _attributes(element: etree._Element) -> str:
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise UnsureError
    return "".join([_attribute(str(key), str(value)) for key, value in element.items()])


def _attribute(key: str, value: str) -> str:
    if key[0] == "{":
        uri, _, key = key[1:].partition("}")
        if standard_prefix(uri) != "xml":
            raise UnsureError
        key = f"xml:{key}"
    key = key.lower()
    value = _escaped(value.lower() if key in LOWERED else value)
    return f' {key}="{value.replace(QUOTE, "&quot;")}"'
