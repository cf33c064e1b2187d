"""The mistakes that make most ill-formed feeds so, mended before anything reads them.

A document that is well-formed but for these is read strictly, by whichever reader: a hundred times for once, it is not
its structure that is wrong but a space before the declaration, an ampersand, a character that no XML may hold.
"""

import re
from html.entities import name2codepoint

from monitor.feeds.salvage import CONTROLS, REFERENCE, valid_reference

MAX_HEAD_BYTES = 1000
UTF8_MARK = b"\xef\xbb\xbf"
SPACES = b" \t\r\n"
# Ampersands in sections and comments mean themselves. What never ends is passed over once, not tried at each byte.
AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
    rb"|&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,8}|#x[0-9a-fA-F]{1,8});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
LITERAL = (b"amp", b"lt", b"gt", b"quot", b"apos")


def without_gap(body: bytes) -> bytes:
    """The document without the spaces before its declaration, which must be its first bytes."""
    start = body[:MAX_HEAD_BYTES].removeprefix(UTF8_MARK).lstrip(SPACES)
    if start.startswith(b"<?xml") and not body.startswith((b"<", UTF8_MARK + b"<")):
        return body.removeprefix(UTF8_MARK).lstrip(SPACES)
    return body


def mend(body: bytes) -> bytes | None:
    """The document without its usual mistakes; None if there are none, or if its encoding is none of ASCII's kin."""
    head = body[:MAX_HEAD_BYTES]
    if b"\x00" in head or b"2022" in head or b"<" not in head:  # in ISO 2022, controls switch between alphabets
        return None
    mended = REFERENCE.sub(valid_reference, CONTROLS.sub(b"", body))
    if b"<!DOCTYPE" not in mended and b"<!ENTITY" not in mended:  # else the document may know names of its own
        mended = AMPERSAND.sub(_escaped, mended)
    return None if mended == body else mended


def _escaped(found: re.Match[bytes]) -> bytes:
    if not found[0].startswith(b"&"):
        return found[0]
    name = found[1]
    code = name2codepoint.get(name.decode("ascii")) if name and name not in LITERAL else None
    return b"&#%d;" % code if code else b"&amp;" + found[0][1:]
