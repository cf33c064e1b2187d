"""How a report stands to a claim it matches: rules that print their reason, then a small logistic model.

In this order: a figure in conflict, the claim's list extended, the claim's event undone; what none of these decides,
the model decides by date, kind of claim and shared words. Measured by bench/quality/relations.py; see
docs/relations.md.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files

from monitor.matching.relation_features import Seen, look
from monitor.model import Claim, Entity, FigurePair, Relation, Report
from monitor.text.figures import Figure, FigureComparison

# Without "may" from here on: at this confidence nine in ten are right.
CERTAIN = 0.9
# The share of change that the model must see before it says so: highest change F1 by claim on the development topics.
CHANGE_AT = 0.3
# "related" is said somewhat more readily than the model would: it is the rarer and the safer word.
RELATED_WEIGHT = 1.25
# Quantities that do not grow with time: another value is another account, not news.
_FIXED = frozenset({"magnitude", "measure", "weight", "ordinal"})
# These go up and down: a later value is news, whichever way it went.
_MOVING = frozenset({"share", "points"})
_RUNNING = re.compile(
    r"\b(?:have|has|had|is|are|stands?|remains?|estimates?|so far|to date|toll|nearly|number)\b|\bby \d", re.IGNORECASE
)
_MODEL_TRUST = 0.9  # on a topic it has not seen the model is right that much less often than it says
_LITTLE_SHARED = 0.15  # of a claim with a figure: below it, without the figure, reports are related more often than not
_PROBABLY_OTHER = 4  # a count so many times smaller counts something else
_PERIOD_DAYS = 60  # a figure "this month" or "this year" that much later speaks of another period
# How often each rule was right on the development topics, rounded down; a guess for those that never met there.
_WELL_BOUND = 0.88  # another magnitude bound that well was a contradiction each time
_CONFIDENCE = {
    "higher count": 0.91,
    "lower count": 0.5,
    "earlier count": 0.85,
    "another value": 0.8,
    "moved value": 0.5,
    "corrected": 0.8,
    "another period": 0.6,
    "undated lower count": 0.4,
    "much lower count": 0.5,
    "other scope": 0.55,
    "little shared": 0.45,
    "list extended": 0.85,
    "undone": 0.8,
    "negated": 0.6,
    "done": 0.75,
    "due": 0.75,
    "delayed": 0.6,
    "outcome": 0.6,
    "dismissed": 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A relation with its confidence and reason."""

    relation: Relation
    confidence: float  # 0..1, that the relation is right
    note: str
    figures: tuple[FigurePair, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    change: float = 0.0  # 0..1, that the report changes what the claim says; ranks pairs


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What a rule says, by its name in `_CONFIDENCE`."""

    relation: Relation
    rule: str
    reason: str
    shown: FigureComparison | None = None


def relate(
    claim: Claim,
    report: Report,
    passage: str,
    *,
    baseline_date: date | None,
    story_date: date | None,
    entities: Sequence[Entity] = (),
) -> Verdict:
    """The relation of a report to a claim, with the figures side by side and the reason in words."""
    seen = look(claim, report, passage, published=baseline_date, story_date=story_date, entities=entities)
    ruling = rule(claim, seen)
    if ruling is None:
        return _modelled(seen)
    confidence = _confidence(ruling)
    changed = ruling.relation in (Relation.CONTRADICTS, Relation.UPDATES)
    return Verdict(
        relation=ruling.relation,
        confidence=confidence,
        note=ruling.reason,
        figures=_pairs(seen.comparisons, ruling.shown),
        features=seen.values,
        change=confidence if changed else 0.1,
    )


def _confidence(ruling: _Ruling) -> float:
    """How often the rule is right; a rule is as sure as the binding of the two figures that it rests on."""
    confidence = _CONFIDENCE[ruling.rule]
    if ruling.shown is None:
        return confidence
    if ruling.rule == "another value" and ruling.shown.binding >= _WELL_BOUND:
        return CERTAIN
    return round(confidence * (0.7 + 0.3 * min(ruling.shown.binding, 1.0)), 3)


def rule(claim: Claim, seen: Seen) -> _Ruling | None:
    """What the first rule that applies says, or None."""
    ruling = _by_figure(claim, seen)
    if ruling is not None and ruling.relation is not Relation.RELATED:
        return ruling
    turned = _by_words(seen) or _by_time(seen)
    if turned is not None or ruling is not None:
        return turned or ruling
    if seen.extension:
        return _Ruling(Relation.UPDATES, "list extended", f"adds to what the claim lists: “{seen.extension}”")
    if seen.opposed is not None and seen.values["later"]:
        claimed, told = seen.opposed
        return _Ruling(Relation.UPDATES, "undone", f"claim: {claimed}; report: {told}{_dated(seen)}")
    if seen.elsewhere:
        return _Ruling(Relation.RELATED, "other scope", f"counted elsewhere; {seen.elsewhere}")
    return None


def _by_words(seen: Seen) -> _Ruling | None:
    """What a sentence says against the claim: news if the report is later, else another account."""
    if seen.turn is None:
        return None
    later = seen.values["later"]
    if seen.turn.kind == "done" and not later:
        return None
    relation = Relation.UPDATES if later and seen.turn.kind != "dismissed" else Relation.CONTRADICTS
    text = f"claim: {seen.turn.claimed}; report: {seen.turn.told}{_dated(seen)}"
    return _Ruling(relation, seen.turn.kind, text)


def _by_time(seen: Seen) -> _Ruling | None:
    """What was not so and is told as so, and a forecast whose day has passed."""
    if seen.overtaken is None:
        return None
    told = f"report: {seen.overtaken.told}" if seen.overtaken.kind == "done" else f"report {seen.overtaken.told}"
    text = f"claim: {seen.overtaken.claimed}; {told}{_dated(seen)}"
    return _Ruling(Relation.UPDATES, seen.overtaken.kind, text)


def _by_figure(claim: Claim, seen: Seen) -> _Ruling | None:
    conflicts = [c for c in seen.comparisons if not c.agrees]
    if not conflicts:
        return _other_period(seen)
    shown = max(conflicts, key=lambda c: (c.replaces, c.direction > 0, c.binding, -c.claim.start))
    text = f"claim: {_told(shown.claim)}; report: {_told(shown.report)}{_dated(seen)}"
    before = seen.days_after is not None and seen.days_after < 0
    later = seen.days_after is not None and seen.days_after > 0
    if shown.replaces and (shown.direction < 0 or before):  # a higher one is told by the rules below
        return _Ruling(Relation.UPDATES if later else Relation.CONTRADICTS, "corrected", text, shown)
    if shown.claim.kind in _FIXED:
        return _Ruling(Relation.CONTRADICTS, "another value", text, shown)
    if shown.claim.kind in _MOVING or (shown.claim.kind == "duration" and shown.claim.rate):
        return _Ruling(Relation.UPDATES if later else Relation.CONTRADICTS, "moved value", text, shown)
    if shown.direction > 0:
        if before:
            return _Ruling(Relation.CONTRADICTS, "lower count", text, shown)
        return _Ruling(Relation.UPDATES, "higher count", text, shown)
    if any(c.agrees for c in seen.comparisons):
        return None  # the claim's other figure is there: the lower one counts something else
    if before and _RUNNING.search(claim.text):
        return _Ruling(Relation.RELATED, "earlier count", f"an earlier, lower count; {text}", shown)
    if shown.report.value * _PROBABLY_OTHER < shown.claim.value:
        return _Ruling(Relation.RELATED, "much lower count", f"probably another count; {text}", shown)
    if seen.days_after is None:
        return _Ruling(Relation.RELATED, "undated lower count", f"a lower count without a date; {text}", shown)
    if seen.days_after <= 0:
        return _Ruling(Relation.CONTRADICTS, "lower count", text, shown)
    return _other_period(seen) or _Ruling(Relation.UPDATES, "lower count", text, shown)


def _other_period(seen: Seen) -> _Ruling | None:
    """The same thing counted over another time: 25 in 2020 against 23 since January, a year later."""
    if seen.days_after is None or seen.days_after < _PERIOD_DAYS:
        return None
    for shown in seen.comparisons:
        if shown.claim.kind == "count" and shown.claim.scope and shown.report.scope:
            text = f"claim: {_told(shown.claim)}; report: {_told(shown.report)}{_dated(seen)}"
            return _Ruling(Relation.UPDATES, "another period", f"counted over another time; {text}", shown)
    return None


def _told(figure: Figure) -> str:
    """The figure with its noun and its time, as a note tells it."""
    scope = figure.scope.strip(" .")
    scope = scope[:1].lower() + scope[1:]  # "In 2020" opened its sentence
    return _named(figure) if scope in figure.raw else f"{_named(figure)} {scope}".strip()


def _named(figure: Figure) -> str:
    """The figure as written; with what it counts in brackets where its own words do not say it."""
    if any(c.isalpha() for c in figure.raw) or figure.kind == "share":
        return figure.raw
    what = figure.states[0] if figure.states else figure.unit if figure.kind == "magnitude" else ""
    return f"{figure.raw} ({what})" if what else figure.raw


def _dated(seen: Seen) -> str:
    if seen.days_after is None:
        return ""
    days, side = abs(seen.days_after), "after" if seen.days_after > 0 else "before"
    when = "on the baseline's day" if not days else f"{days} day{'s' * (days > 1)} {side} the baseline"
    return f" ({when}, by {seen.when_from})"


def _pairs(comparisons: Sequence[FigureComparison], shown: FigureComparison | None) -> tuple[FigurePair, ...]:
    """The figures side by side, the pair that decided first."""
    ordered = sorted(comparisons, key=lambda c: (c is not shown, c.agrees))
    return tuple(
        FigurePair(claim=_named(c.claim), report=_named(c.report), agrees=c.agrees)
        for c in ordered
        if c is shown or c.agrees or shown is not None
    )


# ---- what no rule decides ------------------------------------------------------------------------------------------


def _modelled(seen: Seen) -> Verdict:
    odds = probabilities(seen.values)
    change = odds[Relation.CONTRADICTS] + odds[Relation.UPDATES]
    if change >= CHANGE_AT:
        relation = max((Relation.CONTRADICTS, Relation.UPDATES), key=lambda r: odds[r])
    elif RELATED_WEIGHT * odds[Relation.RELATED] > odds[Relation.SUPPORTS]:
        relation = Relation.RELATED
    else:
        relation = Relation.SUPPORTS
    if relation is Relation.SUPPORTS and seen.lacks_figure and seen.values["cover_all"] < _LITTLE_SHARED:
        share = round(100 * seen.values["cover_all"])
        return Verdict(
            relation=Relation.RELATED,
            confidence=_CONFIDENCE["little shared"],
            note=f"shares {share} % of the claim's words and none of its figures",
            features=seen.values,
            change=round(change, 3),
        )
    return Verdict(
        relation=relation,
        confidence=round(_MODEL_TRUST * odds[relation], 3),
        note=_reason(relation, seen),
        figures=_pairs([c for c in seen.comparisons if c.agrees], None),
        features=seen.values,
        change=round(change, 3),
    )


def _reason(relation: Relation, seen: Seen) -> str:
    """The strongest grounds in words."""
    grounds = []
    if seen.values["later"] and relation in (Relation.UPDATES, Relation.CONTRADICTS):
        kind = "says that something is not so" if seen.is_negated else "looks ahead" if seen.is_open else "is older"
        grounds.append(f"the claim {kind} and the report is later{_dated(seen)}")
    if seen.values["denial"] and relation is Relation.CONTRADICTS:
        grounds.append("the report denies or blames otherwise")
    agreeing = next((c for c in seen.comparisons if c.agrees), None)
    if agreeing is not None and relation is Relation.SUPPORTS:
        grounds.append(f"claim: {_told(agreeing.claim)}; report: {_told(agreeing.report)}")
    if not grounds:
        share = round(100 * seen.values["cover_all"])
        grounds.append(f"shares {share} % of the claim's words, nothing against it")
    return "; ".join(grounds)


@lru_cache(maxsize=1)
def load_weights() -> dict[str, dict[str, list[float]]]:
    """The shipped weights: for each feature its mean, scale and one weight for each relation."""
    text = (files("monitor.matching") / "data" / "relation-weights.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[float]]] = json.loads(text)
    return loaded


def probabilities(values: Mapping[str, float]) -> dict[Relation, float]:
    """The model's probability of each relation; the weights times the standardised features, by softmax."""
    weights = load_weights()
    relations = [Relation(name) for name in weights["relations"]]
    scores = list(weights["intercepts"]["all"])
    for name, (mean, scale, *by_relation) in weights["features"].items():
        x = (values[name] - mean) / scale
        scores = [score + x * weight for score, weight in zip(scores, by_relation, strict=True)]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    return {r: power / sum(powers) for r, power in zip(relations, powers, strict=True)}
