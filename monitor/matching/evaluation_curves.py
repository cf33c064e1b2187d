"""What the figures would be at other thresholds, and whether a score means what it says.

Both look at every pair of a labelled report and a claim, not only at those above the threshold.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.evaluation import RELATED, Counts, Judged, Labelled, claim_counts

STEPS = tuple(step / 100 for step in range(5, 100, 5))
BINS = 10
ROUNDS = 500  # of the bootstrap
SEED = 20_200_407
COVERAGE = 0.95

# One mapping a report: claim -> score of every pair that is not zero.
PairScores = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """The figures at one threshold for all claims."""

    threshold: float
    precision: float
    recall: float
    f1: float
    matches: int
    alarms: int  # reports that bear on nothing, matched all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pairs of like score: what they promise beside what readers say."""

    low: float
    high: float
    pairs: int
    mean_score: float
    right: float  # the share that readers call a match


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far scores can be read as probabilities."""

    bins: tuple[Bin, ...]
    brier: float  # mean squared distance of score and truth; 0 is best
    brier_of_base_rate: float  # of a system that says the base rate for every pair
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim's own figures."""

    claim: str
    labelled: int  # reports that must be found for it
    precision: float
    recall: float
    f1: float


def sweep(labelled: Sequence[Labelled], scores: PairScores, steps: Sequence[float] = STEPS) -> list[SweepRow]:
    """The claim figures at each threshold, the same for all claims."""
    rows = []
    for step in steps:
        judged = [Judged(matches={claim: (s, "") for claim, s in own.items() if s >= step}) for own in scores]
        counts = sum((claim_counts(gold, got) for gold, got in zip(labelled, judged, strict=True)), Counts())
        rows.append(
            SweepRow(
                threshold=step,
                precision=counts.precision,
                recall=counts.recall,
                f1=counts.f1,
                matches=sum(len(got.matches) for got in judged),
                alarms=sum(not gold.positive and bool(got.matches) for gold, got in zip(labelled, judged, strict=True)),
            )
        )
    return rows


def calibration(labelled: Sequence[Labelled], scores: PairScores, bins: int = BINS) -> Calibration:
    """Scores against what readers say; pairs that a reader marked only `related` are neither right nor wrong."""
    pairs = [
        (score, gold.labels.get(claim) is not None)
        for gold, own in zip(labelled, scores, strict=True)
        for claim, score in own.items()
        if gold.labels.get(claim) != RELATED
    ]
    rows = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [pair for pair in pairs if low <= pair[0] < high or (pair[0] == high == 1.0)]
        if inside:
            rows.append(
                Bin(
                    low=low,
                    high=high,
                    pairs=len(inside),
                    mean_score=sum(score for score, _ in inside) / len(inside),
                    right=sum(right for _, right in inside) / len(inside),
                )
            )
    base = sum(right for _, right in pairs) / len(pairs) if pairs else 0.0
    return Calibration(
        bins=tuple(rows),
        brier=_mean_square([(score, right) for score, right in pairs]),
        brier_of_base_rate=_mean_square([(base, right) for _, right in pairs]),
        pairs=len(pairs),
    )


def by_claim(labelled: Sequence[Labelled], judged: Mapping[str, Judged], claims: Sequence[str]) -> list[ClaimRow]:
    """Each claim's own precision and recall."""
    rows = []
    for claim in claims:
        counts = Counts()
        for gold in labelled:
            found = claim in judged.get(gold.id, Judged()).matches
            counts += Counts(
                right=int(found and claim in gold.core),
                false=int(found and claim not in gold.labels),
                missed=int(not found and claim in gold.core),
            )
        rows.append(
            ClaimRow(
                claim=claim,
                labelled=counts.right + counts.missed,
                precision=counts.precision,
                recall=counts.recall,
                f1=counts.f1,
            )
        )
    return rows


def f1_interval(
    labelled: Sequence[Labelled], judged: Mapping[str, Judged], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Between which values claim F1 falls in 95 of 100 draws of stories: how much another set of news would move it."""
    by_story: dict[str, Counts] = {}
    for gold in labelled:
        story = gold.story or f"alone {gold.id}"
        by_story[story] = by_story.get(story, Counts()) + claim_counts(gold, judged.get(gold.id, Judged()))
    stories = list(by_story.values())
    if not stories:
        return 0.0, 0.0
    rng = random.Random(SEED)
    drawn = sorted(sum(rng.choices(stories, k=len(stories)), Counts()).f1 for _ in range(rounds))
    aside = int(rounds * (1 - COVERAGE) / 2)
    return drawn[aside], drawn[-1 - aside]


def _mean_square(pairs: Sequence[tuple[float, bool]]) -> float:
    return sum((score - right) ** 2 for score, right in pairs) / len(pairs) if pairs else 0.0
