"""Which stored reports share rare words with a new one: the index that keeps placing from slowing as reports add up."""

import math
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.matching.story_text import Ids

READ = 3_000  # the newest reports behind one term; older ones are found through rarer terms
READ_IN_ALL = 12_000  # the rarest terms first
MIN_SHARED = 2  # terms; one alone is a word that the two happen to use


class Postings:
    """Reports by term, newest last."""

    def __init__(self) -> None:
        self._reports: dict[int, array[int]] = {}
        self._stored = 0
        self._stale = 0

    def add(self, report_id: int, terms: Ids) -> None:
        """Make a report findable by its terms."""
        for term in terms.tolist():
            self._reports.setdefault(term, array("q")).append(report_id)
        self._stored += 1

    def forget_one(self) -> None:
        """Note that one report is gone; it stays in the postings until `rebuild`."""
        self._stored -= 1
        self._stale += 1

    @property
    def is_stale(self) -> bool:
        """Whether reports that are gone are the majority."""
        return self._stale > self._stored

    def rebuild(self, kept: Iterable[tuple[int, Ids]]) -> None:
        """Start again with the reports that are kept and their terms."""
        self._reports.clear()
        self._stored = self._stale = 0
        for report_id, terms in kept:
            self.add(report_id, terms)

    def sharing(self, terms: Ids, limit: int) -> list[int]:
        """Ids of reports that share at least two of the terms, those that share the rarest first."""
        read, left = [], READ_IN_ALL
        for found in sorted((self._reports[term] for term in terms.tolist() if term in self._reports), key=len):
            if left > 0:
                read.append(np.array(found[-READ:], dtype=np.int64))
                left -= len(read[-1])
        if not read:
            return []
        rarity = np.repeat([1.0 / math.log(2 + len(ids)) for ids in read], [len(ids) for ids in read])
        ids, inverse, shared = np.unique(np.concatenate(read), return_inverse=True, return_counts=True)
        mass = np.bincount(inverse, weights=rarity)
        enough: NDArray[np.bool_] = shared >= min(MIN_SHARED, len(terms))
        ids, mass = ids[enough], mass[enough]
        return [int(found) for found in ids[np.lexsort((-ids, -mass))][:limit]]
