"""The matches of one claim by story: the report that says it best, who else carried it, the figures that differ."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from monitor.digest.clean import host_of
from monitor.model import FigurePair, Relation, Report
from monitor.model_digest import DigestMatch, DigestStory

TELLING = (Relation.CONTRADICTS, Relation.UPDATES, Relation.SUPPORTS, Relation.RELATED)
_LINKS = 3
_FIGURES = 2


def tell_first(match: DigestMatch) -> tuple[int, bool, float, int]:
    """Orders matches, the most telling first: by relation, originals before copies, by score, by age."""
    return (TELLING.index(match.match.relation), match.is_copy, -match.match.score, match.report_id)


def publisher_of(report: Report) -> str:
    """Who published a report, comparable; two feeds of one publisher count once."""
    return (report.outlet or host_of(report.url) or report.feed_url or "?").casefold().strip()


def publisher_name(report: Report) -> str:
    """Who published a report, as people say it; empty if nobody knows."""
    return (report.outlet or host_of(report.url)).strip()


def group_stories(matches: Iterable[DigestMatch]) -> list[DigestStory]:
    """The stories of one claim's matches, most telling first."""
    by_story: dict[int, list[DigestMatch]] = defaultdict(list)
    for match in matches:
        by_story[match.story_id].append(match)
    stories = [_story(sorted(found, key=tell_first)) for found in by_story.values()]
    return sorted(stories, key=lambda story: tell_first(story.best))


def _story(matches: Sequence[DigestMatch]) -> DigestStory:
    best = matches[0]
    carried: dict[str, DigestMatch] = {}
    for match in matches:
        carried.setdefault(publisher_of(match.report), match)
    others = [match.report for match in carried.values() if match is not best and host_of(match.report.url)]
    return DigestStory(
        story_id=best.story_id,
        best=best,
        reports=len({match.report_id for match in matches}),
        publishers=tuple(filter(None, (publisher_name(match.report) for match in carried.values()))),
        links=tuple((publisher_name(report), report.url or "") for report in others[:_LINKS]),
        figures=_differing(matches),
    )


def _differing(matches: Iterable[DigestMatch]) -> tuple[FigurePair, ...]:
    found = dict.fromkeys(pair for match in matches for pair in match.match.figures if not pair.agrees)
    return tuple(found)[:_FIGURES]
