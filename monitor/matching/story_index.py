"""Stories as reports arrive: each new report beside the few stored ones that could tell the same event."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np

from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_postings import Postings
from monitor.matching.story_similarity import (
    BUSY,
    COPY_WINDOW_DAYS,
    JOIN_STORY,
    ONE_DAY,
    WINDOW_DAYS,
    Sameness,
    days_apart,
    same_stories,
    shares_wording,
    stem_similarities,
)
from monitor.matching.story_text import Ids, StoryText, story_text
from monitor.model import Report

HEAVIEST_TERMS = 12  # of a new report: the ones that can point to its story
STORED_TERMS = 48  # of a stored report: the heaviest it can be found by
MAX_FOUND = 960  # by shared terms, before the dates are looked at
MAX_CANDIDATES = 48  # compared by their stems
MAX_MEMBERS = 12  # of a story, the newest: a story of a thousand reports is as well known by some
MAX_STORIES = 3  # compared in full, those with the nearest stems
LEAST_STEMS = 0.04  # likeness of stems below which no story was ever joined
LEAST_STEMS_OF_COPY = 0.15
MAX_COPIED = 12  # what a copy copies is among the nearest
UNDATED_DAYS = 14  # reports without a date meet if they arrived within that time
MAX_PENDING = 1_000  # placed and never assigned: their transactions failed
KEPT_DAYS = 30  # after arrival; older reports can no longer be joined, nor shape the idf
MIN_KEPT = 500  # reports of a quiet topic stay longer, so that its idf stays known


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """A stored report with its story."""

    report_id: int
    story_id: int
    report: Report
    seen: datetime | None = None  # when it arrived; needed only for reports without a date


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a new report belongs."""

    story_id: int | None  # None: a story of its own
    similarity: float  # mean similarity to that story, or to the nearest one it did not join
    is_copy: bool = False
    of_report_id: int | None = None  # the most similar report of the story; the original, for a copy


@dataclass(slots=True)
class _Kept:
    text: StoryText
    seen: int | None
    story_id: int
    terms: Ids


class StoryIndex:
    """The stored reports of the last weeks, found by their heaviest terms.

    `place` only answers; a report counts once `assign` says which story it went to, so a transaction that fails leaves
    nothing behind.
    """

    def __init__(self, window_days: int = WINDOW_DAYS) -> None:
        self.window_days = window_days
        self._idf = StoryIdf()
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._postings = Postings()
        self._stories: dict[int, dict[int, None]] = defaultdict(dict)
        self._days: dict[int, dict[int, None]] = defaultdict(dict)  # reports by day of publication
        self._pending: dict[int, tuple[StoryText, int]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def seed(self, members: Iterable[StoryMember]) -> None:
        """Take in stored reports, oldest first."""
        for member in members:
            seen = member.seen.date().toordinal() if member.seen else None
            self._keep(member.report_id, story_text(member.report), seen, member.story_id)

    def place(self, report_id: int, report: Report, now: datetime) -> Placement:
        """The story a new report belongs to; nothing changes until `assign`."""
        text, today = story_text(report), now.date().toordinal()
        self._forget_before(today)
        if len(self._pending) >= MAX_PENDING:
            self._pending.clear()
        self._pending[report_id] = (text, today)
        nearest = self._nearest(report_id, text, today)
        return self._copied(text, nearest) or self._best_story(text, nearest)

    def assign(self, report_id: int, story_id: int) -> None:
        """Record which story a placed report went to, or that a report moved to another one."""
        if report_id in self._pending:
            text, seen = self._pending.pop(report_id)
            self._keep(report_id, text, seen, story_id)
        elif report_id in self._kept:
            self._move(report_id, story_id)

    def merge(self, story_id: int, into_id: int) -> None:
        """Move all reports of one story to another."""
        for report_id in list(self._stories.get(story_id, ())):
            self._move(report_id, into_id)

    def _keep(self, report_id: int, text: StoryText, seen: int | None, story_id: int) -> None:
        if report_id in self._kept:
            self._drop(report_id)
        self._idf.add(text)
        terms = self._heaviest(text, STORED_TERMS)
        self._postings.add(report_id, terms)
        self._kept[report_id] = _Kept(text, seen, story_id, terms)
        self._stories[story_id][report_id] = None
        if text.day is not None:
            self._days[text.day][report_id] = None

    def _move(self, report_id: int, story_id: int) -> None:
        kept = self._kept[report_id]
        self._leave_story(report_id, kept.story_id)
        kept.story_id = story_id
        self._stories[story_id][report_id] = None

    def _leave_story(self, report_id: int, story_id: int) -> None:
        self._stories[story_id].pop(report_id, None)
        if not self._stories[story_id]:
            del self._stories[story_id]

    def _drop(self, report_id: int) -> None:
        kept = self._kept.pop(report_id)
        self._idf.remove(kept.text)
        if kept.text.day is not None:
            self._days[kept.text.day].pop(report_id, None)
            if not self._days[kept.text.day]:
                del self._days[kept.text.day]
        self._leave_story(report_id, kept.story_id)
        self._postings.forget_one()

    def _forget_before(self, today: int) -> None:
        while len(self._kept) > MIN_KEPT:
            report_id, oldest = next(iter(self._kept.items()))
            arrived = oldest.seen if oldest.seen is not None else oldest.text.day
            if arrived is None or today - arrived <= KEPT_DAYS:
                break
            self._drop(report_id)
        if self._postings.is_stale:
            self._postings.rebuild((report_id, kept.terms) for report_id, kept in self._kept.items())

    def _heaviest(self, text: StoryText, count: int) -> Ids:
        weights = text.stem_weights * self._idf.stem_idf(text.stem_ids)
        order = np.lexsort((text.stem_ids, -weights))[:count]
        return text.stem_ids[order]

    def _nearest(self, report_id: int, text: StoryText, today: int) -> dict[int, float]:
        """The stored reports most similar in their stems, best first, with that similarity."""
        sharing = self._postings.sharing(self._heaviest(text, HEAVIEST_TERMS), MAX_FOUND)
        found = dict.fromkeys([*self._of_quiet_day(text.day), *sharing])
        usable = (other for other in found if other != report_id and self._may_meet(text, today, other))
        candidates = list(islice(usable, MAX_CANDIDATES))
        similar = stem_similarities(text, [self._kept[other].text for other in candidates], self._idf)
        ranked = sorted(zip(-similar, candidates, strict=True))
        return {other: float(-negative) for negative, other in ranked if -negative >= LEAST_STEMS}

    def _of_quiet_day(self, day: int | None) -> list[int]:
        """The reports about a day that has few: on such a day other words are no reason to look no further."""
        if day is None or self._idf.published_about(day) > BUSY:
            return []
        return [one for near in range(day - ONE_DAY, day + ONE_DAY + 1) for one in self._days.get(near, ())]

    def _may_meet(self, text: StoryText, today: int, other_id: int) -> bool:
        other = self._kept.get(other_id)
        if other is None:
            return False
        gap = days_apart(text, other.text)
        if gap is not None:
            return gap <= max(self.window_days, COPY_WINDOW_DAYS)
        return other.seen is None or today - other.seen <= UNDATED_DAYS

    def _copied(self, text: StoryText, nearest: dict[int, float]) -> Placement | None:
        near = [other for other, stems in nearest.items() if stems >= LEAST_STEMS_OF_COPY][:MAX_COPIED]
        likely = [other for other in near if shares_wording(text, self._kept[other].text)]
        for other, found in zip(likely, self._compared(text, likely), strict=True):
            if found.is_copy:
                story_id = self._kept[other].story_id
                return Placement(story_id=story_id, similarity=1.0, is_copy=True, of_report_id=other)
        return None

    def _best_story(self, text: StoryText, nearest: dict[int, float]) -> Placement:
        best = Placement(story_id=None, similarity=0.0)
        for story_id in self._likely_stories(text, nearest):
            members = self._members(story_id)
            similar = [found.similarity for found in self._compared(text, members)]
            mean = sum(similar) / len(similar)
            if mean > best.similarity:
                of_report_id = members[similar.index(max(similar))]
                best = Placement(story_id=story_id, similarity=mean, of_report_id=of_report_id)
        if best.similarity >= JOIN_STORY:
            return best
        return Placement(story_id=None, similarity=best.similarity)

    def _likely_stories(self, text: StoryText, nearest: dict[int, float]) -> list[int]:
        """The stories of the nearest reports whose members are on the whole most alike in their stems."""
        stories = list(dict.fromkeys(self._kept[other].story_id for other in nearest))
        members = [(story_id, member) for story_id in stories for member in self._members(story_id)]
        similar = stem_similarities(text, [self._kept[member].text for _, member in members], self._idf)
        sums: dict[int, float] = dict.fromkeys(stories, 0.0)
        for (story_id, _), likeness in zip(members, similar, strict=True):
            sums[story_id] += float(likeness) / len(self._members(story_id))
        return sorted(stories, key=lambda story_id: (-sums[story_id], story_id))[:MAX_STORIES]

    def _members(self, story_id: int) -> list[int]:
        return list(self._stories[story_id])[-MAX_MEMBERS:]

    def _compared(self, text: StoryText, others: list[int]) -> list[Sameness]:
        return same_stories(text, [self._kept[other].text for other in others], self._idf, self.window_days)
