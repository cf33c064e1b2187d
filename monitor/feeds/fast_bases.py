"""Addresses of a document that declares a base, joined to it as feedparser joins them, its forgetfulness included."""

from lxml import etree

from monitor.feeds.fast_names import Roles
from monitor.feeds.fast_values import UnsureError, attributes_of
from monitor.feeds.feedparser_reader import join_address, next_base

MAX_EVENTS = 100_000
MAX_BASE_CHARS = 2048


def resolve_bases(root: etree._Element, roles: Roles) -> None:
    """Makes the addresses in links and guids what they are under the bases that are in force where they stand."""
    base, stack = "", []
    known: dict[tuple[str, str], str] = {}
    for number, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        if number > MAX_EVENTS or len(base) > MAX_BASE_CHARS:
            raise UnsureError
        if event == "start":
            attributes = attributes_of(element) if element.keys() else {}
            declared = attributes.get("xml:base", attributes.get("base")) or base
            if (base, declared) not in known:
                known[base, declared] = next_base(base, declared)
            base = known[base, declared]
            stack.append(base)
            if base:
                _resolve(element, roles[element.tag], attributes, base)
            continue
        stack.pop()
        if stack and stack[-1]:  # else the base stays in force, beyond the end of the element that declared it
            base = stack[-1]


def _resolve(element: etree._Element, role: str, attributes: dict[str, str], base: str) -> None:
    text = (element.text or "").strip()
    if role == "link" and "href" in attributes:
        name = next(key for key in element.keys() if str(key).lower() == "href")  # noqa: SIM118 (an element is no dict)
        element.set(name, join_address(base, attributes["href"]))
    elif text and (role == "link" or (role == "guid" and attributes.get("ispermalink", "true") == "true")):
        element.text = join_address(base, text)
