"""Attributes, texts and addresses of a well-formed feed, each as feedparser would give it."""

import re
from contextlib import suppress

from lxml import etree

from monitor.feeds.fast_names import standard_prefix
from monitor.feeds.feedparser_reader import CP1252

# An attribute of one of these names in a namespace that feedparser does not know passes for the plain one.
ATTRIBUTES = frozenset({"href", "url", "uri", "rel", "type", "mode", "lang", "base", "ispermalink", "version", "about"})
MAX_ATTRIBUTES = 100
SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/+")
AMPERSAND = re.compile("&([A-Za-z0-9_]+);")
C1 = re.compile("[\x80-\x9f]")


class UnsureError(Exception):
    """The document holds what the short way does not follow."""


def attributes_of(element: etree._Element) -> dict[str, str]:
    """The attributes by name, in lower case; `xml:lang` and the like with the usual prefix."""
    found: dict[str, str] = {}
    if len(element.attrib) > MAX_ATTRIBUTES:  # listing them takes quadratic time
        raise UnsureError
    for raw_key, value in element.items():
        key = str(raw_key)
        if key[0] == "{":
            uri, _, local = key[1:].partition("}")
            prefix = standard_prefix(uri)
            if not prefix and local.lower() in ATTRIBUTES:
                raise UnsureError
            key = f"{prefix}:{local}" if prefix else local
        found[key.lower()] = str(value)
    return found


def language_of(element: etree._Element, inherited: str | None) -> str | None:
    """The language that an element declares, else the inherited one; an empty one ends the inheritance."""
    attributes = attributes_of(element)
    language = attributes.get("xml:lang", attributes.get("lang"))
    return inherited if language is None else language or None


def single_slashed(address: str) -> str:
    """The address as feedparser keeps it where no base is in force."""
    return SLASHES.sub(r"\1", address) if ":///" in address else address


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else."""
    return mended((element.text or "").strip())


def mended(text: str) -> str:
    """The text without what two common mistakes of encoding do to it."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return C1.sub(_of_windows, text)


def _of_windows(found: re.Match[str]) -> str:
    return CP1252.get(ord(found[0]), found[0])


def link_text(address: str) -> str:
    """The address in a link element, where ampersands are often escaped twice."""
    return AMPERSAND.sub(r"&\1", address.replace("&amp;", "&"))
