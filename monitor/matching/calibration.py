"""Calibration without labels: what a raw score means for this claim of this baseline.

Three numbers for each claim, all from the profile and the background table:

* `background`: what general news reaches by chance: the expected raw score of a report in which every term stands as
  often as the background says, independently, plus three standard deviations (about the 99th percentile);
* `sibling`: the 95th percentile of its raw score on pseudo reports that say *other* claims of the baseline;
* `own`: what a report reaches that says the claim in one way: the lowest raw score among its own texts, each taken as a
  report. Lowest, because one strand of a compound claim is enough.

A pseudo report is a pair of texts (claims or phrases) of the profile, so the baseline's other claims serve as on-topic
negatives for free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from monitor.matching.background import REPORT_WORDS, REPORTS
from monitor.matching.space import K1, LENGTH, B, Floats, Space
from monitor.matching.terms import Terms

DEVIATIONS = 3.0
SIBLING_QUANTILE = 0.95
MOST_PAIRS = 5_000  # all pairs of 100 texts; larger profiles take a fixed sample ...
MOST_SCORES = 10_000_000  # ... of so many that scoring them against all claims stays within memory
SEED = 20_200_407  # drawn numbers are the same on every machine


@dataclass(frozen=True)
class Calibration:
    """One number for each claim of each kind."""

    background: Floats
    sibling: Floats
    own: Floats
    topic_background: Floats  # as `background`, without the idf among the claims: for the topic gate


def news_level(queries: sp.csr_matrix, frequency: Floats) -> Floats:
    """The raw score that general news reaches by chance, for each row of `queries`."""
    chance = np.clip(frequency / REPORTS, 0, 1)
    once = (K1 + 1) / (1 + K1 * (1 - B + B * REPORT_WORDS / LENGTH))  # s(r,t) of a term that stands once
    mean = once * (queries @ chance)
    variance = once**2 * (queries.multiply(queries) @ (chance * (1 - chance)))
    return np.asarray(mean + DEVIATIONS * np.sqrt(variance)).ravel()


def _pairs(count: int, most: int) -> list[tuple[int, int]]:
    if count * (count - 1) // 2 <= most:
        return list(combinations(range(count), 2))
    rng = np.random.default_rng(SEED)
    first = rng.integers(0, count, most)
    step = rng.integers(1, count, most)
    return [(int(a), int((a + s) % count)) for a, s in zip(first, step, strict=True)]


def _joined(texts: Sequence[Terms], pairs: Sequence[tuple[int, int]]) -> list[Terms]:
    return [Terms(texts[a].counts + texts[b].counts, texts[a].length + texts[b].length) for a, b in pairs]


def _sibling_scores(space: Space, texts: Sequence[Terms], owner: Sequence[int]) -> Floats:
    result = np.zeros(space.queries.shape[0])
    pairs = _pairs(len(texts), min(MOST_PAIRS, MOST_SCORES // len(result)))
    if not pairs:
        return result
    scores = (space.saturated(_joined(texts, pairs)) @ space.queries.T).tocsc()
    owners = np.asarray(owner)
    first, second = (owners[[pair[side] for pair in pairs]] for side in (0, 1))
    for claim in range(len(result)):
        column = slice(scores.indptr[claim], scores.indptr[claim + 1])
        # A pair that says the claim itself is no negative for it.
        saying = (first == claim) | (second == claim)
        others = np.sort(scores.data[column][~saying[scores.indices[column]]])
        from_top = int((1 - SIBLING_QUANTILE) * max(len(pairs) - saying.sum() - 1, 0))
        if from_top < len(others):
            result[claim] = others[len(others) - 1 - from_top]
    return result


def _own_scores(space: Space, texts: Sequence[Terms], owner: Sequence[int]) -> Floats:
    owners = np.asarray(owner)
    alone = np.asarray(space.saturated(texts).multiply(space.queries[owners]).sum(axis=1)).ravel()
    lowest = np.full(space.queries.shape[0], np.inf)
    np.minimum.at(lowest, owners, alone)
    return np.where(np.isfinite(lowest), lowest, 0.0)


def calibrate(space: Space, texts: Sequence[Terms], owner: Sequence[int], frequency: Floats) -> Calibration:
    """Calibrate the claims of a space; `texts` are all texts of the profile, `owner` the claim that each belongs to."""
    return Calibration(
        background=news_level(space.queries, frequency),
        sibling=_sibling_scores(space, texts, owner),
        own=_own_scores(space, texts, owner),
        topic_background=news_level(space.topic_queries, frequency),
    )
