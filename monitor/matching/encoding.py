"""Whole batches of texts as numbers: the terms of thousands of words in a few array operations.

A word's cell is what it stands for: no term (most words), some terms, or "look at the words beside it". Words that
stand for the same share one cell, so the table of cells stays as small as the baseline's vocabulary.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.matching.terms import MAX_MEMO, Coder
from monitor.text.stems import MAX_WORD_LENGTH

_SPECIAL, _NOTHING = 0, 1  # the first two cells


@dataclass(frozen=True)
class Encoded:
    """The terms of texts: text i has `codes[ends[i]:ends[i + 1]]`, and `lengths[i]` words."""

    codes: NDArray[np.int32]
    ends: NDArray[np.int64]
    lengths: NDArray[np.float64]


class _Numbers(dict[str, int]):
    """The number of each word's cell, learned when first met; memory is bounded."""

    def __init__(self, encoder: "Encoder") -> None:
        super().__init__()
        self._encoder = encoder

    def __missing__(self, word: str) -> int:
        number = self._encoder.cell_of(word)
        if len(self) > MAX_MEMO:
            self.clear()
        if len(word) <= MAX_WORD_LENGTH:
            self[word] = number
        return number


class Encoder:
    """Turns batches of folded words into numbers with a `Coder`; `word` is its code for words as such."""

    def __init__(self, coder: Coder[int], word: int) -> None:
        self._coder = coder
        self._word = word
        self._known: dict[tuple[Any, ...], int] = {}
        self._pool = array("i")  # the codes of all cells, one after the other
        self._start, self._count, self._words = array("i"), array("i"), array("i")
        for cell in (coder.SPECIAL, ()):
            self._intern(cell)
        self._numbers = _Numbers(self)
        self._beside: dict[tuple[str, str], int] = {}  # cells that a word and the next decide

    def cell_of(self, word: str) -> int:
        """The number of what a word stands for."""
        return self._intern(self._coder.cell(word))

    def _intern(self, cell: tuple[Any, ...]) -> int:
        number = self._known.setdefault(cell, len(self._known))
        if number == len(self._start):
            codes = () if cell is self._coder.SPECIAL else [code for code in cell if code != self._word]
            self._start.append(len(self._pool))
            self._count.append(len(codes))
            self._words.append(cell.count(self._word))
            self._pool.extend(codes)
        return number

    def encode(self, texts: Sequence[Sequence[str]]) -> Encoded:
        """The terms of the texts, in their order."""
        ends = np.concatenate(([0], np.cumsum([len(text) for text in texts], dtype=np.int64)))
        cells = np.fromiter(map(self._numbers.__getitem__, chain.from_iterable(texts)), np.int32, int(ends[-1]))
        self._place(texts, cells, ends)
        start, pool = np.array(self._start), np.array(self._pool, dtype=np.int32)
        words = np.concatenate(([0], np.cumsum(np.array(self._words)[cells])))[ends]
        counts = np.array(self._count)[cells]
        told = np.flatnonzero(counts)  # most words stand for no term
        count = counts[told]
        after = np.cumsum(count)
        places = np.arange(after[-1] if len(after) else 0) + np.repeat(start[cells[told]] - (after - count), count)
        return Encoded(
            codes=pool[places],
            ends=np.concatenate(([0], np.cumsum(counts)))[ends],
            lengths=np.diff(words).astype(np.float64),
        )

    def _place(self, texts: Sequence[Sequence[str]], cells: NDArray[np.int32], ends: NDArray[np.int64]) -> None:
        """Put in what words stand for that depends on the words beside them."""
        places = np.flatnonzero(cells == _SPECIAL)
        owners = np.searchsorted(ends, places, side="right") - 1
        done = 0
        for place, owner, first in zip(places.tolist(), owners.tolist(), ends[owners].tolist(), strict=True):
            if place < done:
                continue
            text, at = texts[owner], place - first
            pair = (text[at], text[at + 1] if at + 1 < len(text) else "")
            number = self._beside.get(pair)
            if number is None:
                end, cell = self._coder.at(text, at)
                number = self._intern(cell)
                done = first + end
                cells[place + 1 : done] = _NOTHING
                if pair in self._coder.idle and len(self._beside) < MAX_MEMO:
                    self._beside[pair] = number
            cells[place] = number
