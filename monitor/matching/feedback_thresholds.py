"""Which threshold the marks of a claim speak for: suggested with its reasons, applied by nobody but a person.

Each marked report is scored by a matcher that learnt from all other marks, never from its own: what was learnt by heart
says nothing about the next report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.matching.feedback import Feedback, Marked, lesson_of, marked_pairs

if TYPE_CHECKING:
    from monitor.matching.matcher import ClaimScorer

STEPS = tuple(step / 100 for step in range(20, 100, 5))
PRECISION = 0.8
LEAST_MARKS = 6
LEAST_OF_EACH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AtThreshold:
    """What the marked reports would be at one threshold."""

    threshold: float
    precision: float
    relevant: int  # found, of all relevant ones
    noise: int  # let through


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A claim's threshold by its marks, None with the reason if they do not say."""

    claim: str
    now: float
    suggested: float | None
    reason: str
    relevant: int
    noise: int
    steps: tuple[AtThreshold, ...]


def suggest_thresholds(
    matcher: "ClaimScorer", marks: Sequence[Marked], precision: float = PRECISION
) -> list[Suggestion]:
    """For each marked claim the lowest threshold at which so many of its marked reports are relevant."""
    matcher.learn(())
    found = []
    for number, pairs in sorted(marked_pairs(matcher, marks).items()):
        scored = []
        for left_out in range(len(pairs)):
            others = [pair for place, pair in enumerate(pairs) if place != left_out]
            taught = Feedback(matcher, {number: lesson_of(matcher, number, others)} if others else {})
            scored.append((taught.score(pairs[left_out].text, pairs[left_out].prior, number), pairs[left_out].relevant))
        claim = matcher.baseline_.claims[number].id
        found.append(suggest(claim, scored, float(matcher.thresholds_[number]), precision))
    return found


def suggest(claim: str, scored: Sequence[tuple[float, bool]], now: float, precision: float = PRECISION) -> Suggestion:
    """The suggestion from (score, relevant) of each marked report."""
    steps = tuple(_at(step, scored) for step in STEPS)
    relevant = sum(good for _, good in scored)
    noise = len(scored) - relevant
    good_enough = [step for step in steps if step.relevant and step.precision >= precision]
    suggested: float | None = None
    if len(scored) < LEAST_MARKS or min(relevant, noise) < LEAST_OF_EACH:
        reason = f"too few marks: at least {LEAST_MARKS}, {LEAST_OF_EACH} of each kind, are needed"
    elif not good_enough:
        reason = f"at no threshold are {precision:.0%} of the marked reports relevant; other phrases may help"
    else:
        best = good_enough[0]
        suggested = best.threshold
        reason = f"{best.relevant} of {relevant} relevant and {best.noise} of {noise} noise reports are above it"
    return Suggestion(
        claim=claim, now=now, suggested=suggested, reason=reason, relevant=relevant, noise=noise, steps=steps
    )


def _at(threshold: float, scored: Sequence[tuple[float, bool]]) -> AtThreshold:
    above = [good for score, good in scored if score >= threshold]
    return AtThreshold(
        threshold=threshold,
        precision=sum(above) / len(above) if above else 0.0,
        relevant=sum(above),
        noise=len(above) - sum(above),
    )
