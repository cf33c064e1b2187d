"""Scores against thousands of claims without touching most pairs, and without changing a score that counts.

Common terms stand in a large share of the claims, so they make nearly every pair non-zero while adding little to any.
For each claim its commonest terms are set aside as long as all of them together, however often a report uses them,
cannot lift the claim to its floor. A pair that shares none of the claim's remaining terms cannot reach the floor and is
never touched; the others are scored exactly. This is prefix filtering (Chaudhuri et al. 2006, "A primitive operator for
similarity joins"; Bayardo et al. 2007, "Scaling up all pairs similarity search") with the bound of MaxScore.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from monitor.matching.space import K1, Floats

# The largest s(r,t) of a report decides how much its common terms can add. Most reports use no term of the baseline
# more than twice; they take the tight split, the others the one that holds for any report.
USUAL_MOST = 1.4
MOST = K1 + 1
DENSE_ROWS = 64  # reports spread out at once to score their pairs exactly; bounds memory


@dataclass(frozen=True)
class _Split:
    """The queries, with each claim's set-aside terms apart; holds for reports whose s(r,t) is at most `most`."""

    telling: sp.csr_matrix  # terms x claims
    aside: sp.csr_matrix  # claims x terms
    slack: Floats  # what a claim's set-aside terms add at s(r,t) = 1
    most: float


def _split(queries: sp.csr_matrix, floor: Floats, most: float) -> _Split:
    spread = np.diff(queries.tocsc().indptr)
    rows = np.repeat(np.arange(queries.shape[0]), np.diff(queries.indptr))
    order = np.lexsort((-spread[queries.indices], rows))  # within each claim the commonest terms first
    running = np.cumsum(queries.data[order])
    starts = queries.indptr[:-1]
    before = np.concatenate(([0.0], running))[starts]
    aside = np.zeros(len(rows), dtype=bool)
    aside[order] = (running - before[rows[order]]) * most < floor[rows[order]]
    shape = queries.shape
    apart = sp.csr_matrix((queries.data[aside], (rows[aside], queries.indices[aside])), shape=shape)
    telling = sp.csr_matrix((queries.data[~aside], (rows[~aside], queries.indices[~aside])), shape=shape)
    return _Split(telling.T.tocsr(), apart, np.asarray(apart.sum(axis=1)).ravel(), most)


class Pruner:
    """The queries of a large baseline, prepared for pairs that reach `floor` (raw scores, one for each claim)."""

    def __init__(self, queries: sp.csr_matrix, floor: Floats) -> None:
        self._floor = floor
        self._splits = (_split(queries, floor, USUAL_MOST), _split(queries, floor, MOST))

    def scores(self, saturated: sp.csr_matrix) -> sp.csr_matrix:
        """Reports x claims: exact raw scores of every pair that can reach its floor, zero for the others."""
        largest = np.asarray(saturated.max(axis=1).todense()).ravel() if saturated.nnz else np.zeros(saturated.shape[0])
        usual = largest <= USUAL_MOST
        parts = [
            self._exact(saturated[rows], largest[rows], split)
            for rows, split in zip((usual, ~usual), self._splits, strict=True)
        ]
        order = np.argsort(np.concatenate((np.flatnonzero(usual), np.flatnonzero(~usual))))
        return sp.vstack(parts).tocsr()[order]

    def _exact(self, saturated: sp.csr_matrix, largest: Floats, split: _Split) -> sp.csr_matrix:
        found = (saturated @ split.telling).tocsr()
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        kept = found.data + split.slack[found.indices] * largest[rows] >= self._floor[found.indices]
        rows, claims = rows[kept], found.indices[kept]
        values = found.data[kept] + dot_pairs(saturated, split.aside, rows, claims)
        return sp.csr_matrix((values, (rows, claims)), shape=found.shape)


def dot_pairs(left: sp.csr_matrix, right: sp.csr_matrix, rows: np.ndarray, others: np.ndarray) -> Floats:
    """The dot product of row `rows[i]` of `left` and row `others[i]` of `right`, for each i; `rows` ascending."""
    result = np.zeros(len(rows))
    for start in range(0, left.shape[0], DENSE_ROWS):
        low, high = np.searchsorted(rows, (start, start + DENSE_ROWS))
        if low == high:
            continue
        dense = left[start : start + DENSE_ROWS].toarray()
        begin, count = right.indptr[others[low:high]], np.diff(right.indptr)[others[low:high]]
        ends = np.cumsum(count)
        flat = np.arange(ends[-1]) + np.repeat(begin - (ends - count), count)
        products = right.data[flat] * dense[np.repeat(rows[low:high] - start, count), right.indices[flat]]
        # Each pair is summed by itself, so that its result does not depend on the pairs beside it.
        some = count > 0
        if some.any():
            result[low:high][some] = np.add.reduceat(products, (ends - count)[some])
    return result
