"""Whether two figures measure the same: kind, noun and state, place and part."""

from collections.abc import Mapping

from monitor.text.figures_measures import GENERIC
from monitor.text.figures_record import Figure

_SIDES = frozenset({"opposition", "government"})  # who holds a part of a place
_TIMES = frozenset("second minut hour day week month year decad".split())
# Sums of money and shares that name no known noun must share this many other words.
_SHARED_WORDS = 2


def comparable(claim: Figure, report: Figure) -> bool:
    """Whether kind and unit allow a comparison at all."""
    if claim.kind == report.kind:
        return claim.unit == report.unit or claim.kind == "duration"
    # "The 22nd attack" speaks of the number of attacks; "the second earthquake" of the claim does not.
    return claim.kind == "count" and report.kind == "ordinal"


def binding(claim: Figure, report: Figure, aliases: Mapping[str, str] | None = None) -> tuple[float, str]:
    """How sure it is that both figures measure the same, and why or why not."""
    if not comparable(claim, report):
        return 0.0, "another kind of figure"
    if (report.forecast and not claim.forecast and not claim.estimate) or (report.rate and not claim.rate):
        return 0.0, "a forecast" if report.forecast else "a rate"
    if claim.kind == "duration" and claim.rate != report.rate:
        return 0.0, "a rate"
    same_noun = measure(claim, report)
    if same_noun <= 0:
        return 0.0, "another noun"
    same_place, reason = place(claim, report, aliases or {})
    if same_place <= 0:
        return 0.0, reason
    return 0.6 * same_noun + 0.4 * same_place - (0.2 if report.part and not claim.part else 0.0), reason


def measure(claim: Figure, report: Figure) -> float:
    """How well noun and state agree, 0 to 1."""
    heads, theirs = set(claim.heads), set(report.heads)
    named = claim.kind in ("count", "ordinal") and heads - GENERIC and theirs
    if named and not theirs & set(claim.nouns) and not heads & set(report.nouns):
        return 0.0
    nouns = (set(claim.nouns) & set(report.nouns)) - GENERIC
    if claim.kind == "magnitude":  # the unit is the measure
        return 1.0 if nouns else 0.8 if not claim.nouns or not report.nouns else 0.0
    states = set(claim.states) & set(report.states)
    if claim.states and report.states:
        if not states:
            return 0.0
        return 1.0 if nouns or not _telling(claim) or not _telling(report) else 0.7
    if nouns:
        return 0.7 if claim.states else 1.0
    if claim.kind == "duration":  # so many hours of power a day: one word of the clause and the same rate
        shared = {*claim.nouns, *claim.context} & {*report.nouns, *report.context} - _TIMES
        return 0.6 if claim.rate and report.rate and claim.unit == report.unit and shared else 0.0
    # Sums of money and shares are named by any words of their clause: two of them must be the same.
    words = {*claim.nouns, *claim.context} & {*report.nouns, *report.context}
    unnamed = not claim.nouns or not report.nouns or not claim.states
    return 0.6 if unnamed and len(words) >= _SHARED_WORDS and claim.kind in ("money", "share") else 0.0


def _telling(figure: Figure) -> set[str]:
    return set(figure.nouns) - GENERIC


def place(claim: Figure, report: Figure, aliases: Mapping[str, str]) -> tuple[float, str]:
    """Whether both count in the same place: whole against part, one country against another."""
    own = _keys(claim.where or claim.places, aliases)
    named, where = _keys(report.places, aliases), _keys(report.where, aliases)
    qualifiers, theirs = set(claim.qualifiers), set(report.qualifiers)
    sides = theirs & _SIDES
    if len(sides) == 1 and not sides & qualifiers:
        return 0.0, "only a part of the place"
    if claim.total:
        if len(where) == 1 or sides or (len(own) > 1 and len(named & own) == 1):
            return 0.0, "only a part of the claim's sum"
        return (1.0, "the sum") if report.total else (0.8, "no place named")
    if qualifiers & _SIDES and not theirs & qualifiers and (where or theirs):
        return 0.0, "the whole of the place"
    if own & named:
        is_sum = report.total and len(where) > max(len(own), 1)
        return (0.0, "the sum of several places") if is_sum else (1.0, "same place")
    if report.total and own:
        return 0.0, "the sum of several places"
    if own and where:
        return 0.0, "another place"
    if not own:
        return (0.7 if where else 1.0), "no place in the claim"
    if qualifiers & theirs:
        return 0.9, "same part of the place"
    return (0.5, "the place is named near by") if own & _keys(report.around, aliases) else (0.2, "no place named")


def _keys(names: tuple[str, ...], aliases: Mapping[str, str]) -> set[str]:
    return {aliases.get(name, name) for name in names}
