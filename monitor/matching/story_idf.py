"""What the topic's own reports tell: how rare each term is among them, and how busy each day was."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from monitor.matching.story_text import BUCKETS, Ids, StoryText, Weights, grams

# With few reports seen every word looks rare or common by chance: that many empty ones are counted in at the start.
COLD_START_REPORTS = 50


class StoryIdf:
    """Counts of the reports each term occurs in; grows and shrinks with the reports that are kept."""

    def __init__(self) -> None:
        self.reports = 0
        self._published: Counter[int] = Counter()  # reports of each day
        self._stems = np.zeros(BUCKETS, dtype=np.int32)
        self._grams = np.zeros(BUCKETS, dtype=np.int32)

    def add(self, text: StoryText) -> None:
        """Count one report."""
        self._count(text, 1)

    def remove(self, text: StoryText) -> None:
        """Forget one report that was counted."""
        self._count(text, -1)

    def _count(self, text: StoryText, step: int) -> None:
        self.reports += step
        if text.day is not None:
            self._published[text.day] += step
            if not self._published[text.day]:
                del self._published[text.day]
        self._stems[text.stem_ids] += step
        self._grams[grams(text.parts)[0]] += step

    def published_about(self, day: int) -> int:
        """How many reports were published on a day, the day before and the day after."""
        return sum(self._published.get(near, 0) for near in (day - 1, day, day + 1))

    def stem_idf(self, ids: Ids) -> Weights:
        """The weights of hashed stems."""
        return self._idf(self._stems, ids)

    def gram_idf(self, ids: Ids) -> Weights:
        """The weights of hashed character runs."""
        return self._idf(self._grams, ids)

    def _idf(self, table: NDArray[np.int32], ids: Ids) -> Weights:
        total = 1 + self.reports + max(0, COLD_START_REPORTS - self.reports)
        weights: Weights = np.log(total / (1.0 + table[ids]))
        return np.maximum(weights, 0.0)  # a term of a report that is not counted itself may exceed the total
