"""Figures of a claim beside figures of a report: which measure the same, and whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.text.figures_find import find_figures
from monitor.text.figures_measures import GENERIC
from monitor.text.figures_record import Figure

# How far a rounded or softened number may lie from what it stands for, as a share of it.
_ROUNDED, _ABOUT, _MORE = 0.03, 0.04, 0.25
_EXACT_KINDS = frozenset({"year", "day", "ordinal", "age"})
_DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
_DAYS |= {"month": 30.44, "year": 365.25, "decade": 3652.5}
MIN_BINDING = 0.5  # below this two figures do not measure the same


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureComparison:
    """A figure of the claim beside the figure of the report that measures the same."""

    claim: Figure
    report: Figure
    agrees: bool
    direction: int  # of the report's value: -1 lower, 0 the same, 1 higher
    binding: float  # 0..1, how sure it is that both measure the same
    reason: str  # how they are bound, or why they are not


def interval(figure: Figure) -> tuple[float, float]:
    """The lowest and the highest value that the figure may stand for."""
    value, high = figure.value, figure.high if figure.high is not None else figure.value
    if figure.kind in _EXACT_KINDS:
        return value, high
    slack = min(figure.step / 2, _ROUNDED * abs(value)) if figure.step > 1 or figure.kind == "share" else 0.0
    if figure.kind in ("money", "measure", "weight") or figure.unit == "":
        slack = max(slack, min(figure.step / 2, _ROUNDED * abs(value)) if figure.step != 1 else 0.0)
    if figure.approx and figure.bound != "below":
        slack = max(slack, _ABOUT * abs(value))
    if figure.bound == "min":
        return value, high + max(min(figure.step, _MORE * abs(value)), _ROUNDED * abs(value), slack)
    if figure.bound in ("max", "below"):
        return value - max(min(figure.step, _MORE * abs(value)), _ABOUT * abs(value)), high
    return value - slack, high + slack


def values_agree(first: Figure, second: Figure) -> bool:
    """Whether both may stand for one value: rounding, "more than" and "about" allowed for."""
    low, high = interval(first)
    other_low, other_high = interval(second)
    if first.unit != second.unit and first.kind == second.kind == "duration":
        by, other_by = _DAYS[first.unit], _DAYS[second.unit]
        low, high, other_low, other_high = low * by, high * by, other_low * other_by, other_high * other_by
        return low <= other_high * 1.05 and other_low <= high * 1.05
    if {first.kind, second.kind} == {"share", "count"} and first.unit != second.unit:
        return False
    tiny = 1e-9 * max(abs(high), abs(other_high), 1.0)
    return low <= other_high + tiny and other_low <= high + tiny


def comparable(claim: Figure, report: Figure) -> bool:
    """Whether kind and unit allow a comparison at all."""
    if claim.kind == report.kind:
        return claim.unit == report.unit or claim.kind == "duration"
    return {claim.kind, report.kind} == {"count", "ordinal"}


def binding(claim: Figure, report: Figure, aliases: Mapping[str, str] | None = None) -> tuple[float, str]:
    """How sure it is that both figures measure the same, and why or why not."""
    if not comparable(claim, report):
        return 0.0, "another kind of figure"
    measure = _measure(claim, report)
    if measure <= 0:
        return 0.0, "another noun"
    place, reason = _place(claim, report, aliases or {})
    if place <= 0:
        return 0.0, reason
    score = 0.6 * measure + 0.4 * place
    if report.part and not claim.part:
        score -= 0.2
    return score, reason


def _measure(claim: Figure, report: Figure) -> float:
    nouns = (set(claim.nouns) & set(report.nouns)) - GENERIC
    states = set(claim.states) & set(report.states)
    if claim.states and report.states:
        return 0.0 if not states else 1.0 if nouns or not _telling(claim) or not _telling(report) else 0.7
    if claim.states and _telling(claim) and nouns:
        return 0.7
    if not claim.states and nouns:
        return 1.0
    return 0.0


def _telling(figure: Figure) -> set[str]:
    return set(figure.nouns) - GENERIC


def _place(claim: Figure, report: Figure, aliases: Mapping[str, str]) -> tuple[float, str]:
    """Whether both count in the same place: whole against part, one country against another."""
    own = {aliases.get(p, p) for p in claim.where or claim.places}
    named, where = {aliases.get(p, p) for p in report.places}, {aliases.get(p, p) for p in report.where}
    qualifiers, theirs = set(claim.qualifiers), set(report.qualifiers)
    if claim.total:
        if len(where - {""}) == 1 or (own and len(named & own) == 1 and len(own) > 1):
            return 0.0, "only a part of the claim's sum"
        return (1.0, "the sum") if report.total or len(where) > 1 else (0.8, "no place named")
    if qualifiers and not theirs & qualifiers and theirs:
        return 0.0, "another part of the place"
    if theirs & {"opposition", "government"} and not qualifiers:
        return 0.0, "only a part of the place"
    shared = own & named
    if shared:
        return (0.0, "the sum of several places") if len(where) > len(own) else (1.0, "same place")
    if report.total and own:
        return 0.0, "the sum of several places"
    if own and where:
        return 0.0, "another place"
    if not own:
        return (0.7 if where else 1.0), "no place in the claim"
    if qualifiers and qualifiers & theirs:
        return 0.9, "same part of the place"
    return (0.4 if not qualifiers else 0.2), "no place named"


def compare_figures(
    claim_text: str, report_text: str, *, strict: bool = True, aliases: Mapping[str, str] | None = None
) -> tuple[FigureComparison, ...]:
    """Each figure of the claim beside the report's figure of the same measure, best bound first.

    `strict` asks for the same noun and place. Without it kind and unit are enough: right where both texts are known to
    tell the same thing. `aliases` maps name keys to one key for each entity.
    """
    claims, reports = find_figures(claim_text), find_figures(report_text)
    if not strict:
        return _compare_loosely(claims, reports)
    found = []
    for claim in claims:
        if claim.kind in ("year", "day", "age") or claim.definite:
            continue
        best = _best(claim, claims, reports, aliases)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda c: (-c.binding, c.claim.start)))


def _best(
    claim: Figure, claims: tuple[Figure, ...], reports: tuple[Figure, ...], aliases: Mapping[str, str] | None
) -> FigureComparison | None:
    ranked = []
    for report in reports:
        score, reason = binding(claim, report, aliases)
        if score < MIN_BINDING or report.origin or report.definite:
            continue
        agrees = values_agree(claim, report)
        # A figure that another figure of the claim explains is not in conflict with this one.
        if not agrees and any(o is not claim and comparable(o, report) and values_agree(o, report) for o in claims):
            continue
        ranked.append(
            (round(score, 3), report.is_plain or report.step <= claim.step, agrees, -report.start, report, reason)
        )
    if not ranked:
        return None
    score, _, agrees, _, report, reason = max(ranked, key=lambda r: r[:4])
    direction = 0 if agrees else (1 if interval(report)[0] >= interval(claim)[1] else -1)
    return FigureComparison(
        claim=claim, report=report, agrees=agrees, direction=direction, binding=score, reason=reason
    )


def _compare_loosely(claims: tuple[Figure, ...], reports: tuple[Figure, ...]) -> tuple[FigureComparison, ...]:
    """Figures of the claim found by value; where one is missing, a figure of its kind that nothing explains."""
    found = []
    used: set[int] = set()
    missing = []
    for claim in claims:
        equal = [r for r in reports if _same_value(claim, r)]
        equal.sort(key=lambda r: (r.kind != claim.kind, r.start in used))
        if equal:
            used.add(equal[0].start)
            found.append(_loose(claim, equal[0], True))
        else:
            missing.append(claim)
    for claim in missing:
        rivals = [
            r
            for r in reports
            if claim.kind == r.kind
            and comparable(claim, r)
            and not any(_same_value(o, r) for o in claims)
            and r.start not in used
        ]
        if rivals:
            found.append(_loose(claim, min(rivals, key=lambda r: abs(r.value - claim.value)), False))
    return tuple(found)


def _same_value(claim: Figure, report: Figure) -> bool:
    """Equal values whatever they count: a year in commas and a day in words are still the same number."""
    if comparable(claim, report):
        return values_agree(claim, report)
    if claim.kind in ("share", "money", "duration") and report.kind in ("share", "money", "duration"):
        return False
    return claim.value == report.value and claim.high == report.high


def _loose(claim: Figure, report: Figure, agrees: bool) -> FigureComparison:
    direction = 0 if agrees else (1 if report.value > claim.value else -1)
    return FigureComparison(
        claim=claim, report=report, agrees=agrees, direction=direction, binding=MIN_BINDING, reason="same kind"
    )
