"""What is new in a match for somebody who has already been told of its story."""

from monitor.model import Match, Relation, Severity, StoryTold

CHANGE_RELATIONS = frozenset({Relation.CONTRADICTS, Relation.UPDATES})
LOUDNESS = tuple(Severity)  # lowest first


def what_is_new(
    match: Match, told: StoryTold, *, severity: Severity = Severity.LOW, publishers: int = 1, more_publishers: int = 0
) -> str | None:
    """Why the match is worth telling although its story may be known; None if it says nothing new.

    `severity` is what it would be told with now, `publishers` who carry the story now; `more_publishers` is how many
    more than at the last alert are news by themselves, 0: none.
    """
    if not told.claims:
        return "a new story"
    if match.claim not in {claim for claim, _ in told.claims}:
        if match.relation is Relation.RELATED:
            return None  # one event touches many claims loosely; only a stance on another claim is news
        return "a known story, now also on this claim"
    if match.relation in CHANGE_RELATIONS and (match.claim, match.relation) not in told.claims:
        return "a known story, but it did not say so before"
    return _new_figure(match, told) or _louder(severity, told) or _more_publishers(publishers, told, more_publishers)


def _new_figure(match: Match, told: StoryTold) -> str | None:
    for pair in match.figures:
        if not pair.agrees and (match.claim, pair.report) not in told.figures:
            return f"a known story with a new figure: {pair.report}"
    return None


def _louder(severity: Severity, told: StoryTold) -> str | None:
    if told.severity is None or LOUDNESS.index(severity) <= LOUDNESS.index(told.severity):
        return None
    return f"a known story, now of {severity} severity"


def _more_publishers(publishers: int, told: StoryTold, more: int) -> str | None:
    if more <= 0 or publishers - told.publishers < more:
        return None
    return f"a known story, now carried by {publishers} publishers ({told.publishers} at the last alert)"
