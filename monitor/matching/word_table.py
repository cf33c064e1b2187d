"""A table of words met, asked for all words of a batch at once: which number has each?

An open hash table over arrays. A word of up to 40 bytes is five numbers of eight bytes; these are compared, so no word
is taken for another, however their hashes fall. What a hostile text crowds into one corner of the table is not kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.text.bulk import MARGIN, Tokens

NEW = -1
_WINDOW = 8  # bytes
_WINDOWS = 5
_LONGEST = _WINDOW * _WINDOWS
_PROBES = 16
_SPARSE = 2  # slots a word, at least
_MASKS = np.array([(1 << 8 * kept) - 1 for kept in range(_WINDOW + 1)], dtype=np.uint64)
# Odd numbers without a pattern, one for each window: the golden ratio and what xxHash and SplitMix use.
_MIXERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB],
    dtype=np.uint64,
)
assert MARGIN >= _LONGEST

_Places = NDArray[np.int64]


@dataclass(frozen=True)
class Keys:
    """The words of a batch as numbers: `first` windows, then the places of words that have a further one, and those."""

    lengths: _Places
    first: NDArray[np.uint64]
    further: list[tuple[_Places, NDArray[np.uint64]]]
    slots: _Places

    def some(self, places: _Places) -> "Keys":
        """Those at some places, in ascending order, renumbered."""
        parts = []
        for where, values in self.further:
            at = np.searchsorted(where, places)
            held = np.flatnonzero(np.append(where, NEW)[at] == places)
            parts.append((held, values[at[held]]))
        return Keys(self.lengths[places], self.first[places], parts, self.slots[places])


class WordTable:
    """Numbers words from 0 on in the order of their adding, at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0
        self._bits = max((most * _SPARSE - 1).bit_length(), 4)
        self._slots = np.full(1 << self._bits, NEW, dtype=np.int32)
        self._lengths = np.zeros(most, dtype=np.int64)
        self._windows = np.zeros((_WINDOWS, most), dtype=np.uint64)

    def find(self, tokens: Tokens) -> tuple[NDArray[np.int32], Keys]:
        """The number of each word, `NEW` for those that the table does not hold; and what `add` needs."""
        keys = self._keys(tokens)
        found = self._slots[keys.slots]
        wrong = np.flatnonzero((found != NEW) & ~self._equal(keys, found))
        if len(wrong):
            found[wrong] = self._probe(keys.some(wrong))
        return found, keys

    def add(self, keys: Keys, places: _Places) -> NDArray[np.int32]:
        """Add the words at these places, all different and new; gives their numbers, `NEW` where there is no room."""
        count = min(len(places), self.most - self.count)
        some = keys.some(places[:count])
        numbers = np.arange(self.count, self.count + count, dtype=np.int32)
        self.count += count
        self._lengths[numbers] = some.lengths
        self._windows[0][numbers] = some.first
        for window, (where, values) in zip(self._windows[1:], some.further, strict=True):
            window[numbers[where]] = values
        left = np.flatnonzero(some.lengths <= _LONGEST)
        slots = some.slots
        for _ in range(_PROBES):
            free = left[self._slots[slots[left]] == NEW]
            self._slots[slots[free]] = numbers[free]
            left = left[self._slots[slots[left]] != numbers[left]]
            if not len(left):
                break
            slots[left] = slots[left] + 1 & len(self._slots) - 1
        result = np.full(len(places), NEW, dtype=np.int32)
        result[:count] = numbers
        result[left] = NEW
        result[:count][some.lengths > _LONGEST] = NEW
        return result

    def _keys(self, tokens: Tokens) -> Keys:
        view: NDArray[np.uint64] = np.ndarray((len(tokens.raw) - _WINDOW,), "<u8", tokens.raw, strides=(1,))
        lengths = tokens.ends - tokens.starts
        first = view[tokens.starts] & _MASKS[np.minimum(lengths, _WINDOW)]
        mixed = first * _MIXERS[0]
        where, further = np.flatnonzero(lengths > _WINDOW), []
        for number, mixer in enumerate(_MIXERS[1:], start=1):
            left = lengths[where] - number * _WINDOW
            values = view[tokens.starts[where] + number * _WINDOW] & _MASKS[np.minimum(left, _WINDOW)]
            mixed[where] ^= values * mixer
            further.append((where, values))
            where = where[left > _WINDOW]
        return Keys(lengths, first, further, (mixed >> np.uint64(64 - self._bits)).astype(np.int64))

    def _equal(self, keys: Keys, found: NDArray[np.int32]) -> NDArray[np.bool_]:
        equal: NDArray[np.bool_] = (self._windows[0][found] == keys.first) & (self._lengths[found] == keys.lengths)
        for window, (where, values) in zip(self._windows[1:], keys.further, strict=True):
            equal[where] &= window[found[where]] == values
        return equal

    def _probe(self, keys: Keys) -> NDArray[np.int32]:
        """The numbers of words that are not in their first slots."""
        result = np.full(len(keys.lengths), NEW, dtype=np.int32)
        slots = keys.slots
        for _ in range(_PROBES - 1):
            slots = slots + 1 & len(self._slots) - 1
            found = self._slots[slots]
            right = (found != NEW) & self._equal(keys, found)
            result[right] = found[right]
            left = np.flatnonzero((found != NEW) & ~right)
            if not len(left):
                break
        return result
