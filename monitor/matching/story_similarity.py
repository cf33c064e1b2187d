"""The one answer to "do two reports tell the same event?", for duplicates, stories and corroboration alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.matching.story_idf import COLD_START_REPORTS, StoryIdf
from monitor.matching.story_text import Ids, StoryText, Vector, Weights, grams, shingles

# Found on two labelled topics; run bench/quality/stories.py after a change.
SAME_STORY = 0.10  # mean similarity from which reports are one story
WINDOW_DAYS = 7
JOIN_STORY = 0.11  # the same for joins that nothing undoes: on arrival and among stories
UNDATED_FACTOR = 0.8  # without both dates the window tells nothing, so the words must tell more
# Two reports of a quiet topic on one day mostly tell the same event, however each puts it; on a busy day they do not.
ONE_DAY_BONUS = 1.5
ONE_DAY = 1  # days apart: an event of the evening is in the papers of the morning
BUSY = 8  # reports about a day at which the bonus is halved
ORDINAL_FACTOR = 0.5  # the 23rd attack is not the 22nd, however alike the words
COPY_SIMILARITY = 0.30  # copies share their words, not only a phrase that a feed puts under every report
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
    return same_stories(a, [b], idf, window_days)[0]


def same_stories(
    a: StoryText, others: Sequence[StoryText], idf: StoryIdf, window_days: int = WINDOW_DAYS
) -> list[Sameness]:
    """`same_story` of one report and each of the others."""
    similar = text_similarities(a, others, idf)
    return [_judged(a, b, float(text), idf, window_days) for b, text in zip(others, similar, strict=True)]


def _judged(a: StoryText, b: StoryText, text_similarity: float, idf: StoryIdf, window_days: int) -> Sameness:
    gap = days_apart(a, b)
    if is_copy(text_similarity, gap, lambda: shares_wording(a, b)):
        return Sameness(1.0, is_copy=True)
    if gap is not None and gap > window_days:
        return Sameness(0.0)
    busy = 0 if a.day is None or b.day is None else max(idf.published_about(a.day), idf.published_about(b.day))
    return Sameness(min(1.0, text_similarity * date_factor(gap, busy, idf.reports) * ordinal_factor(a, b)))


def is_copy(text_similarity: float, gap: float | None, wording: Callable[[], bool]) -> bool:
    """Whether two reports are one text, perhaps cut or lightly edited."""
    return text_similarity >= COPY_SIMILARITY and not (gap is not None and gap > COPY_WINDOW_DAYS) and wording()


def shares_wording(a: StoryText, b: StoryText) -> bool:
    """Whether two texts have so many runs of three words in common that one was made from the other."""
    return a.parts == b.parts or is_shared(
        len(shingles(a.parts) & shingles(b.parts)), len(shingles(a.parts)), len(shingles(b.parts))
    )


def is_shared(shared: int, of_a: int, of_b: int) -> bool:
    """Whether that many shared runs of three words, of so many, make two texts copies."""
    return shared >= MIN_SHARED_SHINGLES and shared >= COPY_JACCARD * (of_a + of_b - shared)


def days_apart(a: StoryText, b: StoryText) -> int | None:
    """Days between two publications, None if one is not known."""
    return None if a.day is None or b.day is None else abs(a.day - b.day)


def date_factor(gap: float | None, busy: float, reports: int) -> float:
    """What two dates inside the window make of a similarity.

    `busy` counts the reports of the topic about the busier of the two days, `reports` all that are known of it.
    """
    if gap is None:
        return UNDATED_FACTOR
    return float(one_day_factor(np.float64(busy), reports)) if gap <= ONE_DAY else 1.0


def one_day_factor(busy: Weights | np.float64, reports: int) -> Weights:
    """`date_factor` of reports at most a day apart, for many pairs at once."""
    # While few reports are known, a word that all of them share looks rare, and a little likeness means nothing.
    known = min(1.0, reports / COLD_START_REPORTS)
    return np.asarray(1.0 + known * ONE_DAY_BONUS / (1.0 + (busy / BUSY) ** 2))


def ordinal_factor(a: StoryText, b: StoryText) -> float:
    """Less than 1 if two reports count the same thing and are at different places of the count."""
    if not a.ordinals or not b.ordinals or a.ordinals & b.ordinals:
        return 1.0
    nouns = {noun for noun, _ in a.ordinals} & {noun for noun, _ in b.ordinals}
    return ORDINAL_FACTOR if nouns else 1.0


def text_similarities(a: StoryText, others: Sequence[StoryText], idf: StoryIdf) -> Weights:
    """The similarity of the words of one report to each of the others, dates aside."""
    similar = _cosines(grams(a.parts), [grams(b.parts) for b in others], idf.gram_idf)
    return 0.5 * stem_similarities(a, others, idf) + 0.5 * similar


def stem_similarities(a: StoryText, others: Sequence[StoryText], idf: StoryIdf) -> Weights:
    """The cheap half of the similarity, to choose candidates by."""
    vectors = [(b.stem_ids, b.stem_weights) for b in others]
    return _cosines((a.stem_ids, a.stem_weights), vectors, idf.stem_idf)


def _cosines(a: Vector, others: Sequence[Vector], idf: Callable[[Ids], Weights]) -> Weights:
    """The cosine of one vector and each of the others, weighted by idf; all others in one pass."""
    ids, weights = a[0], a[1] * idf(a[0])
    if not others or not len(ids):
        return np.zeros(len(others))
    other_ids = np.concatenate([found for found, _ in others])
    other_weights = np.concatenate([found for _, found in others]) * idf(other_ids)
    owner = np.repeat(np.arange(len(others)), [len(found) for found, _ in others])
    where = np.minimum(np.searchsorted(ids, other_ids), len(ids) - 1)
    shared = np.where(ids[where] == other_ids, weights[where], 0.0)
    products = np.bincount(owner, weights=shared * other_weights, minlength=len(others))
    lengths = np.sqrt((weights @ weights) * np.bincount(owner, weights=other_weights**2, minlength=len(others)))
    cosines: Weights = np.divide(products, lengths, out=np.zeros(len(others)), where=lengths > 0)
    return cosines
