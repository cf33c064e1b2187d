"""What people's marks teach a claim: a small correction of its score, term by term.

For a claim with marked reports i, each with the score s(i) it would have without marks, and y(i) = 1 for "relevant",
0 for "noise", the weights u minimise

    sum over i of  log(1 + exp(-z(i)))  for relevant, log(1 + exp(z(i))) for noise   +   RIDGE/2 |u|^2
    z(i) = logit(s(i)) + sum over t of u(t) x(i,t) + u(always) ALWAYS
    x(i,t) = s(i,t) idf(t) / SCALE          saturated count times idf in general news, for any term of the reports

This is a logistic regression with the calibrated score as prior: without marks nothing changes, a few marks change
little, and each further one says more. A report's new score is 1 / (1 + exp(-z)). It is computed from the marks alone,
so taking a mark back takes back all that it did.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.matching.space import K1, LENGTH, B, Floats
from monitor.matching.terms import MAX_COUNT, WORD, Terms
from monitor.model import Report

if TYPE_CHECKING:
    from monitor.matching.matcher import ClaimScorer

# Found by cross-validation over stories on two labelled topics, with and without phrases (docs/feedback.md); half or
# twice as much does about as well.
RIDGE = 2.0
SCALE = 10.0
ALWAYS = 0.2
# Only pairs that come near a match are moved: marks say nothing of reports that have hardly a word of the claim.
LEAST = 0.2
_SMALLEST = 1e-3  # prior of a marked pair that shares nothing with the claim
_ROUNDS = 100
_STEP = 0.7  # of each Newton step, so that it cannot swing
_CLOSE = 1e-10

LEARNT = "m:"  # begins a term whose share comes from marks
_REST = f"{LEARNT}(other words)"
_EVERY = f"{LEARNT}(every report)"
MOST_SHOWN = 10  # learnt terms of one explanation; the others are summed up


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One report that a person called relevant or noise for a claim.

    Without a claim, noise means all claims that it comes near; relevant says nothing, for it does not say of what.
    """

    report: Report
    claim: str | None
    relevant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What the marks of one claim teach: weights in units of log odds, for a term's x of 1."""

    claim: str
    relevant: int
    noise: int
    always: float
    weights: Mapping[str, float]

    def strongest(self, count: int) -> list[tuple[str, float]]:
        """The terms with the largest weights, up or down."""
        return sorted(self.weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How marks moved one pair: its score without them, and what each learnt term added; both add up to the new one."""

    prior: float
    shares: tuple[tuple[str, float], ...]


def learn(matcher: "ClaimScorer", marks: Sequence[Marked]) -> "Feedback":
    """The lessons of these marks for a fitted matcher; of several marks on one pair the last counts."""
    pairs = marked_pairs(matcher, marks)
    return Feedback(matcher, {number: lesson_of(matcher, number, own) for number, own in sorted(pairs.items())})


@dataclass(frozen=True, slots=True)
class MarkedPair:
    """One marked pair: the report's words, its score without marks, what was said."""

    text: str
    prior: float
    relevant: bool


def marked_pairs(matcher: "ClaimScorer", marks: Sequence[Marked]) -> dict[int, list[MarkedPair]]:
    """The marked pairs of each claim's number; a word on the claim itself comes before one on the whole report."""
    numbers = {claim.id: number for number, claim in enumerate(matcher.baseline_.claims)}
    last = list({(_text(one.report), one.claim): one for one in marks}.values())
    priors = np.asarray(matcher.transform([one.report for one in last]).toarray()) if last else np.zeros((0, 0))
    found: dict[int, dict[str, MarkedPair]] = {}
    for one, prior in zip(last, priors, strict=True):
        if one.claim is None and not one.relevant:
            for near in np.flatnonzero(prior >= LEAST).tolist():
                pair = MarkedPair(_text(one.report), float(prior[near]), False)
                found.setdefault(near, {}).setdefault(pair.text, pair)
    for one, prior in zip(last, priors, strict=True):
        if one.claim in numbers:
            number = numbers[one.claim]
            pair = MarkedPair(_text(one.report), float(prior[number]), one.relevant)
            found.setdefault(number, {})[pair.text] = pair
    return {number: list(own.values()) for number, own in found.items()}


class Feedback:
    """The lessons of all marked claims, ready to move scores."""

    def __init__(self, matcher: "ClaimScorer", lessons: Mapping[int, Lesson]) -> None:
        self.lessons = dict(lessons)
        self._terms = sorted({term for lesson in self.lessons.values() for term in lesson.weights})
        index = {term: number for number, term in enumerate(self._terms)}
        self._encode = matcher.extractor_.coder({**index, WORD: len(self._terms)}).encode
        self._idf = np.array([matcher.idf_(term) for term in self._terms])
        self._words = matcher.extractor_.words
        self._weights = {
            number: np.array([lesson.weights.get(term, 0.0) for term in self._terms])
            for number, lesson in self.lessons.items()
        }

    @property
    def marks(self) -> int:
        """How many marks were learnt from."""
        return sum(lesson.relevant + lesson.noise for lesson in self.lessons.values())

    def move(
        self, scores: Floats, rows: np.ndarray, claims: np.ndarray, words: Callable[[int], Sequence[str]]
    ) -> tuple[Floats, dict[tuple[int, int], Moved]]:
        """The scores after the marks, and how each (row, claim) was moved; `words` gives the words of a row."""
        moved: dict[tuple[int, int], Moved] = {}
        found = scores.copy()
        taught = np.isin(claims, list(self.lessons)) & (scores >= LEAST)
        features: dict[int, Floats] = {}
        for place in np.flatnonzero(taught):
            row, claim = int(rows[place]), int(claims[place])
            if row not in features:
                features[row] = self._features(words(row))
            found[place], moved[row, claim] = self._move(float(scores[place]), features[row], claim)
        return found, moved

    def score(self, text: str, prior: float, claim: int) -> float:
        """The score after the marks of one report's text that has `prior` without them."""
        if claim not in self.lessons or prior < LEAST:
            return prior
        return self._move(prior, self._features(self._words(text)), claim)[0]

    def _features(self, words: Sequence[str]) -> Floats:
        counts = Counter(self._encode(words))
        length = counts.pop(len(self._terms), 0)
        x = np.zeros(len(self._terms))
        for code, count in counts.items():
            x[code] = _saturated(count, length)
        return np.asarray(x * self._idf / SCALE)

    def _move(self, prior: float, x: Floats, claim: int) -> tuple[float, Moved]:
        parts = self._weights[claim] * x
        always = self.lessons[claim].always * ALWAYS
        # Summed in the order of the terms, so that the result does not depend on how numpy pairs them up.
        delta = sum(parts.tolist()) + always
        score = 1.0 / (1.0 + float(np.exp(-(_log_odds(prior) + delta))))
        # The mean slope of the curve between the two scores: it shares the change out in proportion, exactly.
        slope = (score - prior) / delta if abs(delta) > 1e-9 else 0.0
        told = [
            (f"{LEARNT}{term}", slope * part) for term, part in zip(self._terms, parts.tolist(), strict=True) if part
        ]
        ranked = sorted([(_EVERY, slope * always), *told], key=lambda pair: (-abs(pair[1]), pair[0]))
        shown, rest = ranked[:MOST_SHOWN], ranked[MOST_SHOWN:]
        if rest:
            shown.append((_REST, sum(share for _, share in rest)))
        return score, Moved(prior=prior, shares=tuple((term, share) for term, share in shown if share))


# ---- learning ------------------------------------------------------------------------------------------------------


def lesson_of(matcher: "ClaimScorer", number: int, pairs: Sequence[MarkedPair]) -> Lesson:
    """What these marked pairs of claim number `number` teach."""
    texts = [matcher.extractor_.extract(pair.text) for pair in pairs]
    terms = sorted({term for text in texts for term in text.counts})
    x = np.array([_row(text, terms, matcher.idf_) for text in texts]).reshape(len(texts), len(terms))
    wanted = np.array([float(pair.relevant) for pair in pairs])
    weights = fit_weights(x, wanted, np.array([_log_odds(max(pair.prior, _SMALLEST)) for pair in pairs]))
    return Lesson(
        claim=matcher.baseline_.claims[number].id,
        relevant=int(wanted.sum()),
        noise=int((1 - wanted).sum()),
        always=float(weights[-1]),
        weights={term: float(weight) for term, weight in zip(terms, weights[:-1], strict=True) if weight},
    )


def fit_weights(x: Floats, wanted: Floats, prior: Floats) -> Floats:
    """The weights of the terms, then that of `always`: Newton's method over the few marks, not the many terms."""
    inputs = np.hstack([x, np.full((len(x), 1), ALWAYS)])
    products = inputs @ inputs.T
    dual = np.zeros(len(x))
    for _ in range(_ROUNDS):
        moved = products @ dual
        chance = 1 / (1 + np.exp(-np.clip(prior + moved, -700, 700)))
        curvature = np.maximum(chance * (1 - chance), 1e-9)
        target = moved + (wanted - chance) / curvature
        step = np.linalg.solve(products + RIDGE * np.diag(1 / curvature), target) - dual
        dual = dual + _STEP * step
        if float(np.abs(step).max()) < _CLOSE:
            break
    return np.asarray(inputs.T @ dual)


def _row(text: Terms, terms: Sequence[str], idf: Callable[[str], float]) -> list[float]:
    return [_saturated(text.counts[t], text.length) * idf(t) / SCALE if t in text.counts else 0.0 for t in terms]


def _saturated(count: int, length: int) -> float:
    return min(count, MAX_COUNT) * (K1 + 1) / (min(count, MAX_COUNT) + K1 * (1 - B + B * length / LENGTH))


def _text(report: Report) -> str:
    return f"{report.title}\n{report.text}"


def _log_odds(chance: float) -> float:
    inside = min(max(chance, 1e-9), 1 - 1e-9)
    return float(np.log(inside / (1 - inside)))
