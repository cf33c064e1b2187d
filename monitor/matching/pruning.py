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

from monitor.matching.product import product
from monitor.matching.space import K1, Floats

# The largest s(r,t) of a report decides how much its common terms can add, so how many can be set aside. Reports take
# the first split that holds for them: those that name nothing of the baseline count less and take the first ones, most
# others use no term more than twice.
MOST = K1 + 1
LEVELS = (0.65, 0.9, 1.1, 1.5, MOST)
MANY = 4_000  # claims; below, a plain product costs less than setting terms aside
SHARE_ASIDE = 0.35  # of what could be set aside: the more, the fewer terms to touch, and the more pairs to look at
PLACES = 6  # terms set aside of one claim at most
PAIRS = 1_600_000  # of reports and claims scored at once; bounds memory
BLOCK = 6_500  # claims whose sums fit into a processor's nearest memory
DENSE_ROWS = 64  # reports spread out at once to score their pairs exactly; bounds memory
_TOUCHED = 1 - 1e-9  # rounding must not lose a pair that just reaches its floor

_Pairs = tuple[np.ndarray, np.ndarray, Floats]  # row, claim and score of some pairs


@dataclass(frozen=True)
class _Split:
    """The queries, with each claim's set-aside terms apart; holds for reports whose s(r,t) is at most `most`.

    The set-aside terms are numbered among themselves; each claim has the same number of places for them, and term 0,
    which no report uses, fills those that are left.
    """

    telling: tuple[sp.csr_matrix, ...]  # terms x claims, `BLOCK` claims each: weights divided by the claim's `least`
    least: Floats  # what the remaining terms must add for a claim to reach its floor
    numbers: np.ndarray  # of each term: its number among the set-aside ones, or 0
    aside: np.ndarray  # places x claims: numbers of terms
    weights: Floats  # places x claims
    most: float


def _split(queries: sp.csr_matrix, floor: Floats, most: float, share: float) -> _Split:
    aside = _aside(queries, floor * share / most)
    rows = row_numbers(queries)
    taken = queries.data * aside
    slack = np.bincount(rows, taken, minlength=queries.shape[0]) * most
    least = np.where(np.isfinite(floor), np.maximum(floor - slack, 1e-9), 1e300)
    telling = sp.csr_matrix(
        (queries.data[~aside] / least[rows[~aside]], (rows[~aside], queries.indices[~aside])), shape=queries.shape
    )
    used = np.unique(queries.indices[aside])
    numbers = np.zeros(queries.shape[1], dtype=np.int32)
    numbers[used] = np.arange(1, len(used) + 1)
    count = np.bincount(rows[aside], minlength=queries.shape[0])
    place = np.arange(len(rows[aside])) - np.repeat(np.cumsum(count) - count, count)
    shape = (int(count.max(initial=0)), queries.shape[0])
    padded, weights = np.zeros(shape, dtype=np.int32), np.zeros(shape)
    padded[place, rows[aside]] = numbers[queries.indices[aside]]
    weights[place, rows[aside]] = queries.data[aside]
    blocks = [telling[start : start + BLOCK].T.tocsr() for start in range(0, queries.shape[0], BLOCK)]
    return _Split(tuple(blocks), least, numbers, padded, weights, most)


def _aside(queries: sp.csr_matrix, budget: Floats) -> np.ndarray:
    """Which weights to set aside: of each claim its commonest terms as long as they stay below its budget."""
    spread = np.diff(queries.tocsc().indptr)
    rows = row_numbers(queries)
    order = np.lexsort((-spread[queries.indices], rows))  # within each claim the commonest terms first
    running = np.cumsum(queries.data[order])
    starts = queries.indptr[:-1]
    before = np.concatenate(([0.0], running))[starts]
    place = np.arange(len(rows)) - starts[rows]
    aside = np.zeros(len(rows), dtype=bool)
    aside[order] = (running - before[rows[order]] < budget[rows[order]]) & (place < PLACES)
    return aside


def row_numbers(matrix: sp.csr_matrix) -> np.ndarray:
    """The row of each stored value."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


class Pruner:
    """The queries of a large baseline, prepared for pairs that reach `floor` (raw scores, one for each claim)."""

    def __init__(self, queries: sp.csr_matrix, floor: Floats) -> None:
        self._floor = floor
        if queries.shape[0] < MANY:
            self._splits = [_split(queries, floor, MOST, 0.0)]
        else:
            self._splits = [_split(queries, floor, most, SHARE_ASIDE) for most in LEVELS]

    def scores(self, saturated: sp.csr_matrix) -> sp.csr_matrix:
        """Reports x claims: exact raw scores of every pair that reaches its floor, zero for the others."""
        rows = PAIRS // min(max(len(self._floor), 1), BLOCK)
        found = [
            self._reached(saturated, part, split)
            for split, of_split in zip(self._splits, self._by_split(saturated), strict=True)
            for part in (of_split[start : start + rows] for start in range(0, len(of_split), rows))
        ]
        shape = (saturated.shape[0], len(self._floor))
        if not found:
            return sp.csr_matrix(shape, dtype=np.float64)
        owners, claims, values = (np.concatenate(column) for column in zip(*found, strict=True))
        if len(self._splits) > 1 or len(self._splits[0].telling) > 1:
            order = np.argsort(owners, kind="stable")
            claims, values = claims[order], values[order]
        ends = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=shape[0]))))
        return sp.csr_matrix((values, claims, ends), shape=shape)

    def _by_split(self, saturated: sp.csr_matrix) -> list[np.ndarray]:
        """The rows that each split takes."""
        if len(self._splits) == 1:
            return [np.arange(saturated.shape[0])]
        largest = np.zeros(saturated.shape[0])
        some = np.diff(saturated.indptr) > 0
        largest[some] = np.maximum.reduceat(saturated.data, saturated.indptr[:-1][some]) if some.any() else 0
        level = np.searchsorted([split.most for split in self._splits[:-1]], largest)
        return [np.flatnonzero(level == number) for number in range(len(self._splits))]

    def _reached(self, saturated: sp.csr_matrix, part: np.ndarray, split: _Split) -> _Pairs:
        rows, claims, values = _near(saturated[part], split)
        reached = np.flatnonzero(values >= self._floor[claims])
        return part[rows[reached]], claims[reached], values[reached]


def _near(saturated: sp.csr_matrix, split: _Split) -> _Pairs:
    """Row, claim and exact score of all pairs that may reach their floor."""
    found = [_touched(saturated, block) for block in split.telling]
    rows, claims, shares = (np.concatenate(column) for column in zip(*found, strict=True))
    claims += np.repeat(np.arange(len(found), dtype=claims.dtype) * BLOCK, [len(part[0]) for part in found])
    values = shares * split.least[claims]
    if not len(split.aside):
        return rows, claims, values
    # The common terms of all reports spread out, so that those of each pair are picked in one go.
    width = int(split.numbers.max()) + 1
    spread = np.zeros((saturated.shape[0], width))
    spread[row_numbers(saturated), split.numbers[saturated.indices]] = saturated.data
    spread[:, 0] = 0.0
    flat, start = spread.ravel(), rows * width
    for numbers, weights in zip(split.aside, split.weights, strict=True):
        values += flat[start + numbers[claims]] * weights[claims]
    return rows, claims, values


def _touched(saturated: sp.csr_matrix, block: sp.csr_matrix) -> _Pairs:
    """Row, claim and share of `least` of the pairs whose telling terms reach it."""
    ends, claims, shares = product(saturated, block)
    near = np.flatnonzero(shares >= _TOUCHED)
    count = np.diff(np.searchsorted(near, ends))
    return np.repeat(np.arange(len(count)), count), claims[near], shares[near]


def dot_pairs(left: sp.csr_matrix, right: sp.csr_matrix, rows: np.ndarray, others: np.ndarray) -> Floats:
    """The dot product of row `rows[i]` of `left` and row `others[i]` of `right`, for each i; `rows` ascending."""
    result = np.zeros(len(rows))
    place = np.zeros(left.shape[1], dtype=np.int32)  # of each column among those that the rows use; 0 for none
    for start in range(0, left.shape[0], DENSE_ROWS):
        low, high = np.searchsorted(rows, (start, start + DENSE_ROWS))
        if low == high:
            continue
        cells = slice(left.indptr[start], left.indptr[min(start + DENSE_ROWS, left.shape[0])])
        used = np.unique(left.indices[cells])
        place[used] = np.arange(1, len(used) + 1)
        dense = np.zeros((DENSE_ROWS, len(used) + 1))
        count = np.diff(left.indptr[start : start + DENSE_ROWS + 1])
        dense[np.repeat(np.arange(len(count)), count), place[left.indices[cells]]] = left.data[cells]
        result[low:high] = _dots(dense, place, right, rows[low:high] - start, others[low:high])
        place[used] = 0
    return result


def _dots(dense: Floats, place: np.ndarray, right: sp.csr_matrix, rows: np.ndarray, others: np.ndarray) -> Floats:
    result = np.zeros(len(rows))
    begin, count = right.indptr[others], np.diff(right.indptr)[others]
    ends = np.cumsum(count)
    flat = np.arange(ends[-1]) + np.repeat(begin - (ends - count), count)
    products = right.data[flat] * dense[np.repeat(rows, count), place[right.indices[flat]]]
    # Each pair is summed by itself, so that its result does not depend on the pairs beside it.
    some = count > 0
    if some.any():
        result[some] = np.add.reduceat(products, (ends - count)[some])
    return result
