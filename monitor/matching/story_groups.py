"""Batch grouping: the stories of a file of reports, the same whatever the order they come in."""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.matching.story_index import StoryIndex, StoryMember
from monitor.matching.story_pairs import average_link, pair_similarities
from monitor.matching.story_relink import relink
from monitor.matching.story_similarity import SAME_STORY
from monitor.matching.story_text import story_text
from monitor.model import Report

MAX_PAIRED = 8_000  # reports whose pairs are all held at once (256 MB); more are placed one by one, then merged
RELINKED_AT_ONCE = 4_000
_ONE_DAY = datetime(1970, 1, 1, tzinfo=UTC)  # a file has no time of arrival: undated reports may meet all others


def group_stories(reports: Sequence[Report]) -> list[int]:
    """A story number for each report, from 0 in order of first appearance; reports of one event share it."""
    # Sums and ties depend on the order of reports, so that is fixed by what they hold.
    order = sorted(range(len(reports)), key=lambda at: _content_key(reports[at]))
    ordered = [reports[at] for at in order]
    if len(ordered) <= MAX_PAIRED:
        labels = average_link(pair_similarities([story_text(report) for report in ordered]), SAME_STORY)
    else:
        labels = _placed(ordered)
    by_input = dict(zip(order, labels, strict=True))
    numbers: dict[int, int] = {}
    return [numbers.setdefault(by_input[at], len(numbers)) for at in range(len(reports))]


def _content_key(report: Report) -> tuple[str, ...]:
    published = report.published.isoformat() if report.published else ""
    return (published, report.title, report.text, report.key, report.url or "", report.outlet or "")


def _placed(reports: Sequence[Report]) -> list[int]:
    """Stories by arrival in order of publication, then merged a few thousand reports at a time."""
    index, labels = StoryIndex(), list(range(len(reports)))
    for at, report in enumerate(reports):
        placed = index.place(at, report, _ONE_DAY)
        labels[at] = at if placed.story_id is None else placed.story_id
        index.assign(at, labels[at])
    into: dict[int, int] = {}
    for start in range(0, len(reports), RELINKED_AT_ONCE // 2):
        numbers = range(start, min(start + RELINKED_AT_ONCE, len(reports)))
        members = [
            StoryMember(report_id=at, story_id=_followed(labels[at], into), report=reports[at]) for at in numbers
        ]
        into.update((merge.story_id, merge.into_id) for merge in relink(members))
    return [_followed(label, into) for label in labels]


def _followed(story: int, into: dict[int, int]) -> int:
    while story in into:
        story = into[story]
    return story
