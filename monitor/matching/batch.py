"""Reports judged together without a database: their stories first, since a story dates its reports without date."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from monitor.matching.matcher import ClaimScorer
from monitor.matching.stories import group_stories
from monitor.model import Report, Scored


def story_days(reports: Sequence[Report], stories: Sequence[int]) -> list[date | None]:
    """The day of each report: its own, else the median of its story's, else None."""
    dated: dict[int, list[date]] = defaultdict(list)
    for report, story in zip(reports, stories, strict=True):
        if report.published:
            dated[story].append(report.published.date())
    median = {story: sorted(days)[(len(days) - 1) // 2] for story, days in dated.items()}
    return [
        report.published.date() if report.published else median.get(story)
        for report, story in zip(reports, stories, strict=True)
    ]


def judge(matcher: ClaimScorer, reports: Sequence[Report]) -> tuple[list[Scored], list[int]]:
    """The verdict on each report and the story it belongs to, in order."""
    if not reports:
        return [], []
    stories = group_stories(reports)
    return matcher.match(reports, story_days(reports, stories)), stories
