"""What words mean to a baseline, found when they are met for the first time: for all new words of a batch at once.

Most words of the world mean nothing to it, and a few look-ups say so. Of the others some depend on the words after
them: "turned" (over), "25" (per cent), a first name. Such a word says what it looks for, and each word what it can be
to the one before; only where the two meet is the text itself looked at (`Coder.at`).
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple
from zlib import crc32

from monitor.matching.romanise import LEAST_LETTERS, consonants_in, consonants_of_all
from monitor.matching.terms import DAY_STARTS, MONTH_STARTS, UNITS, Coder, is_day
from monitor.text.stems import MAX_WORD_LENGTH, STOP_WORDS, stem_all

# What a word can be to the one before it, and what that one looks for: a word of a name or of a member of several words
# (in one of so many classes), or part of a figure or day.
CLASSES = 13
UNIT, DAY = 1 << CLASSES, 2 << CLASSES


class Cell(NamedTuple):
    """What a word stands for if nothing that it looks for follows, and what it can be to the word before."""

    codes: tuple[int, ...]
    looks: int = 0
    follows: int = 0


NOTHING = Cell(())


def _classes(words: Iterable[str]) -> int:
    return reduce(or_, (1 << crc32(word.encode()) % CLASSES for word in words), 0)


class Meetings:
    """Gives the cells of words by the coder of a vocabulary."""

    def __init__(self, coder: Coder[int]) -> None:
        self._coder = coder
        self._finder, self._families = coder.finder, coder.families
        self._heeded = self._finder.known | STOP_WORDS | UNITS | DAY_STARTS
        self._in_names = consonants_in(self._finder.known)
        self._plain = Cell(coder.word)
        self._day = Cell(coder.word, follows=DAY)
        self._of_root: dict[str, Cell] = {}  # of words that mean what their stem means

    def cells(self, words: Sequence[str]) -> list[Cell]:
        """The cell of each word."""
        roots, consonants = stem_all(words, self._coder.language), consonants_of_all(words)
        heeded, names, of_root = self._heeded, self._in_names, self._of_root
        code, stems, plain = self._coder.code, self._families.all_stems, self._plain
        return [
            (of_root.get(root) or (plain if code(root) is None and root not in stems else self._by_root(word, root)))
            if word not in heeded
            and (body not in names or len(word) < LEAST_LETTERS)
            and word.isalpha()
            and word.isascii()
            and len(word) <= MAX_WORD_LENGTH
            else self._cell(word, root)
            for word, root, body in zip(words, roots, consonants, strict=True)
        ]

    def _by_root(self, word: str, root: str) -> Cell:
        if root not in self._of_root:
            longer = root in self._families.later_stems or self._families.begun_by(root)
            self._of_root[root] = self._looked_at(word, root) if longer else Cell(self._coder.of_root(root))
        return self._of_root[root]

    def _cell(self, word: str, root: str) -> Cell:
        if len(word) > MAX_WORD_LENGTH:
            return NOTHING
        if word[0].isdigit() and word not in self._heeded and not self._coder.has_figure(word):
            return self._day if is_day(word) else self._plain
        if word.isascii() and word.isalpha() and word not in self._heeded and self._finder.is_common(word):
            return self._by_root(word, root)
        return self._looked_at(word, root)

    def _looked_at(self, word: str, root: str) -> Cell:
        cell, follows = self._coder.cell(word), self._follows(word, root)
        if cell is not self._coder.SPECIAL:
            return Cell(cell, follows=follows)
        return Cell(self._coder.at((word,), 0)[1], self._looks(word, root), follows)

    def _looks(self, word: str, root: str) -> int:
        looks = _classes(self._finder.next_words(word) | self._families.followers(root))
        return looks | UNIT * word[0].isdigit() | DAY * (word in MONTH_STARTS)

    def _follows(self, word: str, root: str) -> int:
        follows = _classes((*self._finder.as_later(word), *({root} & self._families.later_stems)))
        return follows | UNIT * (word in UNITS) | DAY * (is_day(word) or word in DAY_STARTS)
