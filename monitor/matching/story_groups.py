"""Batch grouping: average link over all pairs of reports, the same whatever the order they come in."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_similarity import (
    SAME_STORY,
    UNDATED_FACTOR,
    WINDOW_DAYS,
    gram_vector,
    is_copy,
    is_shared,
    ordinal_factor,
    stem_vector,
)
from monitor.matching.story_text import Ids, StoryText, Weights, shingles, story_text
from monitor.model import Report

Matrix = NDArray[np.float32]


def group_stories(reports: Sequence[Report]) -> list[int]:
    """A story number for each report, from 0 in order of first appearance; reports of one event share it."""
    # Sums and ties depend on the order of reports, so that is fixed by what they hold.
    order = sorted(range(len(reports)), key=lambda at: _content_key(reports[at]))
    labels = _average_link(pair_similarities([story_text(reports[at]) for at in order]), SAME_STORY)
    by_input = dict(zip(order, labels, strict=True))
    numbers: dict[int, int] = {}
    return [numbers.setdefault(by_input[at], len(numbers)) for at in range(len(reports))]


def _content_key(report: Report) -> tuple[str, ...]:
    published = report.published.isoformat() if report.published else ""
    return (published, report.title, report.text, report.key, report.url or "", report.outlet or "")


def pair_similarities(texts: Sequence[StoryText]) -> Matrix:
    """`same_story` for every pair at once, its idf counted over these very reports."""
    idf = StoryIdf()
    for text in texts:
        idf.add(text)
    stems = _unit_rows([stem_vector(text, idf) for text in texts])
    grams = _unit_rows([gram_vector(text, idf) for text in texts])
    similar = 0.5 * _products(stems) + 0.5 * _products(grams)
    gaps = _day_gaps(texts)
    copies = [(a, b) for a, b in _shared_wordings(texts) if is_copy(similar[a, b], gaps[a, b], lambda: True)]
    similar[gaps > WINDOW_DAYS] = 0.0
    similar[np.isnan(gaps)] *= UNDATED_FACTOR
    counting = [at for at, text in enumerate(texts) if text.ordinals]
    for a, b in combinations(counting, 2):
        similar[a, b] = similar[b, a] = similar[a, b] * ordinal_factor(texts[a], texts[b])
    for a, b in copies:
        similar[a, b] = similar[b, a] = 1.0
    return similar


def _day_gaps(texts: Sequence[StoryText]) -> Matrix:
    days = np.array([np.nan if text.day is None else text.day for text in texts], dtype=np.float32)
    gaps: Matrix = np.abs(days[:, None] - days[None, :])
    return gaps


def _unit_rows(vectors: Sequence[tuple[Ids, Weights]]) -> sp.csr_matrix:
    lengths = [float(np.sqrt(weights @ weights)) or 1.0 for _, weights in vectors]
    data = [(weights / length).astype(np.float32) for (_, weights), length in zip(vectors, lengths, strict=True)]
    starts = np.cumsum([0, *(len(ids) for ids, _ in vectors)])
    if not vectors:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    columns = np.concatenate([ids for ids, _ in vectors])
    used, columns = np.unique(columns, return_inverse=True)
    return sp.csr_matrix((np.concatenate(data), columns, starts), shape=(len(vectors), len(used)))


def _products(rows: sp.csr_matrix) -> Matrix:
    dense: Matrix = (rows @ rows.T).toarray()
    return dense


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


def _average_link(similar: Matrix, threshold: float) -> list[int]:
    # Two clusters can only merge if some pair between them reaches the threshold, so parts that no such pair connects
    # are solved one by one.
    _, parts = connected_components(sp.csr_matrix(similar >= threshold), directed=False)
    labels = np.zeros(len(similar), dtype=np.int64)
    taken = 0
    for part in range(int(parts.max()) + 1 if len(parts) else 0):
        members = np.flatnonzero(parts == part)
        found = np.ones(1, dtype=np.int64)
        if len(members) > 1:
            distance = 1.0 - similar[np.ix_(members, members)].astype(np.float64)
            np.fill_diagonal(distance, 0.0)
            tree = linkage(squareform(np.clip(distance, 0.0, 1.0), checks=False), method="average")
            found = fcluster(tree, 1.0 - threshold, criterion="distance")
        labels[members] = taken + found
        taken += int(found.max())
    return [int(label) for label in labels]
