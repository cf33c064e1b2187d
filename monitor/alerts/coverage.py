"""Whether the news on a baseline surges or has stopped, against its own rhythm of the last two weeks. Pure.

Stories are counted, not reports: one dispatch in fifty papers is one event.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, pstdev

DAY = timedelta(days=1)
HISTORY = timedelta(days=14)
LEAST_HISTORY_DAYS = 7  # fewer show no rhythm
# A surge: so many stories in a day, so many deviations above the mean day, and half as many again as usual.
SURGE_LEAST = 5
SURGE_DEVIATIONS = 3.0
SURGE_FACTOR = 1.5
SURGE_REST = timedelta(days=2)  # between two notices
# A silence: several times the longest usual one, in which so many stories were to be expected.
SILENCE_FACTOR = 3
SILENCE_LEAST = DAY
SILENCE_EXPECTED = 7.0
# If no feed has answered for so long, it is our own silence.
OWN_SILENCE = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is known of the stories on a baseline."""

    starts: tuple[datetime, ...]  # when each was first seen, oldest first, over HISTORY and a day
    watched_since: datetime
    last_answer: datetime | None  # of any feed
    last_spike: datetime | None = None  # when people were last told
    last_gap: datetime | None = None


def find_spike(coverage: Coverage, now: datetime) -> str | None:
    """Why today counts as a surge, with its numbers; None if it does not, or it was just told."""
    if coverage.last_spike is not None and now - coverage.last_spike < SURGE_REST:
        return None
    today, *before = _by_day(coverage, now)
    if len(before) < LEAST_HISTORY_DAYS:
        return None
    mean = fmean(before)
    # Counts scatter at least as much as chance makes them, however even the last days were.
    usual = mean + SURGE_DEVIATIONS * max(pstdev(before), math.sqrt(mean))
    if today < SURGE_LEAST or today <= usual or today < SURGE_FACTOR * mean:
        return None
    return f"{today} stories within 24 hours, usual are {mean:.1f} a day"


def find_gap(coverage: Coverage, now: datetime) -> str | None:
    """Why the silence is unusual, with its numbers; None if it is not, it was told, or it may be our own."""
    if coverage.last_answer is None or now - coverage.last_answer > OWN_SILENCE or len(coverage.starts) < 2:
        return None
    last = coverage.starts[-1]
    if coverage.last_gap is not None and coverage.last_gap >= last:
        return None
    span = last - max(coverage.watched_since, coverage.starts[0])
    if span < (LEAST_HISTORY_DAYS - 1) * DAY:
        return None
    silence = now - last
    longest = max(later - earlier for earlier, later in _pairs(coverage.starts))
    a_day = (len(coverage.starts) - 1) / (span / DAY)
    if silence < max(SILENCE_LEAST, SILENCE_FACTOR * longest) or a_day * (silence / DAY) < SILENCE_EXPECTED:
        return None
    return f"no story for {_span(silence)}; usual are {a_day:.1f} a day, with at most {_span(longest)} in between"


def _by_day(coverage: Coverage, now: datetime) -> list[int]:
    """Stories in the last 24 hours, in the 24 before, and so on, as far back as the baseline was watched."""
    days = min((now - coverage.watched_since) // DAY, HISTORY // DAY + 1)
    counts = [0] * max(days, 1)
    for start in coverage.starts:
        back = (now - start) // DAY
        if 0 <= back < len(counts):
            counts[back] += 1
    return counts


def _pairs(starts: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    return list(itertools.pairwise(starts))


def _span(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
