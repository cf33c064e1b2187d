"""`same_story` for all pairs of some reports at once, and the clusters that average link makes of them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_similarity import (
    ONE_DAY,
    UNDATED_FACTOR,
    WINDOW_DAYS,
    days_apart,
    is_copy,
    is_shared,
    one_day_factor,
    ordinal_factor,
)
from monitor.matching.story_text import Ids, StoryText, Vector, Weights, grams, shingles

Matrix = NDArray[np.float32]

BLOCK_ROWS = 256


def pair_similarities(texts: Sequence[StoryText]) -> Matrix:
    """`same_story` for every pair at once, its idf counted over these very reports."""
    idf = StoryIdf()
    for text in texts:
        idf.add(text)
    similar = np.zeros((len(texts), len(texts)), dtype=np.float32)
    _add_products(similar, _unit_rows([(text.stem_ids, text.stem_weights) for text in texts], idf.stem_idf))
    _add_products(similar, _unit_rows([grams(text.parts) for text in texts], idf.gram_idf))
    copies = [
        (a, b)
        for a, b in _shared_wordings(texts)
        if is_copy(float(similar[a, b]), days_apart(texts[a], texts[b]), lambda: True)
    ]
    _apply_dates(similar, texts, idf)
    counting = [at for at, text in enumerate(texts) if text.ordinals]
    for a, b in combinations(counting, 2):
        similar[a, b] = similar[b, a] = similar[a, b] * ordinal_factor(texts[a], texts[b])
    for a, b in copies:
        similar[a, b] = similar[b, a] = 1.0
    return similar


def _apply_dates(similar: Matrix, texts: Sequence[StoryText], idf: StoryIdf) -> None:
    days = np.array([np.nan if text.day is None else text.day for text in texts])
    busy = np.array([0 if text.day is None else idf.published_about(text.day) for text in texts])
    for row, day, about in zip(similar, days, busy, strict=True):
        gaps = np.abs(days - day)
        row[gaps > WINDOW_DAYS] = 0.0
        row[np.isnan(gaps)] *= UNDATED_FACTOR
        near = gaps <= ONE_DAY
        row[near] = np.minimum(1.0, row[near] * one_day_factor(np.maximum(busy[near], about), idf.reports))


def _unit_rows(vectors: Sequence[Vector], idf: Callable[[Ids], Weights]) -> sp.csr_matrix:
    if not vectors:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    data = []
    for ids, counts in vectors:
        weights = counts * idf(ids)
        data.append((weights / (float(np.sqrt(weights @ weights)) or 1.0)).astype(np.float32))
    starts = np.cumsum([0, *(len(ids) for ids, _ in vectors)])
    used, columns = np.unique(np.concatenate([ids for ids, _ in vectors]), return_inverse=True)
    return sp.csr_matrix((np.concatenate(data), columns, starts), shape=(len(vectors), len(used)))


def _add_products(similar: Matrix, rows: sp.csr_matrix) -> None:
    columns = rows.T.tocsr()
    for start in range(0, len(similar), BLOCK_ROWS):  # a block at a time, or the sparse products outweigh the matrix
        similar[start : start + BLOCK_ROWS] += 0.5 * (rows[start : start + BLOCK_ROWS] @ columns).toarray()


def _shared_wordings(texts: Sequence[StoryText]) -> Iterator[tuple[int, int]]:
    sets = [sorted(shingles(text.parts)) for text in texts]
    starts = np.cumsum([0, *(len(found) for found in sets)])
    used, columns = np.unique(np.array([i for found in sets for i in found], dtype=np.int64), return_inverse=True)
    rows = sp.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(sets), len(used)))
    shared = sp.triu(rows @ rows.T, k=1).tocoo()
    for a, b, count in zip(shared.row, shared.col, shared.data, strict=True):
        if is_shared(int(count), len(sets[a]), len(sets[b])):
            yield int(a), int(b)
    same: dict[tuple[str, str, str], int] = {}
    for at, text in enumerate(texts):
        if any(text.parts) and same.setdefault(text.parts, at) != at:
            yield same[text.parts], at


def average_link(similar: Matrix, threshold: float) -> list[int]:
    """A label for each row: clusters merge while the mean over their pairs reaches the threshold."""
    # Two clusters can only merge if some pair between them reaches the threshold, so parts that no such pair connects
    # are solved one by one.
    _, parts = connected_components(sp.csr_matrix(similar >= threshold), directed=False)
    labels = np.zeros(len(similar), dtype=np.int64)
    taken = 0
    for part in range(int(parts.max()) + 1 if len(parts) else 0):
        members = np.flatnonzero(parts == part)
        found = np.ones(1, dtype=np.int64)
        if len(members) > 1:
            tree = linkage(_distances(similar, members), method="average")
            found = fcluster(tree, 1.0 - threshold, criterion="distance")
        labels[members] = taken + found
        taken += int(found.max())
    return [int(label) for label in labels]


def _distances(similar: Matrix, members: NDArray[np.int64]) -> NDArray[np.float64]:
    """The pairs of the members in the condensed form that scipy's linkage takes."""
    pairs = [similar[member, members[at + 1 :]] for at, member in enumerate(members)]
    return np.clip(1.0 - np.concatenate(pairs).astype(np.float64), 0.0, 1.0)
