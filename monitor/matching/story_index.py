"""Stories as reports arrive: each new report beside the few stored ones that could tell the same event."""

import math
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_similarity import (
    COPY_WINDOW_DAYS,
    JOIN_STORY,
    WINDOW_DAYS,
    same_stories,
    stem_similarities,
)
from monitor.matching.story_text import StoryText, Weights, story_text
from monitor.model import Report

HEAVIEST_TERMS = 12  # of a new report: the ones that can point to its story
STORED_TERMS = 48  # of a stored report: the heaviest it can be found by
POSTINGS_READ = 3_000  # the newest reports behind one term; older ones are read only through rarer terms
MIN_SHARED_TERMS = 2
MAX_CANDIDATES = 48
MAX_COPIED = 12  # of the candidates, the nearest: what a copy copies is among them
MAX_STORIES = 8  # compared with all their members
MAX_MEMBERS = 24  # of a story, the newest: a story of a thousand reports is as well known by some
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
    terms: list[int]


class StoryIndex:
    """The stored reports of the last weeks, found by their heaviest terms.

    `place` only answers; a report counts once `assign` says which story it went to, so a transaction that fails leaves
    nothing behind.
    """

    def __init__(self, window_days: int = WINDOW_DAYS) -> None:
        self.window_days = window_days
        self._idf = StoryIdf()
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._postings: dict[int, array[int]] = {}
        self._stories: dict[int, dict[int, None]] = defaultdict(dict)
        self._pending: dict[int, tuple[StoryText, int]] = {}
        self._removed = 0

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
        return self._copied(text, nearest[:MAX_COPIED]) or self._best_story(text, nearest)

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
        for term in terms:
            self._postings.setdefault(term, array("q")).append(report_id)
        self._kept[report_id] = _Kept(text, seen, story_id, terms)
        self._stories[story_id][report_id] = None

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
        self._leave_story(report_id, kept.story_id)
        self._removed += 1

    def _forget_before(self, today: int) -> None:
        while len(self._kept) > MIN_KEPT:
            report_id, oldest = next(iter(self._kept.items()))
            arrived = oldest.seen if oldest.seen is not None else oldest.text.day
            if arrived is None or today - arrived <= KEPT_DAYS:
                break
            self._drop(report_id)
        if self._removed > len(self._kept):  # dropped reports stay in the postings until they are the majority
            self._postings.clear()
            for report_id, kept in self._kept.items():
                for term in kept.terms:
                    self._postings.setdefault(term, array("q")).append(report_id)
            self._removed = 0

    def _heaviest(self, text: StoryText, count: int) -> list[int]:
        weights = text.stem_weights * self._idf.stem_idf(text.stem_ids)
        order = np.lexsort((text.stem_ids, -weights))[:count]
        return [int(term) for term in text.stem_ids[order]]

    def _nearest(self, report_id: int, text: StoryText, today: int) -> list[int]:
        """Ids of the stored reports most similar in their stems, best first."""
        found = [self._read(term) for term in self._heaviest(text, HEAVIEST_TERMS)]
        found = [ids for ids in found if len(ids)]
        if not found:
            return []
        rarity = np.concatenate([np.full(len(ids), 1.0 / math.log(2 + len(ids))) for ids in found])
        ids, inverse, shared = np.unique(np.concatenate(found), return_inverse=True, return_counts=True)
        mass: Weights = np.bincount(inverse, weights=rarity).astype(np.float64)
        enough = min(MIN_SHARED_TERMS, len(text.stem_ids))
        ordered = ids[np.lexsort((ids, -mass))][: 20 * MAX_CANDIDATES] if enough <= 1 else _ranked(ids, mass, shared)
        candidates = [
            int(other)
            for other in ordered
            if other != report_id and int(other) in self._kept and self._may_meet(text, today, self._kept[int(other)])
        ][:MAX_CANDIDATES]
        if not candidates:
            return []
        similar = stem_similarities(text, [self._kept[other].text for other in candidates], self._idf)
        return [candidates[at] for at in np.lexsort((np.array(candidates), -similar))]

    def _read(self, term: int) -> NDArray[np.int64]:
        postings = self._postings.get(term)
        if postings is None:
            return np.empty(0, dtype=np.int64)
        return np.array(postings[-POSTINGS_READ:], dtype=np.int64)

    def _may_meet(self, text: StoryText, today: int, other: _Kept) -> bool:
        if text.day is not None and other.text.day is not None:
            return abs(text.day - other.text.day) <= max(self.window_days, COPY_WINDOW_DAYS)
        return other.seen is None or today - other.seen <= UNDATED_DAYS

    def _copied(self, text: StoryText, nearest: list[int]) -> Placement | None:
        found = same_stories(text, [self._kept[other].text for other in nearest], self._idf, self.window_days)
        for other, sameness in zip(nearest, found, strict=True):
            if sameness.is_copy:
                story_id = self._kept[other].story_id
                return Placement(story_id=story_id, similarity=1.0, is_copy=True, of_report_id=other)
        return None

    def _best_story(self, text: StoryText, nearest: list[int]) -> Placement:
        best = Placement(story_id=None, similarity=0.0)
        stories = dict.fromkeys(self._kept[other].story_id for other in nearest)
        for story_id in sorted(list(stories)[:MAX_STORIES]):  # of two equally near, the older
            members = list(self._stories[story_id])[-MAX_MEMBERS:]
            texts = [self._kept[member].text for member in members]
            similar = [found.similarity for found in same_stories(text, texts, self._idf, self.window_days)]
            mean = sum(similar) / len(similar)
            if mean > best.similarity:
                nearest_id = members[similar.index(max(similar))]
                best = Placement(story_id=story_id, similarity=mean, of_report_id=nearest_id)
        if best.similarity >= JOIN_STORY:
            return best
        return Placement(story_id=None, similarity=best.similarity)


def _ranked(ids: NDArray[np.int64], mass: Weights, shared: NDArray[np.int64]) -> NDArray[np.int64]:
    keep = shared >= MIN_SHARED_TERMS
    ids, mass = ids[keep], mass[keep]
    ranked: NDArray[np.int64] = ids[np.lexsort((ids, -mass))][: 20 * MAX_CANDIDATES]
    return ranked
