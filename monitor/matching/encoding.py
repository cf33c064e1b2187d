"""Whole batches of texts as numbers: the terms of thousands of words in a few array operations.

A word's cell is what it stands for: no term (most words), some terms, or something that the next word may change. Words
that stand for the same share one cell, so the table of cells stays as small as the baseline's vocabulary.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.matching.meeting import NOTHING, Cell, Meetings
from monitor.matching.terms import LONGEST_MEMBER, MAX_MEMO, WORD, TermExtractor
from monitor.matching.word_table import NEW, Keys, WordTable
from monitor.text.bulk import BREAK, Tokens

MOST_CHARACTERS = 250_000  # of texts read at once; bounds memory
_BREAK, _NOTHING = 0, 1  # the first two cells
_USED_BITS, _USED = 16, 0xFFFF
_OF_BREAK = 1 << 15  # what a break can be to the word before: nothing that any looks for


@dataclass(frozen=True)
class Encoded:
    """The terms of texts: text i has `codes[ends[i]:ends[i + 1]]`, and `lengths[i]` words."""

    codes: NDArray[np.int32]
    ends: NDArray[np.int64]
    lengths: NDArray[np.float64]


@dataclass(frozen=True)
class _Columns:
    """The cells as arrays: the codes of cell i are `pool[start[i]:start[i] + count[i]]`."""

    pool: NDArray[np.int32]
    start: NDArray[np.int32]
    count: NDArray[np.int32]
    traits: NDArray[np.uint64]  # from the lowest bit: 16 `looks`, 16 `follows`, 1 if it has codes, words it counts for


class _Table:
    """All cells met so far, numbered; `word` is the code for words as such."""

    def __init__(self, word: int) -> None:
        self._word = word
        self._known: dict[Cell, int] = {}
        self._pool = array("i")
        self._rows = array("i")

    def number(self, cell: Cell) -> int:
        """The number of a cell."""
        number = self._known.get(cell)
        if number is None:
            number = self._known[cell] = len(self._known)
            codes = [code for code in cell.codes if code != self._word]
            self._rows.extend((len(self._pool), len(codes), len(cell.codes) - len(codes), cell.looks, cell.follows))
            self._pool.extend(codes)
            self.__dict__.pop("columns", None)
        return number

    @cached_property
    def columns(self) -> _Columns:
        """What all cells hold."""
        rows = np.array(self._rows, dtype=np.uint64).reshape(-1, 5).T
        traits = rows[3] | rows[4] << 16 | (rows[1] > 0).astype(np.uint64) << 32 | rows[2] << 33
        start, count = rows[:2].astype(np.int32)
        return _Columns(np.array(self._pool, dtype=np.int32), start, count, traits)


class Encoder:
    """Turns batches of texts into numbers of a vocabulary, which has one for `WORD`, with what an extractor knows."""

    def __init__(self, extractor: TermExtractor, vocabulary: Mapping[str, int]) -> None:
        self._extractor = extractor
        self._coder = extractor.coder(vocabulary)
        self._meetings = Meetings(self._coder)
        self._reach = max(extractor.finder.longest, LONGEST_MEMBER)
        self._table = _Table(vocabulary[WORD])
        self._table.number(Cell((), follows=_OF_BREAK))
        self._table.number(NOTHING)
        self._forget()

    def _forget(self) -> None:
        self._known = WordTable(MAX_MEMO)
        self._cells = np.zeros(MAX_MEMO, dtype=np.int32)  # of each word known
        self._spans: dict[int | tuple[int, ...], int] = {}  # what words that belong together stand for, see `_look`

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The terms of the texts, in their order."""
        parts = [self._encode(self._extractor.all_words(part)) for part in _in_parts(texts)]
        if len(parts) == 1:
            return parts[0]
        counts = [np.diff(part.ends) for part in parts]
        return Encoded(
            codes=np.concatenate([part.codes for part in parts] or [np.empty(0, dtype=np.int32)]),
            ends=np.concatenate(([0], np.cumsum(np.concatenate(counts or [np.empty(0, dtype=np.int64)])))),
            lengths=np.concatenate([part.lengths for part in parts] or [np.empty(0)]),
        )

    def _encode(self, tokens: Tokens) -> Encoded:
        numbers, keys = self._known.find(tokens)
        cells = self._cells[numbers]
        self._meet(tokens, keys, numbers, cells)
        breaks = np.flatnonzero(cells == _BREAK)
        traits = self._place(tokens, numbers, cells)
        table = self._table.columns
        told = np.flatnonzero(traits & 1 << 32)  # most words stand for no term
        count = table.count[cells[told]]
        after = np.concatenate(([0], np.cumsum(count)))
        places = np.arange(after[-1]) + np.repeat(table.start[cells[told]] - after[:-1], count)
        starts = np.concatenate(([0], breaks))
        words = np.add.reduceat(traits >> 33, starts[:-1]) if len(breaks) else np.empty(0)
        return Encoded(table.pool[places], after[np.searchsorted(told, starts)], words.astype(np.float64))

    def _meet(self, tokens: Tokens, keys: Keys, numbers: NDArray[np.int32], cells: NDArray[np.int32]) -> None:
        """Put in the numbers and cells of words not met before, and remember them."""
        places = np.flatnonzero(numbers == NEW)
        if not len(places):
            return
        index: dict[str, int] = {}
        of_place = np.array([index.setdefault(word, len(index)) for word in tokens.words(places)])
        if self._known.count and self._known.count + len(index) > MAX_MEMO:
            self._forget()
            numbers[:] = NEW
            self._meet(tokens, keys, numbers, cells)
            return
        found = np.fromiter(map(self._table.number, self._meetings.cells(list(index))), np.int32, len(index))
        if BREAK in index:
            found[index[BREAK]] = _BREAK
        added = self._known.add(keys, places[np.unique(of_place, return_index=True)[1]])
        self._cells[added[added != NEW]] = found[added != NEW]
        numbers[places], cells[places] = added[of_place], found[of_place]

    def _place(self, tokens: Tokens, numbers: NDArray[np.int32], cells: NDArray[np.int32]) -> NDArray[np.uint64]:
        """Put in what words stand for that depends on the words after them; gives the traits of all cells."""
        traits = self._table.columns.traits[cells]
        follows = traits >> 16 & (_OF_BREAK - 1)
        places = np.flatnonzero(traits[:-1] & follows[1:])
        # What begins at a place ends at the latest before the next word that is nothing to the word before it.
        idle = np.flatnonzero(follows == 0)
        ends = np.minimum(idle[np.searchsorted(idle, places + 1)], places + self._reach)
        spans: list[Any] = (numbers[places].astype(np.int64) << 32 | numbers[places + 1]).tolist()
        for number in np.flatnonzero(ends - places > 2).tolist():
            spans[number] = tuple(numbers[places[number] : ends[number]].tolist())
        known = np.fromiter(map(self._spans.get, spans, repeat(NEW)), np.int64, len(spans))
        new = np.flatnonzero(known == NEW)
        known[new] = self._look(tokens, places[new], ends[new], [spans[number] for number in new.tolist()])
        cells[places] = known >> _USED_BITS
        taken: list[int] = []
        longer = np.flatnonzero(known & _USED > 1)
        done = 0
        for place, used in zip(places[longer].tolist(), (known[longer] & _USED).tolist(), strict=True):
            if place >= done:  # else it is part of a name that began before
                done = place + used
                taken += range(place + 1, done)
        where = np.concatenate((places, np.array(taken, dtype=np.int64)))
        cells[where[len(places) :]] = _NOTHING
        traits[where] = self._table.columns.traits[cells[where]]
        return traits

    def _look(
        self, tokens: Tokens, starts: NDArray[np.int64], ends: NDArray[np.int64], spans: Sequence[Any]
    ) -> list[int]:
        """How many words each span takes, and the number of its cell, as one number."""
        counts = ends - starts
        after = np.cumsum(counts)
        words = tokens.words(np.arange(counts.sum()) + np.repeat(starts - (after - counts), counts))
        found = []
        for span, start, end in zip(spans, (after - counts).tolist(), after.tolist(), strict=True):
            known = self._spans.get(span)
            if known is None:
                used, codes = self._coder.at(words[start:end], 0)
                known = self._table.number(Cell(codes)) << _USED_BITS | used
                if len(self._spans) < MAX_MEMO and not _has_unknown(span):
                    self._spans[span] = known
            found.append(known)
        return found


def _has_unknown(span: int | tuple[int, ...]) -> bool:
    return NEW in span if isinstance(span, tuple) else span < 0 or span & 0xFFFFFFFF == 0xFFFFFFFF


def _in_parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts, so many at once as stay within bounds."""
    size, start = 0, 0
    for number, text in enumerate(texts):
        size += len(text)
        if size > MOST_CHARACTERS and number > start:
            yield texts[start:number]
            size, start = len(text), number
    if start < len(texts):
        yield texts[start:]
