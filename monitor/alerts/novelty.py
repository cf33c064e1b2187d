"""What is new in a match for somebody who has already been told of its story."""

from collections.abc import Collection

from monitor.model import Match, Relation

CHANGE_RELATIONS = frozenset({Relation.CONTRADICTS, Relation.UPDATES})

Told = Collection[tuple[str, str]]  # (claim, relation) already told for the story
ToldFigures = Collection[tuple[str, str]]  # (claim, figure as the report writes it) already told for the story


def what_is_new(match: Match, told: Told, told_figures: ToldFigures | None = None) -> str | None:
    """Why the match is worth telling although its story may be known; None if it says nothing new.

    `told_figures` of None means that nobody kept them: then a changed figure alone is not seen as new.
    """
    if not told:
        return "a new story"
    claims_told = {claim for claim, _ in told}
    if match.claim not in claims_told:
        if match.relation is Relation.RELATED:
            return None  # one event touches many claims loosely; only a stance on another claim is news
        return "a known story, now also on this claim"
    if match.relation in CHANGE_RELATIONS and (match.claim, match.relation) not in told:
        return "a known story, but it did not say so before"
    if told_figures is not None:
        return _new_figure(match, told_figures)
    return None


def _new_figure(match: Match, told_figures: ToldFigures) -> str | None:
    for pair in match.figures:
        if not pair.agrees and (match.claim, pair.report) not in told_figures:
            return f"a known story with a new figure: {pair.report}"
    return None
