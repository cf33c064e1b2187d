"""Whole batches of texts as numbers: the terms of thousands of words in a few array operations.

A word's cell is what it stands for: no term (most words), some terms, or something that the next word may change. Words
that stand for the same share one cell, so the table of cells stays as small as the baseline's vocabulary.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

from monitor.matching.meeting import NOTHING, Cell, Meetings
from monitor.matching.terms import LONGEST_MEMBER, MAX_MEMO, WORD, TermExtractor
from monitor.text.bulk import BREAK
from monitor.text.stems import MAX_WORD_LENGTH

MOST_CHARACTERS = 500_000  # of texts read at once; bounds memory
_NEW, _BREAK, _NOTHING = -1, 0, 1  # a word not met before, and the first two cells
_USED_BITS, _USED = 16, 0xFFFF
_OF_BREAK = 128  # what a break can be to the word before: nothing that any looks for


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
    traits: NDArray[np.uint32]  # from the lowest bit on: 8 `looks`, 8 `follows`, 1 if it has codes, words it counts for


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
        rows = np.array(self._rows, dtype=np.uint32).reshape(-1, 5).T
        traits = rows[3] | rows[4] << 8 | (rows[1] > 0).astype(np.uint32) << 16 | rows[2] << 17
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
        self._numbers: dict[bytes, int] = {BREAK: _BREAK}  # the cells of words; memory is bounded
        self._spans: dict[tuple[bytes, ...], int] = {}  # what words that belong together stand for, see `_look`

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

    def _encode(self, tokens: Sequence[bytes]) -> Encoded:
        cells = np.fromiter(map(self._numbers.get, tokens, repeat(_NEW)), np.int32, len(tokens))
        self._meet(tokens, cells)
        breaks = np.flatnonzero(cells == _BREAK)
        traits = self._place(tokens, cells)
        table = self._table.columns
        told = np.flatnonzero(traits & 1 << 16)  # most words stand for no term
        count = table.count[cells[told]]
        after = np.concatenate(([0], np.cumsum(count)))
        places = np.arange(after[-1]) + np.repeat(table.start[cells[told]] - after[:-1], count)
        starts = np.concatenate(([0], breaks))
        words = np.add.reduceat(traits >> 17, starts[:-1]) if len(breaks) else np.empty(0)
        return Encoded(table.pool[places], after[np.searchsorted(told, starts)], words.astype(np.float64))

    def _meet(self, tokens: Sequence[bytes], cells: NDArray[np.int32]) -> None:
        """Put in the cells of words not met before, and remember them."""
        places = np.flatnonzero(cells == _NEW)
        met = [tokens[place] for place in places.tolist()]
        if not met:
            return
        new = list(dict.fromkeys(met))
        words = [token.decode() for token in new]
        found = dict(zip(new, map(self._table.number, self._meetings.cells(words)), strict=True))
        cells[places] = [found[token] for token in met]
        if len(self._numbers) + len(new) > MAX_MEMO:
            self._numbers = {BREAK: _BREAK}
            self._spans.clear()
        some = zip(new, words, strict=True)
        self._numbers |= {t: found[t] for t, word in islice(some, MAX_MEMO) if len(word) <= MAX_WORD_LENGTH}

    def _place(self, tokens: Sequence[bytes], cells: NDArray[np.int32]) -> NDArray[np.uint32]:
        """Put in what words stand for that depends on the words after them; gives the traits of all cells."""
        traits = self._table.columns.traits[cells]
        follows = traits >> 8 & (_OF_BREAK - 1)
        places = np.flatnonzero(traits[:-1] & follows[1:])
        # What begins at a place ends at the latest before the next word that is nothing to the word before it.
        idle = np.flatnonzero(follows == 0)
        ends = np.minimum(idle[np.searchsorted(idle, places + 1)], places + self._reach)
        spans = [tuple(tokens[start:end]) for start, end in zip(places.tolist(), ends.tolist(), strict=True)]
        known = np.fromiter(map(self._spans.get, spans, repeat(_NEW)), np.int64, len(spans))
        alone = known & _USED == 1
        cells[places[alone]] = known[alone] >> _USED_BITS
        changed, done = [places], 0
        for number in np.flatnonzero(~alone).tolist():
            place = int(places[number])
            if place < done:
                continue
            found = int(known[number]) if known[number] != _NEW else self._look(spans[number])
            done = place + (found & _USED)
            cells[place] = found >> _USED_BITS
            cells[place + 1 : done] = _NOTHING
            changed.append(np.arange(place + 1, done))
        where = np.concatenate(changed)
        traits[where] = self._table.columns.traits[cells[where]]
        return traits

    def _look(self, span: tuple[bytes, ...]) -> int:
        """How many words what begins here takes, and the number of its cell, as one number."""
        used, codes = self._coder.at([token.decode() for token in span], 0)
        found = self._table.number(Cell(codes)) << _USED_BITS | used
        if len(self._spans) < MAX_MEMO:
            self._spans[span] = found
        return found


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
