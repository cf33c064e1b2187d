"""What a text says, as terms: entities, stems, event families, figures and days; the same for claims and reports.

| term        | stands for                                        | example                   |
| ----------- | ------------------------------------------------- | ------------------------- |
| `e:NAME`    | an entity, *in place of* the words that name it   | `e:Kataib Hezbollah`      |
| `STEM`      | any other word, stemmed, stop words left out      | `coalit`                  |
| `v:FAMILY`  | a kind of event, beside the words that tell of it | `v:transfer`              |
| `f:VALUE`   | a figure with its scale, in place of its digits   | `f:5e+09`, `f:60%`        |
| `d:MM-DD`   | a day of the year, in place of its words          | `d:03-19`                 |
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from monitor.matching.entities import EntityFinder
from monitor.matching.families import Families
from monitor.matching.romanise import possible_keys
from monitor.text.bulk import Tokens, all_tokens
from monitor.text.fold import fold
from monitor.text.stems import MAX_WORD_LENGTH, STOP_WORDS, stem, tokens

MAX_CHARACTERS = 20_000  # of one text; nothing that a news report has to say comes later
MAX_MEMO = 100_000  # words remembered
_EXACT = 6  # digits of a number that it keeps in every scale
LONGEST_MEMBER = 4  # words of an event family's member
# Of one term: no report that means it says a thing more often, and who repeats a name 2,000 times gains nothing over
# saying it once, because all of it makes the text longer.
MAX_COUNT = 5

_MONTHS = {
    fold(name): number
    for number, names in enumerate(
        ("january jan يناير", "february feb فبراير شباط", "march mar مارس آذار", "april apr أبريل نيسان",
         "may مايو أيار", "june jun يونيو حزيران", "july jul يوليو تموز", "august aug أغسطس آب",
         "september sep sept سبتمبر أيلول", "october oct أكتوبر", "november nov نوفمبر", "december dec ديسمبر"), 1,
    )
    for name in names.split()
}  # fmt: skip
# Months of the Levant that are two words each.
_MONTH_PAIRS = {
    tuple(fold(name).split()): number
    for name, number in (("كانون الثاني", 1), ("تشرين الأول", 10), ("تشرين الثاني", 11), ("كانون الأول", 12))
}
MONTH_STARTS = _MONTHS.keys() | {first for first, _ in _MONTH_PAIRS}
_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_PERCENT = frozenset({"percent", "pct"})
# What can make more of the figure before it, and of the month before it besides a number.
UNITS = frozenset(_SCALES.keys() | _PERCENT | {"per", "cent"} | MONTH_STARTS)
DAY_STARTS = frozenset(second for _, second in _MONTH_PAIRS)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)?")


WORD = "#"  # stands once for every word, figure or mention; its count is the text's length

Code = TypeVar("Code", str, int)
# Of a word with which something longer may begin: what must follow (None: nothing must), and whether a name, a figure
# or day, and a member of several words may begin with it.
_Hint = tuple[frozenset[str] | None, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text with their counts, and how many words it has (for length normalisation)."""

    counts: Counter[str]
    length: int


def _number(token: str) -> float | None:
    digits = token.replace(",", "") if _GROUPED.fullmatch(token) else token
    try:
        return float(digits)
    except ValueError:  # "1.2.3", "3,14": no figure that could be compared
        return None


def _month_at(text: Sequence[str], at: int) -> tuple[int | None, int]:
    """The number of the month named at position `at`, if any, and how many words name it."""
    pair = _MONTH_PAIRS.get(tuple(text[at : at + 2]))
    return (pair, 2) if pair else (_MONTHS.get(text[at]) if at < len(text) else None, 1)


def _day_at(text: Sequence[str], at: int) -> int | None:
    found = _ORDINAL.fullmatch(text[at]) if at < len(text) else None
    return int(found[1]) if found and 1 <= int(found[1]) <= 31 else None


def is_day(word: str) -> bool:
    """Whether a word can be the day of a month."""
    return _day_at((word,), 0) is not None


def figure_or_day(text: Sequence[str], at: int) -> tuple[str | None, int]:
    """The term of the figure or day that begins at position `at`, if any, and how many words it takes."""
    token, after = text[at], text[at + 1] if at + 1 < len(text) else ""
    if token in MONTH_STARTS:
        month, used = _month_at(text, at)
        day = _day_at(text, at + used) if month else None
        return (f"d:{month:02d}-{day:02d}", used + 1) if day else (None, 1)
    if after in MONTH_STARTS:
        month, used = _month_at(text, at + 1)
        day = _day_at(text, at) if month else None
        if day:
            return f"d:{month:02d}-{day:02d}", used + 1
    value = _number(token)
    if value is None:
        return f"f:{token}", 1
    if after in _SCALES:
        return f"f:{value * _SCALES[after]:g}", 2
    if after in _PERCENT:
        return f"f:{value:g}%", 2
    if tuple(text[at + 1 : at + 3]) == ("per", "cent"):
        return f"f:{value:g}%", 3
    return f"f:{value:g}", 1


def _figures_and_days(word: str) -> Iterator[str]:
    """Every term that `figure_or_day` can give where this word stands first, likeliest first."""
    if not word[0].isdigit():
        months = {_MONTHS.get(word), *(number for pair, number in _MONTH_PAIRS.items() if pair[0] == word)} - {None}
        yield from (f"d:{month:02d}-{day:02d}" for month in months for day in range(1, 32))
        return
    value, day = _number(word), _day_at((word,), 0)
    if value is None:
        yield f"f:{word}"
    else:
        yield from (f"f:{value:g}", f"f:{value:g}%", *(f"f:{value * scale:g}" for scale in set(_SCALES.values())))
    if day:
        yield from (f"d:{month:02d}-{day:02d}" for month in range(1, 13))


def _digits(value: float) -> str:
    """The digits of a figure, whatever its scale."""
    return f"{value:.5e}".partition("e")[0]


def _digits_of_figures(terms: Iterable[str]) -> frozenset[str]:
    values = (_number(term[2:].removesuffix("%")) for term in terms if term.startswith("f:"))
    return frozenset(_digits(value) for value in values if value is not None)


class Coder(Generic[Code]):
    """Turns folded words into the codes of their terms; what has no code (None) is dropped.

    Most words of a report stand in no claim, so each word's codes are remembered; only words with which a name, a
    figure, a day or a member of several words may begin are looked at in their place.
    """

    SPECIAL: tuple[Any, ...] = (object(),)  # the cell of a word that stands for something else in every place

    def __init__(
        self,
        finder: EntityFinder,
        families: Families,
        language: str,
        code: Callable[[str], Code | None],
        digits: frozenset[str] | None = None,
    ) -> None:
        self.finder = finder
        self.families = families
        self.language = language
        self.code: Callable[[str], Code | None] = code
        self.word: tuple[Code, ...] = self._codes((WORD,))
        self._digits = digits  # of all figures that have a code; None: any figure may
        self._memo: dict[str, tuple[Code, ...]] = {}
        self._plain: dict[str, tuple[Code, ...]] = {}
        self._mentions: dict[int, tuple[Code, ...]] = {}
        self._hints: dict[str, _Hint] = {}  # of special words
        self.idle: set[tuple[str, str]] = set()  # special words with a next word beside which they are nothing special

    def _codes(self, terms: Iterable[str]) -> tuple[Code, ...]:
        return tuple(c for c in map(self.code, terms) if c is not None)

    def cell(self, word: str) -> tuple[Any, ...]:
        """What a word stands for, remembered; memory is bounded because words on the open web are endless."""
        if len(word) > MAX_WORD_LENGTH:
            return ()
        if len(self._memo) > MAX_MEMO:
            self._memo.clear()
            self._plain.clear()
            self._hints.clear()
            self.idle.clear()
        root: str = stem(word, self.language)
        self._plain[word] = self._plain_terms(word, root)
        named = self.finder.single(word)
        if named is not None:
            self._memo[word] = self._mention(named)
        elif self._is_special(word, root):
            self._memo[word] = self.SPECIAL
            self._hints[word] = self._hint(word, root)
        else:
            self._memo[word] = self._plain[word]
        return self._memo[word]

    def _hint(self, word: str, root: str) -> _Hint:
        figure = word[0].isdigit() or word in MONTH_STARTS
        names = None if figure else self.finder.followers(word)
        following = None if names is None else names | self.families.followers(root)
        return following, self.finder.may_start(word), figure, bool(self.families.begun_by(root))

    def _plain_terms(self, word: str, root: str) -> tuple[Code, ...]:
        if word in STOP_WORDS:
            return ()
        if word[0].isdigit():  # a figure: its term comes from its place, see `at`
            return self.word
        return self.of_root(root)

    def of_root(self, root: str) -> tuple[Code, ...]:
        """The codes of a word that means what its stem means."""
        families: tuple[str, ...] = self.families.of_stem(root)
        if self.code(root) is None and not families:  # most words
            return self.word
        return self.word + self._codes((root, *families))

    def _is_special(self, word: str, root: str) -> bool:
        if word[0].isdigit() or word in MONTH_STARTS:
            return self._may_be_figure(word)
        begun = self.families.begun_by(root)
        return bool(begun and self._codes(begun)) or self.finder.may_start(word)

    def _may_be_figure(self, word: str) -> bool:
        return self.finder.may_start(word) or self.has_figure(word)

    def has_figure(self, word: str) -> bool:
        """Whether any figure or day that begins with this word has a code: most numbers of the world have none."""
        if (
            self._digits is not None
            and word[0].isdigit()
            and len(word.replace(",", "").replace(".", "").strip("0")) <= _EXACT
        ):
            # Most have digits that no figure of the vocabulary has, in whatever scale.
            value = _number(word)
            if value is not None and _digits(value) not in self._digits and not is_day(word):
                return False
        return any(self.code(term) is not None for term in _figures_and_days(word))

    def _mention(self, number: int) -> tuple[Code, ...]:
        if number not in self._mentions:
            self._mentions[number] = self.word + self._codes((f"e:{self.finder.entities[number].name}",))
        return self._mentions[number]

    def encode(self, text: Sequence[str]) -> Iterable[Code]:
        """The codes of a text's terms, in order, with one for `WORD` for every word."""
        known = self._memo
        cells: list[Any] = list(map(known.get, text))
        if None in cells:
            cells = [self.cell(t) if cell is None else cell for cell, t in zip(cells, text, strict=True)]
        if self.SPECIAL in cells:
            self._place(text, cells)
        return chain.from_iterable(cells)

    def _place(self, text: Sequence[str], cells: list[Any]) -> None:
        """Put in the codes of names, figures, days and members of several words where they stand."""
        done = 0
        for at, cell in enumerate(cells):
            if cell is not self.SPECIAL or at < done:
                if at < done:
                    cells[at] = ()
                continue
            done, cells[at] = self.at(text, at)

    def at(self, text: Sequence[str], at: int) -> tuple[int, tuple[Code, ...]]:
        """Where what stands at position `at` of a text ends, and its codes."""
        word = text[at]
        after: str = text[at + 1] if at + 1 < len(text) else ""
        if (word, after) in self.idle:
            return at + 1, self._plain_of(word)
        if word not in self._hints:  # forgotten, see `cell`
            self._hints[word] = self._hint(word, stem(word, self.language))
        following, names, figure, family = self._hints[word]
        if following is not None and following.isdisjoint((after, stem(after, self.language), *possible_keys(after))):
            if len(self.idle) < MAX_MEMO:
                self.idle.add((word, after))
            return at + 1, self._plain_of(word)
        if names:
            mention = self.finder.find_at(text, at)
            if mention:
                return mention.end, self._mention(mention.entity)
            skipped = self.finder.skips(text, at)  # a `not` name
            if skipped > at:  # the words of someone else's name count as words, not as the name within it
                return skipped, tuple(chain.from_iterable(self._plain_of(t) for t in text[at:skipped]))
        if figure:
            term, used = figure_or_day(text, at)
            if term:
                return at + used, self.word + self._codes((term,))
        found = self._plain_of(word)
        if family:
            ahead = [stem(t, self.language) for t in text[at : at + LONGEST_MEMBER]]
            found += self._codes(self.families.longer_at(ahead, 0))
        return at + 1, found

    def _plain_of(self, token: str) -> tuple[Code, ...]:
        if token not in self._plain:
            self.cell(token)
        return self._plain.get(token, ())


class TermExtractor:
    """Turns texts into terms for one baseline; remembers words it has seen, so it is fast and not thread-safe."""

    def __init__(self, finder: EntityFinder, families: Families, language: str = "en") -> None:
        self.finder = finder
        self._families = families
        self._language = language
        self._terms: Coder[str] = Coder(finder, families, language, lambda term: term)

    def coder(self, vocabulary: Mapping[str, int]) -> Coder[int]:
        """The same for terms of a fixed vocabulary, given as numbers; it should have a number for `WORD`."""
        return Coder(self.finder, self._families, self._language, vocabulary.get, _digits_of_figures(vocabulary))

    def words(self, text: str) -> list[str]:
        """The folded words and numbers of a text, per cent signs as words."""
        text = self.finder.mark_acronyms(text[:MAX_CHARACTERS])
        return tokens(text.replace("%", " percent ") if "%" in text else text)

    def all_words(self, texts: Iterable[str]) -> Tokens:
        """The same of many texts at once, with a `BREAK` after each text."""
        mark = self.finder.mark_acronyms
        return all_tokens([mark(text[:MAX_CHARACTERS]).replace("%", " percent ") for text in texts])

    def extract(self, text: str) -> Terms:
        """The terms of a text."""
        counts = Counter(self._terms.encode(self.words(text)))
        length = counts.pop(WORD, 0)
        if counts and max(counts.values()) > MAX_COUNT:
            counts = Counter({term: min(n, MAX_COUNT) for term, n in counts.items()})
        return Terms(counts, length)
