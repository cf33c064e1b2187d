"""Markup of the usual kind to text without a parser: known elements that nest as they should, plain references.

An HTML parser takes most of the time that reading a feed needs, and nine in ten fields do without: where every
less-than sign opens a known tag and every end tag closes what was opened last, the parser finds the very same text.
"""

import re
from typing import NamedTuple

from monitor.feeds.signs import decoded

# No element here drops its content, nor reads what it holds by rules of its own.
BLOCKS = (
    "p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table thead tbody tfoot tr td th figure figcaption "
    "section article header footer aside main"
).split()
INLINE = (
    "a b i u em strong span small big sub sup code tt kbd samp var cite q abbr acronym del ins font mark time label "
    "strike s center img wbr input link meta"
).split()
VOID = frozenset({"br", "hr", "img", "wbr", "input", "link", "meta"})
# The boxes that a parser takes for ended where another one begins; their own end tags then mean nothing.
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
for _name in (*BLOCKS, "center"):
    if _name != "br":
        ENDED_BY[_name] = ENDED_BY.get(_name, frozenset()) | {"p"}
RAW = frozenset({"iframe", "script", "style"})  # what they hold is dropped, and no markup
BOXED = frozenset({"svg", "video", "audio", "button"})  # dropped with all that is in them, of whatever name
ENDED = "p, ended by another box"
HOLDING = frozenset({*BLOCKS, "html", "head", "body"})  # these do not end with the box that they are in
MAX_DEPTH = 100


class _Tag(NamedTuple):
    """What a tag does."""

    opens: str = ""
    closes: str = ""
    ends: frozenset[str] = frozenset()


def _tags() -> dict[str, _Tag]:
    tags: dict[str, _Tag] = {}
    for name in (*BLOCKS, *INLINE, *RAW):
        opened = "" if name in VOID else name
        for spelt in (name, name.upper()):
            tags[spelt] = _Tag(opened, ends=ENDED_BY.get(name, frozenset()))
            if opened:
                tags[f"/{spelt}"] = _Tag(closes=name)
    return tags | {"/img": _Tag()}


TAGS = _tags()
BOXES = frozenset(BLOCKS)
SEPARATORS = {tag: "\n" if tag.strip("/").lower() in BOXES else "" for tag in TAGS}
# Attributes that hide an element are not taken: `hidden`, and a style that says so or holds references.
_NO_DISPLAY = r"(?i:d(?! *i *s *p *l *a *y *: *n *o *n *e))"
TAG = re.compile(
    r"<(/?[a-zA-Z][a-zA-Z0-9]*+)(?:>|(?:(?:\s++|(?<=[\"']))(?:"
    r"(?!(?i:hidden|style)[\s=/>])[a-zA-Z_:][\w:.-]*+(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`&]++))?+"
    rf"|(?i:style)\s*+=\s*+(?:\"(?:[^\"<>&dD]++|{_NO_DISPLAY})*+\"|'(?:[^'<>&dD]++|{_NO_DISPLAY})*+')"
    r"))*+\s*+/?>)"
)
COMMENT = re.compile(r"<!--(?![->])[^-]*+(?:-[^-]++)*+-->")
BREAK = "\x01"  # no text holds it
GAP = "\x00"  # so that nothing new is made of what stands before and after a comment


def tame_text(markup: str) -> str | None:
    """The text with line breaks where blocks begin and end; None if it takes a parser to tell, or has hidden signs."""
    if BREAK in markup:
        return None
    if "<!--" in markup:
        markup = COMMENT.sub(GAP, markup)
    pieces = TAG.split(markup)
    names, texts = pieces[1::2], pieces[::2]
    if len(names) != markup.count("<"):
        return None
    if not BOXED.isdisjoint(names) and not _drop_boxes(names, texts):
        return None
    if not RAW.isdisjoint(names) and not _drop_raw(names, texts):
        return None
    separators = _separators(names, texts)
    if separators is None:
        return None
    if "&" in markup and "&" in (told := BREAK.join(texts)):
        signs = decoded(told)
        if signs is None:
            return None
        texts = signs.split(BREAK)
    pieces = [*texts, *separators]  # of the right length
    pieces[::2], pieces[1::2] = texts, separators
    text = "".join(pieces)
    return text.replace(GAP, "") if GAP in text else text


def _separators(names: list[str], texts: list[str]) -> list[str] | None:
    """What each tag leaves in the text, if all are known and each end tag is that of the element opened last."""
    opened: list[str] = []
    known = TAGS.get
    for number, name in enumerate(names):
        tag = known(name)
        if tag is None:
            before = names[number - 1] if number else ""
            if before not in ("br", "hr") or name != "/" + before:  # of XHTML
                return None
            continue
        opens, closes, ends = tag
        if ends and opened and not _may_open(ends, opened):
            return None
        if opens:
            opened.append(opens)
            if len(opened) > MAX_DEPTH:
                return None
        elif closes:
            closed = opened.pop() if opened else ""
            if closed != closes and not (closed == ENDED and closes == "p" and _is_on_new_line(number, names, texts)):
                return None
    return [SEPARATORS.get(name, "\n") for name in names]


def _may_open(ends: frozenset[str], opened: list[str]) -> bool:
    """Whether the box with that effect begins inside of those opened, perhaps after the end of one paragraph."""
    inner, outer = _boxes(opened)
    if inner not in ends:
        return True
    if opened[-1] != "p" or outer in ends:
        return False
    opened[-1] = ENDED
    return True


def _boxes(opened: list[str]) -> tuple[str, str]:
    """The innermost box, and the one around it."""
    boxes = (name for name in reversed(opened) if name in BOXES)
    return next(boxes, ""), next(boxes, "")


def _is_on_new_line(number: int, names: list[str], texts: list[str]) -> bool:
    """Whether it makes no difference that the end tag of an ended paragraph is a line break to some parsers only."""
    return SEPARATORS.get(names[number - 1], "\n") == "\n" and not texts[number].strip()


def _drop_boxes(names: list[str], texts: list[str]) -> bool:
    """Takes out the elements that are dropped with all they hold; whether each of them has its end."""
    starts = [number for number, name in enumerate(names) if name in BOXED]
    if len(starts) > MAX_DEPTH:
        return False
    for start in reversed(starts):
        opened = [names[start]]
        for end in range(start + 1, len(names)):
            name = names[end].removeprefix("/")
            if name.lower() in HOLDING:
                return False
            if name == names[end]:
                opened.append(name)
                continue
            while opened and opened.pop() != name:
                pass
            if not opened:
                break
        if opened or name != names[start]:
            return False
        names[start : end + 1] = []
        texts[start : end + 2] = [texts[start] + GAP + texts[end + 1]]
    return True


def _drop_raw(names: list[str], texts: list[str]) -> bool:
    """Empties the texts of elements that are dropped; whether each of them ends where that is beyond doubt."""
    for number, name in enumerate(names):
        if name in RAW:
            if names[number + 1 : number + 2] != ["/" + name]:
                return False
            texts[number + 1] = ""
    return True
