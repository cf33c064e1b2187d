"""Figures of a claim beside figures of a report: which measure the same, and whether they agree."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.text.figures_binding import binding, comparable, measure, place
from monitor.text.figures_find import find_figures
from monitor.text.figures_record import Figure

# How far a rounded or softened number may lie from what it stands for, as a share of it.
_ROUNDED, _ABOUT, _MORE, _JUST = 0.03, 0.04, 0.25, 0.015
_EXACT_KINDS = frozenset({"year", "day", "ordinal", "age"})
_DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
_DAYS |= {"month": 30.44, "year": 365.25, "decade": 3652.5}
_RANKED = re.compile(r"[a-z]est\b|\bmost\b", re.IGNORECASE)  # the second largest
_EQUAL_MARGIN = 0.25  # an equal figure that is bound a little less well still is the one meant
_CORRECTED = 0.8  # the binding of a figure that the report sets in the place of the claim's
_NEAR = 80  # characters between a figure and the one that it replaces
_ONE_ORDER = 4
_PART_OF = 30  # a count this many times smaller is another count
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
    replaces: bool = False  # the report itself sets its figure in the place of the claim's


def interval(figure: Figure) -> tuple[float, float]:
    """The lowest and the highest value that the figure may stand for."""
    value, high = figure.value, figure.high if figure.high is not None else figure.value
    if figure.kind in _EXACT_KINDS:
        return value, high
    slack = min(figure.step / 2, _ROUNDED * abs(value)) if figure.step > 1 or figure.kind == "share" else 0.0
    if figure.kind in ("money", "measure", "weight") or figure.unit == "":
        slack = max(slack, min(figure.step / 2, _ROUNDED * abs(value)) if figure.step != 1 else 0.0)
    if figure.kind == "share":
        slack = min(max(figure.step / 2, 0.0), 2.0)  # in points, not in per cent of per cent
        if figure.approx:
            slack = 2.0
    elif figure.approx and figure.bound != "below":
        slack = max(slack, _ABOUT * abs(value))
    if figure.bound == "min":
        return value, high + max(min(figure.step, _MORE * abs(value)), _ROUNDED * abs(value), slack)
    if figure.bound in ("max", "below"):
        return value - max(min(figure.step, _MORE * abs(value)), _JUST * abs(value)), high
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
    claims = _share_places(claims)
    found = []
    for claim in claims:
        if not _is_measured(claim):
            continue
        best = _best(claim, claims, reports, aliases)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda c: (-c.binding, c.claim.start)))


def other_scope(
    claim_text: str, report_text: str, aliases: Mapping[str, str] | None = None
) -> tuple[Figure, Figure, str] | None:
    """A figure of the report that measures what the claim measures, but elsewhere: both, and where; or None."""
    told = find_figures(report_text)
    reports = [f for f in told if not f.forecast and not f.definite]
    for claim in _share_places(find_figures(claim_text)):
        if not _is_measured(claim) or any(_is_the_same(claim, f) and measure(claim, f) > 0 for f in told):
            continue
        for report in reports:
            if comparable(claim, report) and measure(claim, report) >= 1.0:
                fits, reason = place(claim, report, aliases or {})
                if fits <= 0:
                    return claim, report, reason
    return None


def measured_figures(claim_text: str) -> tuple[Figure, ...]:
    """The figures of a claim that say how much."""
    return tuple(figure for figure in find_figures(claim_text) if _is_measured(figure))


def _is_measured(claim: Figure) -> bool:
    """Whether a figure of the claim says how much: dates do not, nor does "the first convoy"."""
    if claim.kind == "ordinal":
        return _RANKED.search(claim.raw) is not None
    return claim.kind not in ("year", "day", "age") and not claim.definite


def _share_places(claims: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """The claim's figures, those that name no place with the places of the whole claim."""
    where = tuple(sorted({name for figure in claims for name in figure.where}))
    return tuple(f if f.where or f.places or f.total else replace(f, where=where) for f in claims)


def _best(
    claim: Figure, claims: tuple[Figure, ...], reports: tuple[Figure, ...], aliases: Mapping[str, str] | None
) -> FigureComparison | None:
    bound = _best_bound(claim, claims, reports, aliases)
    corrected = _corrected(claim, claims, reports, aliases)
    if corrected is None or (bound is not None and not bound.agrees and bound.binding >= corrected.binding):
        return replace(bound, replaces=True) if corrected and bound and bound.report is corrected.report else bound
    return corrected


def _best_bound(
    claim: Figure, claims: tuple[Figure, ...], reports: tuple[Figure, ...], aliases: Mapping[str, str] | None
) -> FigureComparison | None:
    ranked: list[FigureComparison] = []
    for report in reports:
        score, reason = binding(claim, report, aliases)
        if score < MIN_BINDING or report.origin or report.definite:
            continue
        agrees = values_agree(claim, report)
        if not agrees and (_is_explained(claim, claims, report) or _is_part(claim, report)):
            continue
        direction = 0 if agrees else (1 if interval(report)[0] >= interval(claim)[1] else -1)
        ranked.append(
            FigureComparison(
                claim=claim, report=report, agrees=agrees, direction=direction, binding=round(score, 3), reason=reason
            )
        )
    if not ranked:
        return None
    best = max(ranked, key=lambda c: (c.binding, _is_near(c), _is_sharp(c), c.agrees, c.report.value))
    equal = [c for c in ranked if c.agrees and c.binding >= best.binding - _EQUAL_MARGIN and _is_sharp(c)]
    return max(equal, key=lambda c: c.binding) if equal else best


def _corrected(
    claim: Figure, claims: tuple[Figure, ...], reports: tuple[Figure, ...], aliases: Mapping[str, str] | None
) -> FigureComparison | None:
    """What stands in the place of the claim's figure where the report itself says so: "5.1 instead of 4.2 billion"."""
    for at, old in enumerate(reports):
        if not old.origin or not _is_the_same(claim, old):
            continue
        beside = (*reports[max(0, at - 1) : at], *reports[at + 1 : at + 2])
        for new in sorted(beside, key=lambda f: min(abs(f.start - old.end), abs(old.start - f.end))):
            near = abs(new.start - old.start) <= _NEAR and (new.kind, new.unit) == (old.kind, old.unit)
            if not near or new.origin or values_agree(claim, new) or _is_explained(claim, claims, new):
                continue
            fits, reason = place(claim, new, aliases or {})
            named = measure(claim, old) or measure(claim, new) or {*old.heads, *new.heads} & set(claim.heads)
            if fits > 0 and named:
                direction = 1 if interval(new)[0] >= interval(claim)[1] else -1
                return FigureComparison(
                    claim=claim,
                    report=new,
                    agrees=False,
                    direction=direction,
                    binding=_CORRECTED,
                    reason=reason,
                    replaces=True,
                )
    return None


def _is_the_same(claim: Figure, report: Figure) -> bool:
    """Whether both give one value, and about as exactly."""
    return comparable(claim, report) and values_agree(claim, report) and claim.value == report.value


def _is_explained(claim: Figure, claims: tuple[Figure, ...], report: Figure) -> bool:
    """Whether another figure of the claim, or the sum of those of a kind, is the one that the report gives."""
    if any(o is not claim and comparable(o, report) and values_agree(o, report) for o in claims):
        return True
    parts = [o for o in claims if o.kind == claim.kind and o.unit == claim.unit]
    return len(parts) > 1 and values_agree(replace(claim, value=sum(o.value for o in parts), high=None), report)


def _is_part(claim: Figure, report: Figure) -> bool:
    """Whether a number is too small to be a rival count: three of the 131, the second of 42."""
    if report.kind == "ordinal":
        return report.value < claim.value / 2
    return claim.kind == "count" and report.value * _PART_OF < claim.value


def _is_near(comparison: FigureComparison) -> bool:
    """Whether both values are of one order: what cost 9 billion costs 18 by now rather than half a billion."""
    low, high = sorted((abs(comparison.claim.value), abs(comparison.report.value)))
    return high <= _ONE_ORDER * low


def _is_sharp(comparison: FigureComparison) -> bool:
    """Whether the report gives the figure about as exactly as the claim does."""
    low, high = interval(comparison.report)
    return high - low <= max(0.02 * abs(high), comparison.claim.step)


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
