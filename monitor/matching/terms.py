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
from dataclasses import dataclass

from monitor.matching.background import Background
from monitor.matching.entities import EntityFinder
from monitor.matching.families import Families
from monitor.text.stems import MAX_WORD_LENGTH, STOP_WORDS, stem, words

MAX_CHARACTERS = 20_000  # of one text; nothing that a news report has to say comes later
MAX_COUNT = 255  # of one term, so that repeating a name 2,000 times wins nothing and no sum overflows

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_PERCENT = frozenset({"percent", "pct"})
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)?")


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


class TermExtractor:
    """Turns texts into terms for one baseline; remembers words it has seen, so it is fast and not thread-safe."""

    def __init__(self, finder: EntityFinder, families: Families, background: Background, language: str = "en") -> None:
        self.finder = finder
        self._families = families
        self._background = background
        self._language = language
        self._memo: dict[str, tuple[str, ...]] = {}

    def _word_terms(self, word: str) -> tuple[str, ...]:
        known = self._memo.get(word)
        if known is None:
            if word in STOP_WORDS or len(word) > MAX_WORD_LENGTH:
                known = ()
            else:
                root = stem(word, self._language)
                known = (root, *self._families.of_stem(root))
            if len(self._memo) > 100_000:  # words are endless on the open web; memory is not
                self._memo.clear()
            self._memo[word] = known
        return known

    def words(self, text: str) -> list[str]:
        """The folded words and numbers of a text, per cent signs as words."""
        return words(self.finder.mark_acronyms(text[:MAX_CHARACTERS]).replace("%", " percent "))

    def entities(self, text: str) -> tuple[str, ...]:
        """The names of the entities that a text mentions, in order of appearance."""
        found = self.finder.find(self.words(text))
        return tuple(dict.fromkeys(self.finder.entities[m.entity].name for m in found))

    def extract(self, text: str) -> Terms:
        """The terms of a text."""
        return self.of_words(self.words(text))

    def of_words(self, tokens: list[str]) -> Terms:
        """The terms of a text that is cut into folded words already."""
        found: list[str] = []
        length = at = 0
        for mention in self.finder.find(tokens):
            length += self._plain(tokens[at : mention.start], found) + 1
            found.append("e:" + self.finder.entities[mention.entity].name)
            at = mention.end
        length += self._plain(tokens[at:], found)
        counts = Counter(found)
        if counts and max(counts.values()) > MAX_COUNT:
            counts = Counter({term: min(n, MAX_COUNT) for term, n in counts.items()})
        return Terms(counts, length)

    def _plain(self, tokens: list[str], found: list[str]) -> int:
        """Add the terms of a run of words without entities to `found`; gives its length in words."""
        length = at = 0
        while at < len(tokens):
            token = tokens[at]
            if token[0].isdigit() or token in _MONTHS:
                term, used = self._figure_or_day(tokens, at)
                if term:
                    found.append(term)
                    length += 1
                    at += used
                    continue
            terms = self._word_terms(token)
            if terms:
                found += terms
                length += 1
            if self._families.starts_longer(stem(token, self._language)):
                found += self._families.longer_at([stem(t, self._language) for t in tokens[at : at + 4]], 0)
            at += 1
        return length

    @staticmethod
    def _figure_or_day(tokens: list[str], at: int) -> tuple[str | None, int]:
        token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in _MONTHS:
            day = _ORDINAL.fullmatch(after)
            return (f"d:{_MONTHS[token]:02d}-{int(day[1]):02d}", 2) if day and int(day[1]) <= 31 else (None, 1)
        ordinal = _ORDINAL.fullmatch(token)
        if ordinal and after in _MONTHS and int(ordinal[1]) <= 31:
            return f"d:{_MONTHS[after]:02d}-{int(ordinal[1]):02d}", 2
        if ordinal and ordinal[1] != token:
            return f"f:{token}", 1
        value = _number(token)
        if value is None:
            return f"f:{token}", 1
        if after in _SCALES:
            return f"f:{value * _SCALES[after]:g}", 2
        if after in _PERCENT:
            return f"f:{value:g}%", 2
        if tokens[at + 1 : at + 3] == ["per", "cent"]:
            return f"f:{value:g}%", 3
        return f"f:{value:g}", 1
