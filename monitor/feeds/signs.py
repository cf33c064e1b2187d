"""The signs of a text: hidden ones go, spaces become single, references become what they stand for."""

import re
from functools import lru_cache
from html import unescape
from html.entities import name2codepoint

# Controls, soft hyphens, zero-width and bidi marks, variation selectors, tags, surrogates, non-characters. U+0600-0605
# (Arabic number signs) are format characters too, but visible ones, and stay.
HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Letters and signs of most feeds, among which nothing is hidden, and no space but the usual one: quickly passed over.
USUAL = re.compile(
    "[\x20-\x7e\n\xa1-\xac\xae-\u02ff\u0370-\u058f\u0600-\u0610\u0620-\u06ff\u0900-\u0dff\u2010-\u2027\u2030-\u205e\u2070-\u2bff"
    "\u1e00-\u1fff\u3001-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\ufffd\U0001f000-\U0001faff]*+"
)
ODD_SPACE = re.compile(r"[^\S \n]")
# The standard library's own loops, where they do, for each text of a feed passes here: in ASCII, one turn settles it.
HIDDEN_ASCII = bytes((*range(9), *range(14, 28), 31, 127))
BREAKS_ASCII = b"\x0b\x0c\r\x1c\x1d\x1e"
PLAIN_ASCII = bytes.maketrans(BREAKS_ASCII + b"\t", b"\n" * len(BREAKS_ASCII) + b" ")
REFERENCE = re.compile(r"&(#[0-9]{2,6};|#[xX][0-9a-fA-F]{2,5};|[a-zA-Z]+[0-9]{0,2};|(?![a-zA-Z0-9#]))")
NAMES = frozenset(name2codepoint) | {"apos"}
CHARACTERS = ((0x20, 0x7F), (0xA0, 0xD800), (0xE000, 0xFDD0), (0xFDF0, 0xFFFE), (0x10000, 0x1FFFE))
LINE_ENDS = ("\u2028", "\u2029")
NUMBER = re.compile(r"#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")


def plain_signs(text: str) -> str:
    """The text without hidden characters, all its spaces blanks and all its line breaks plain."""
    if text.isascii():
        return text.encode().translate(PLAIN_ASCII, HIDDEN_ASCII).decode()
    text = text.replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
    if USUAL.fullmatch(text):
        return text
    return ODD_SPACE.sub(" ", HIDDEN.sub("", "\n".join(text.splitlines())))


def single_spaced(text: str) -> str:
    """The text with one space where there are several, and without empty lines."""
    if "\n" in text:
        lines = [line for raw_line in text.split("\n") if (line := raw_line.strip())]
        if "  " not in text:
            return "\n".join(lines)
        return "\n".join([" ".join(line.split()) if "  " in line else line for line in lines])
    return " ".join(text.split()) if "  " in text else text.strip()


def decoded(text: str) -> str | None:
    """The text with plain signs for its references; None if parsers might differ on one."""
    pieces = REFERENCE.split(text)
    references = pieces[1::2]
    signs = {reference: _sign(reference) for reference in set(references)}
    found = [sign for reference in references if (sign := signs[reference]) is not None]
    if len(found) != text.count("&"):
        return None
    pieces[1::2] = found
    return "".join(pieces)


@lru_cache(maxsize=2000)
def _sign(reference: str) -> str | None:
    """The plain sign for a reference that all parsers know; empty for a hidden one."""
    if not reference:
        return "&"
    number = NUMBER.fullmatch(reference)
    if number is not None:
        code = int(number[1]) if number[1] else int(number[2], 16)
        known = any(first <= code < end for first, end in CHARACTERS)
    else:
        known = reference[:-1] in NAMES
    if not known:
        return None
    sign = unescape(f"&{reference}")
    return "\n" if sign in LINE_ENDS else plain_signs(sign)
