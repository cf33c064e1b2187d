"""How well verdicts agree with labelled reports: the figures by which the matcher is judged.

    report    does the report touch the baseline at all: precision, recall, F1, average precision of the ranking
    claim     which claims: F1 over (report, claim) pairs; a pair that a reader marked only `related` may be left out
    claim_all the same with every labelled pair required, and the mean average precision over reports with labels
    relation  among pairs rightly matched: accuracy, F1 of each relation, and of `change` (contradicts or updates)
    story     pairwise: are two reports of one event in one story, and of two events apart; copies joined

See docs/evaluation.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from monitor.model import Relation

DIGITS = 3  # of a figure as it is shown; a report more or less moves the third
CHANGE = frozenset({Relation.CONTRADICTS.value, Relation.UPDATES.value})
RELATED = Relation.RELATED.value
NEGATIVE_KINDS = ("hard_negative", "easy_negative")

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What readers said of one report."""

    id: str
    kind: str  # "positive", "hard_negative", "easy_negative"
    labels: Mapping[str, str] = field(default_factory=dict)  # claim -> relation
    story: str | None = None
    copy_of: str | None = None

    @property
    def positive(self) -> bool:
        """Whether it bears on the baseline."""
        return self.kind == "positive"

    @property
    def core(self) -> frozenset[str]:
        """The claims that must be found: all but those it is only related to."""
        return frozenset(claim for claim, relation in self.labels.items() if relation != RELATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the matcher said of one report."""

    score: float = 0.0
    matches: Mapping[str, tuple[float, str]] = field(default_factory=dict)  # claim -> score, relation
    story: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Right ones, false ones and missed ones."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of right ones among those found."""
        return self.right / (self.right + self.false) if self.right + self.false else 0.0

    @property
    def recall(self) -> float:
        """The share of those to be found that were found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def shown(self) -> Figures:
        """The three figures, rounded."""
        return {"p": _rounded(self.precision), "r": _rounded(self.recall), "f1": _rounded(self.f1)}


def evaluate(labelled: Sequence[Labelled], judged: Mapping[str, Judged]) -> Figures:
    """All figures; a report without a verdict counts as one without a match."""
    verdicts = [judged.get(one.id, Judged()) for one in labelled]
    pairs = list(zip(labelled, verdicts, strict=True))
    found: Figures = {
        "reports": len(labelled),
        "missing": sum(one.id not in judged for one in labelled),
        "report": _report_figures(pairs),
        "claim_all": _sum(claim_counts(gold, got, optional=False) for gold, got in pairs).shown()
        | {"map": _rounded(_mean([_ranking(gold, got) for gold, got in pairs if gold.labels]))},
        "claim": _sum(claim_counts(gold, got) for gold, got in pairs).shown(),
    }
    relations = _relation_figures(pairs)
    if relations:
        found["relation"] = relations
    found["story"] = _story_figures(labelled, judged)
    return found


def average_precision(scored: Iterable[tuple[float, bool]]) -> float:
    """Of (score, relevant) pairs ranked by score: the mean precision at each relevant one; equals keep their order."""
    ranked = sorted(scored, key=lambda pair: -pair[0])
    return _precision_at_hits([relevant for _, relevant in ranked], sum(relevant for _, relevant in ranked))


def claim_counts(gold: Labelled, got: Judged, *, optional: bool = True) -> Counts:
    """Claims of one report found rightly, falsely and missed; `optional` lets merely related ones be left out."""
    must = gold.core if optional else gold.labels.keys()
    return Counts(
        right=len(must & got.matches.keys()),
        false=len(got.matches.keys() - gold.labels.keys()),
        missed=len(must - got.matches.keys()),
    )


def alarms(labelled: Sequence[Labelled], judged: Mapping[str, Judged]) -> int:
    """How many reports that bear on nothing were matched all the same."""
    return sum(not one.positive and bool(judged.get(one.id, Judged()).matches) for one in labelled)


# ---- the groups of figures -----------------------------------------------------------------------------------------

Pairs = Sequence[tuple[Labelled, Judged]]


def _report_figures(pairs: Pairs) -> Figures:
    counts = _sum(
        Counts(
            right=int(gold.positive and bool(got.matches)),
            false=int(not gold.positive and bool(got.matches)),
            missed=int(gold.positive and not got.matches),
        )
        for gold, got in pairs
    )
    return counts.shown() | {
        "ap": _rounded(average_precision((got.score, gold.positive) for gold, got in pairs)),
        "hard_negative_alarms": sum(gold.kind == "hard_negative" and bool(got.matches) for gold, got in pairs),
    }


def _ranking(gold: Labelled, got: Judged) -> float:
    ranked = sorted(got.matches.items(), key=lambda match: -match[1][0])
    return _precision_at_hits([claim in gold.labels for claim, _ in ranked], len(gold.labels))


def _relation_figures(pairs: Pairs) -> Figures | None:
    both = [
        (relation, got.matches[claim][1])
        for gold, got in pairs
        for claim, relation in gold.labels.items()
        if claim in got.matches
    ]
    if not both:
        return None
    by = {relation.value: _agreement(both, frozenset({relation.value})) for relation in Relation}
    change = _agreement(both, CHANGE)
    every = sum(relation in CHANGE for gold, _ in pairs for relation in gold.labels.values())
    return {
        "pairs": len(both),
        "accuracy": _rounded(_mean([float(wanted == said) for wanted, said in both])),
        # Of the rounded figures, as published ones are.
        "macro_f1": _rounded(_mean([_rounded(counts.f1) for counts in by.values()])),
        "change": change.shown(),
        "by": {relation: _rounded(counts.f1) for relation, counts in by.items()},
        "change_found_of_all": f"{change.right}/{every}",
    }


def _agreement(both: Sequence[tuple[str, str]], kind: frozenset[str]) -> Counts:
    return _sum(
        Counts(
            right=int(wanted in kind and said in kind),
            false=int(wanted not in kind and said in kind),
            missed=int(wanted in kind and said not in kind),
        )
        for wanted, said in both
    )


def _story_figures(labelled: Sequence[Labelled], judged: Mapping[str, Judged]) -> Figures:
    def together(one: str, other: str) -> bool:
        story = judged.get(one, Judged()).story
        return story is not None and story == judged.get(other, Judged()).story

    counts = Counts()
    for one, other in combinations([gold for gold in labelled if gold.story], 2):
        same, joined = one.story == other.story, together(one.id, other.id)
        counts += Counts(int(same and joined), int(joined and not same), int(same and not joined))
    copies = [(gold.id, gold.copy_of) for gold in labelled if gold.copy_of]
    shown = counts.shown()
    if copies:
        shown["copies_joined"] = f"{sum(together(one, other) for one, other in copies)}/{len(copies)}"
    return shown


# ---- arithmetic ----------------------------------------------------------------------------------------------------


def _precision_at_hits(ranked: Sequence[bool], wanted: int) -> float:
    hits, total = 0, 0.0
    for place, relevant in enumerate(ranked, 1):
        if relevant:
            hits += 1
            total += hits / place
    return total / wanted if wanted else 0.0


def _sum(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _rounded(value: float) -> float:
    return round(value, DIGITS)
