"""Markup of the usual kind to text without a parser: known elements that nest as they should, plain references.

An HTML parser takes most of the time that reading a feed needs, and nine in ten fields do without: where every
less-than sign opens a known tag and every end tag closes what was opened last, the parser finds the very same text.
"""

import re
from html import unescape
from html.entities import name2codepoint

# No element here drops its content, nor reads what it holds by rules of its own.
BLOCKS = (
    "p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table thead tbody tfoot tr td th figure figcaption "
    "section article header footer aside main"
).split()
INLINE = (
    "a b i u em strong span small big sub sup code tt kbd samp var cite q abbr acronym del ins font mark time label "
    "strike s center img"
).split()
VOID = frozenset({"br", "hr", "img"})
# The boxes that a parser takes for ended where another one begins; a paragraph's end is a line break anyway.
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_PARTS = _CELLS | {"thead", "tbody", "tfoot", "tr"}
ENDED_BY = {
    "p": _HEADINGS,
    "li": _HEADINGS | {"li", "dl", "pre"},
    "table": _HEADINGS | {"pre"},
    "pre": frozenset({"ul"}),
    "ul": frozenset({"pre"}),
    "dl": frozenset({"dt", "pre"}),
    "dt": frozenset({"dd", "pre"}),
    "dd": frozenset({"dt", "pre"}),
    "tbody": _PARTS,
    "tfoot": _PARTS,
    "tr": _CELLS | {"tr"},
    "td": _CELLS,
    "th": _CELLS,
}
PASSED_OVER = frozenset(INLINE) | {"p"}
RAW = frozenset({"iframe", "script", "style", "IFRAME", "SCRIPT", "STYLE"})  # what they hold is dropped, and no markup
MAX_DEPTH = 100

SEPARATORS = {
    slash + spelt: separator
    for names, separator in ((BLOCKS, "\n"), ((*INLINE, *RAW), ""))
    for name in names
    for spelt in {name, name.upper()}
    for slash in (("",) if name in VOID else ("", "/"))
} | {"/img": ""}
OPENING = {name: name.lower() for name in SEPARATORS if name[0] != "/" and name.lower() not in VOID}
CLOSING = {name: name[1:].lower() for name in SEPARATORS if name[0] == "/" and name[1:] not in VOID}
# Attributes that hide an element are not taken: `hidden`, and a style that speaks of display or holds references.
TAG = re.compile(
    r"<(/?[a-zA-Z][a-zA-Z0-9]*+)(?:\s++(?:"
    r"(?!(?i:hidden|style)[\s=/>])[a-zA-Z_:][\w:.-]*+(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`&]++))?+"
    r"|(?i:style)\s*+=\s*+(?:\"(?:[^\"<>&dD]++|(?i:d)(?!(?i:isplay)))*+\"|'(?:[^'<>&dD]++|(?i:d)(?!(?i:isplay)))*+')"
    r"))*+\s*+/?>"
)
COMMENT = re.compile(r"<!--(?![->])(?:[^-]|-(?!-))*+-->")
GAP = "\x00"  # so that nothing new is made of what stands before and after a comment
REFERENCE = re.compile(r"&(#[0-9]{2,6};|#[xX][0-9a-fA-F]{2,5};|[a-zA-Z]+[0-9]{0,2};|(?![a-zA-Z0-9#]))")
NAMES = frozenset(name2codepoint) | {"apos"}
CHARACTERS = ((0x20, 0x7F), (0xA0, 0xD800), (0xE000, 0xFDD0), (0xFDF0, 0xFFFE), (0x10000, 0x1FFFE))
NUMBER = re.compile(r"#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")


def tame_text(markup: str) -> str | None:
    """The text with line breaks where blocks begin and end; None if it takes a parser to tell."""
    if "<!--" in markup:
        markup = COMMENT.sub(GAP, markup)
    pieces = TAG.split(markup)
    names, texts = pieces[1::2], pieces[::2]
    if len(names) != markup.count("<") or not _is_nested(names):
        return None
    if not RAW.isdisjoint(names) and not _drop_raw(names, texts):
        return None
    has_references = "&" in markup and "&" in (told := GAP.join(texts))
    if has_references and not _is_plain(told):
        return None
    pieces[1::2] = [SEPARATORS[name] for name in names]
    pieces[::2] = texts
    text = "".join(pieces)
    return unescape(text) if has_references else text


def _is_nested(names: list[str]) -> bool:
    """Whether all elements are known, each end tag is that of the element opened last, and no other has ended it."""
    open_names: list[str] = []
    for name in names:
        if name in OPENING:
            opened = OPENING[name]
            if len(open_names) == MAX_DEPTH or (opened in ENDED_BY and _box(open_names) in ENDED_BY[opened]):
                return False
            open_names.append(opened)
        elif name in CLOSING:
            if not open_names or open_names.pop() != CLOSING[name]:
                return False
        elif name not in SEPARATORS:
            return False
    return True


def _box(open_names: list[str]) -> str:
    return next((name for name in reversed(open_names) if name not in PASSED_OVER), "")


def _drop_raw(names: list[str], texts: list[str]) -> bool:
    """Empties the texts of elements that are dropped; whether each of them ends where that is beyond doubt."""
    for number, name in enumerate(names):
        if name in RAW:
            if names[number + 1 : number + 2] != ["/" + name]:
                return False
            texts[number + 1] = ""
    return True


def _is_plain(text: str) -> bool:
    """Whether all parsers take each ampersand for the same."""
    references = REFERENCE.findall(text)
    return len(references) == text.count("&") and all(map(_is_known, set(references)))


def _is_known(reference: str) -> bool:
    number = NUMBER.fullmatch(reference)
    if number is None:
        return not reference or reference[:-1] in NAMES
    code = int(number[1]) if number[1] else int(number[2], 16)
    return any(first <= code < end for first, end in CHARACTERS)
