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

# The largest s(r,t) of a report decides how much its common terms can add, so how many can be set aside. Reports take
# the first split that holds for them: those that name nothing of the baseline count less and take the first ones, most
# others use no term more than twice.
MOST = K1 + 1
LEVELS = (0.65, 0.9, 1.1, 1.5, MOST)
MANY = 4_000  # claims; below, a plain product costs less than setting terms aside
SHARE_ASIDE = 0.5  # of what could be set aside: the more, the fewer terms to touch, and the more pairs to look at
PLACES = 6  # terms set aside of one claim at most
ROWS = 200  # reports scored at once; bounds memory
DENSE_ROWS = 64  # reports spread out at once to score their pairs exactly; bounds memory


@dataclass(frozen=True)
class _Split:
    """The queries, with each claim's set-aside terms apart; holds for reports whose s(r,t) is at most `most`.

    The set-aside terms are numbered among themselves; each claim has the same number of places for them, and term 0,
    which no report uses, fills those that are left.
    """

    telling: sp.csr_matrix  # terms x claims, each claim's weights divided by `least`
    least: Floats  # what the remaining terms must add for a claim to reach its floor
    numbers: np.ndarray  # of each term: its number among the set-aside ones, or 0
    aside: np.ndarray  # claims x places: numbers of terms
    weights: Floats  # claims x places
    most: float


def _split(queries: sp.csr_matrix, floor: Floats, most: float, share: float = SHARE_ASIDE) -> _Split:
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
    shape = (queries.shape[0], max(int(count.max(initial=0)), 1))
    padded, weights = np.zeros(shape, dtype=np.int32), np.zeros(shape)
    padded[rows[aside], place] = numbers[queries.indices[aside]]
    weights[rows[aside], place] = queries.data[aside]
    return _Split(telling.T.tocsr(), least, numbers, padded, weights, most)


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
            self._splits = [_split(queries, floor, MOST, share=0.0)]
        else:
            self._splits = [_split(queries, floor, most) for most in LEVELS]

    def scores(self, saturated: sp.csr_matrix) -> sp.csr_matrix:
        """Reports x claims: exact raw scores of every pair that reaches its floor, zero for the others."""
        largest = np.asarray(saturated.max(axis=1).todense()).ravel() if saturated.nnz else np.zeros(saturated.shape[0])
        level = np.searchsorted([split.most for split in self._splits[:-1]], largest)
        rows, claims, values = [], [], []
        for number, split in enumerate(self._splits):
            of_level = np.flatnonzero(level == number)
            for start in range(0, len(of_level), ROWS):
                part = of_level[start : start + ROWS]
                found = _near(saturated[part], split)
                reached = found[2] >= self._floor[found[1]]
                rows.append(part[found[0][reached]])
                claims.append(found[1][reached])
                values.append(found[2][reached])
        shape = (saturated.shape[0], len(self._floor))
        if not rows:
            return sp.csr_matrix(shape, dtype=np.float64)
        return sp.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(claims))), shape=shape)


def _near(saturated: sp.csr_matrix, split: _Split) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Row, claim and exact score of all pairs that may reach their floor."""
    found = saturated @ split.telling
    near = np.flatnonzero(found.data >= 1 - 1e-9)
    rows, claims = row_numbers(found)[near], found.indices[near]
    values = found.data[near] * split.least[claims]
    width = int(split.numbers.max(initial=0)) + 1
    if width == 1:  # nothing is set aside
        return rows, claims, values
    # The common terms of all reports spread out, so that those of each pair are picked in one go.
    spread = np.zeros((saturated.shape[0], width))
    spread[row_numbers(saturated), split.numbers[saturated.indices]] = saturated.data
    spread[:, 0] = 0.0
    common = spread.ravel()[(rows * width)[:, None] + split.aside[claims]]
    return rows, claims, values + np.einsum("ij,ij->i", common, split.weights[claims])


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
