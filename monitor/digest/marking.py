"""Marks in a passage the words that made it match, so that the eye finds them. For show only; decides nothing."""

import re
import unicodedata
from dataclasses import dataclass

from monitor.model import Match

_WORD = re.compile(r"\w+")
_SHORTEST_STEM = 4  # shorter terms must be the whole word: "war" must not mark "warning"
_LONGEST_ENDING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a passage, marked or not."""

    text: str
    marked: bool


def mark_words(passage: str, match: Match) -> tuple[Span, ...]:
    """The passage in pieces whose texts add up to it; marked are the match's terms, entities and figures."""
    exact, stems = _wanted(match)
    marked = bytearray(len(passage))
    for word in _WORD.finditer(passage):
        if _is_wanted(_fold(word.group()), exact, stems):
            _set(marked, word.start(), word.end())
    for pair in match.figures:
        for found in re.finditer(rf"(?<!\w){re.escape(pair.report)}(?!\w)", passage, re.IGNORECASE):
            _set(marked, found.start(), found.end())
    _close_gaps(passage, marked)
    return _spans(passage, marked)


def word_of(term: str, passage: str) -> str:
    """A stem as the word that it stands for in the passage ("displac" as "displace"); the term if there is none."""
    stem = _fold(term).removesuffix("i")
    if ":" in term or len(stem) < _SHORTEST_STEM:
        return term
    words = (word.group() for word in _WORD.finditer(passage))
    return next((word.lower() for word in words if _is_wanted(_fold(word), frozenset(), (stem,))), term)


def _wanted(match: Match) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words that must be met whole (names, acronyms, numbers), and stems that a word may begin with."""
    plain = {_fold(term) for term, _ in match.terms if ":" not in term}
    names = [*match.entities, *(term[2:] for term, _ in match.terms if term.startswith("e:"))]
    numbers = {term[2:].rstrip("%") for term, _ in match.terms if term.startswith("f:")}
    capitals = [[word for word in re.findall(r"[^\W_]+", name) if not word[0].islower()] for name in names]
    exact = plain | numbers | {_fold(word) for words in capitals for word in words}
    exact |= {_fold("".join(word[0] for word in words)) for words in capitals if len(words) > 1}  # PMF, IRGC
    # A Snowball stem ends in "i" where the word may end in "y".
    stems = tuple(sorted(word.removesuffix("i") for word in plain if len(word) >= _SHORTEST_STEM))
    return frozenset(word for word in exact if len(word) > 1), stems


def _is_wanted(word: str, exact: frozenset[str], stems: tuple[str, ...]) -> bool:
    if word in exact:
        return True
    return any(word.startswith(stem) and len(word) - len(stem) <= _LONGEST_ENDING for stem in stems)


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _set(marked: bytearray, start: int, end: int) -> None:
    marked[start:end] = b"\x01" * (end - start)


def _close_gaps(passage: str, marked: bytearray) -> None:
    """Join neighbouring marks, so that a name of two words is one mark."""
    for gap in re.finditer(r"(?<=\w)[ '’-]{1,2}(?=\w)", passage):
        start, end = gap.span()
        if marked[start - 1] and marked[end]:
            _set(marked, start, end)


def _spans(passage: str, marked: bytearray) -> tuple[Span, ...]:
    spans = []
    start = 0
    for place in range(1, len(passage) + 1):
        if place == len(passage) or marked[place] != marked[start]:
            spans.append(Span(text=passage[start:place], marked=bool(marked[start])))
            start = place
    return tuple(spans)
