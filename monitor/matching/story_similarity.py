"""The one answer to "do two reports tell the same event?", for duplicates, stories and corroboration alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_text import Ids, StoryText, Weights, grams, shingles

# Found on two labelled topics; run bench/quality/stories.py after a change.
SAME_STORY = 0.12  # mean similarity from which reports are one story
WINDOW_DAYS = 7
COPY_JACCARD = 0.20  # share of three-word runs; retold reports of one event stay below 0.13
COPY_WINDOW_DAYS = 30  # the same words a month later are a yearly notice, not a copy
MIN_SHARED_SHINGLES = 3  # two short headlines share one run by chance


@dataclass(frozen=True, slots=True)
class Sameness:
    """How alike two reports are, 0 to 1, and whether one is a copy of the other."""

    similarity: float
    is_copy: bool = False

    @property
    def same(self) -> bool:
        """Whether the two tell the same event."""
        return self.is_copy or self.similarity >= SAME_STORY


def same_story(a: StoryText, b: StoryText, idf: StoryIdf, window_days: int = WINDOW_DAYS) -> Sameness:
    """How alike two reports are; symmetric."""
    if is_copy(a, b):
        return Sameness(1.0, is_copy=True)
    factor = nearness(a, b, window_days)
    if not factor:
        return Sameness(0.0)
    return Sameness(float(text_similarities(a, [b], idf)[0]) * factor)


def is_copy(a: StoryText, b: StoryText) -> bool:
    """Whether two reports are one text, perhaps cut or lightly edited."""
    gap = days_apart(a, b)
    if gap is not None and gap > COPY_WINDOW_DAYS:
        return False
    if a.parts == b.parts and any(a.parts):
        return True
    return is_copy_overlap(len(shingles(a.parts) & shingles(b.parts)), len(shingles(a.parts)), len(shingles(b.parts)))


def is_copy_overlap(shared: int, of_a: int, of_b: int) -> bool:
    """Whether that many shared three-word runs make two texts copies."""
    return shared >= MIN_SHARED_SHINGLES and shared >= COPY_JACCARD * (of_a + of_b - shared)


def days_apart(a: StoryText, b: StoryText) -> int | None:
    """Days between two publications, None if one is not known."""
    return None if a.day is None or b.day is None else abs(a.day - b.day)


def nearness(a: StoryText, b: StoryText, window_days: int = WINDOW_DAYS) -> float:
    """What the dates leave of a similarity: 0 outside the window."""
    gap = days_apart(a, b)
    return 0.0 if gap is not None and gap > window_days else 1.0


def text_similarities(a: StoryText, others: Sequence[StoryText], idf: StoryIdf) -> Weights:
    """The similarity of the words of one report to each of the others, dates aside."""
    stems = _cosines(
        (a.stem_ids, a.stem_weights * idf.stem_idf(a.stem_ids)),
        [(b.stem_ids, b.stem_weights * idf.stem_idf(b.stem_ids)) for b in others],
    )
    return 0.5 * stems + 0.5 * _cosines(gram_vector(a, idf), [gram_vector(b, idf) for b in others])


def stem_similarities(a: StoryText, others: Sequence[StoryText], idf: StoryIdf) -> Weights:
    """The cheap half of the similarity, to choose candidates by."""
    return _cosines(stem_vector(a, idf), [stem_vector(b, idf) for b in others])


def stem_vector(text: StoryText, idf: StoryIdf) -> tuple[Ids, Weights]:
    """Stems and their weights."""
    return text.stem_ids, text.stem_weights * idf.stem_idf(text.stem_ids)


def gram_vector(text: StoryText, idf: StoryIdf) -> tuple[Ids, Weights]:
    """Character runs and their weights."""
    ids, weights = grams(text.parts)
    return ids, weights * idf.gram_idf(ids)


def _cosines(a: tuple[Ids, Weights], others: Sequence[tuple[Ids, Weights]]) -> NDArray[np.float64]:
    ids, weights = a
    found = np.zeros(len(others))
    length = np.sqrt(weights @ weights)
    if not length:
        return found
    for at, (other_ids, other_weights) in enumerate(others):
        other_length = np.sqrt(other_weights @ other_weights)
        if other_length:
            where = np.minimum(np.searchsorted(ids, other_ids), len(ids) - 1)
            shared = ids[where] == other_ids
            found[at] = (weights[where[shared]] @ other_weights[shared]) / (length * other_length)
    return found
