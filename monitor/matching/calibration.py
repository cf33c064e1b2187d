"""Calibration without labels: what a raw score means for this claim of this baseline.

Three numbers for each claim, all from the profile and the background table:

* `background`: the 99th percentile of its raw score on made-up general news, words drawn from the background table;
* `sibling`: the 95th percentile of its raw score on pseudo reports that say *other* claims of the baseline;
* `own`: its mean raw score on pseudo reports that say it.

A pseudo report is a pair of texts (claims or phrases) of the profile, so the baseline's other claims serve as on-topic
negatives for free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from monitor.matching.background import REPORT_WORDS, REPORTS
from monitor.matching.space import Floats, Space
from monitor.matching.terms import Terms

NEWS_REPORTS = 2_000
NEWS_QUANTILE = 0.99
SIBLING_QUANTILE = 0.95
MOST_PAIRS = 5_000  # all pairs of 100 texts; larger profiles take a fixed sample
PARTNERS = 8  # for each text of a claim in a sample
SEED = 20_200_407  # drawn numbers are the same on every machine


@dataclass(frozen=True)
class Calibration:
    """One number for each claim of each kind."""

    background: Floats
    sibling: Floats
    own: Floats
    topic_background: Floats  # as `background`, without the idf among the claims: for the topic gate


def _column_quantile(scores: sp.csr_matrix, quantile: float) -> Floats:
    """The quantile of each column of a sparse matrix, zeros counted."""
    csc = scores.tocsc()
    rows = csc.shape[0]
    result = np.zeros(csc.shape[1])
    at = quantile * (rows - 1)  # linear interpolation between neighbours, as numpy.quantile does
    low = int(at)
    for column in range(csc.shape[1]):
        values = csc.data[csc.indptr[column] : csc.indptr[column + 1]]
        zeros = rows - len(values)
        if low + 1 < zeros:
            continue
        ordered = np.sort(values)
        below = ordered[low - zeros] if low >= zeros else 0.0
        above = ordered[min(low + 1 - zeros, len(ordered) - 1)] if len(ordered) else 0.0
        result[column] = below + (at - low) * (above - below)
    return result


def made_up_news(space: Space, frequency: Floats) -> sp.csr_matrix:
    """`NEWS_REPORTS` reports x terms, each term standing in a report as often as the background says, on its own."""
    rng = np.random.default_rng(SEED)
    chance = np.clip(frequency / REPORTS, 0, 1)
    columns = [np.flatnonzero(rng.random(NEWS_REPORTS) < p) for p in chance]
    rows = np.concatenate(columns) if columns else np.array([], dtype=int)
    cols = np.repeat(np.arange(len(chance)), [len(c) for c in columns])
    once = saturate_once(REPORT_WORDS)
    return sp.csr_matrix((np.full(len(rows), once), (rows, cols)), shape=(NEWS_REPORTS, len(chance)))


def saturate_once(length: float) -> float:
    """s(r,t) of a term that stands once in a report of `length` words."""
    from monitor.matching.space import K1, LENGTH, B

    return (K1 + 1) / (1 + K1 * (1 - B + B * length / LENGTH))


def _pairs(count: int) -> list[tuple[int, int]]:
    if count * (count - 1) // 2 <= MOST_PAIRS:
        return list(combinations(range(count), 2))
    rng = np.random.default_rng(SEED)
    first = rng.integers(0, count, MOST_PAIRS)
    step = rng.integers(1, count, MOST_PAIRS)
    return [(int(a), int((a + s) % count)) for a, s in zip(first, step, strict=True)]


def _joined(texts: Sequence[Terms], pairs: Sequence[tuple[int, int]]) -> list[Terms]:
    return [Terms(texts[a].counts + texts[b].counts, texts[a].length + texts[b].length) for a, b in pairs]


def _sibling_scores(space: Space, texts: Sequence[Terms], owner: Sequence[int]) -> Floats:
    pairs = _pairs(len(texts))
    if not pairs:
        return np.zeros(space.queries.shape[0])
    scores = (space.saturated(_joined(texts, pairs)) @ space.queries.T).tolil()
    for row, (a, b) in enumerate(pairs):  # a pair that says the claim is no negative for it: leave it out
        scores[row, owner[a]] = 0
        scores[row, owner[b]] = 0
    counted = np.bincount([owner[i] for pair in pairs for i in set(pair)], minlength=space.queries.shape[0])
    kept = 1 - counted / len(pairs)
    # The zeros put in for the left out pairs sit at the bottom: take the quantile among the rest.
    return _shifted_quantile(scores.tocsr(), SIBLING_QUANTILE, kept)


def _shifted_quantile(scores: sp.csr_matrix, quantile: float, kept: Floats) -> Floats:
    csc = scores.tocsc()
    rows = csc.shape[0]
    result = np.zeros(csc.shape[1])
    for column, share in enumerate(kept):
        values = np.sort(csc.data[csc.indptr[column] : csc.indptr[column + 1]])
        from_top = (1 - quantile) * max(share * rows - 1, 0)
        if from_top < len(values):
            result[column] = values[len(values) - 1 - int(from_top)]
    return result


def _own_scores(space: Space, texts: Sequence[Terms], owner: Sequence[int]) -> Floats:
    count = len(texts)
    rng = np.random.default_rng(SEED)
    partners = range(1, count) if count <= 100 else sorted(set(rng.integers(1, count, PARTNERS).tolist()))
    total, seen = np.zeros(space.queries.shape[0]), np.zeros(space.queries.shape[0])
    owners = np.asarray(owner)
    for step in partners:
        rows = space.saturated(_joined(texts, [(i, (i + step) % count) for i in range(count)]))
        scores = np.asarray(rows.multiply(space.queries[owners]).sum(axis=1)).ravel()
        np.add.at(total, owners, scores)
        np.add.at(seen, owners, 1)
    if count == 1:
        return np.asarray((space.saturated(texts) @ space.queries.T).toarray()).ravel()
    return total / np.maximum(seen, 1)


def calibrate(space: Space, texts: Sequence[Terms], owner: Sequence[int], frequency: Floats) -> Calibration:
    """Calibrate the claims of a space; `texts` are all texts of the profile, `owner` the claim that each belongs to."""
    news = made_up_news(space, frequency)
    return Calibration(
        background=_column_quantile((news @ space.queries.T).tocsr(), NEWS_QUANTILE),
        sibling=_sibling_scores(space, texts, owner),
        own=_own_scores(space, texts, owner),
        topic_background=_column_quantile((news @ space.topic_queries.T).tocsr(), NEWS_QUANTILE),
    )
