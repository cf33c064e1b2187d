"""When a feed is polled next, and what its answers over time add up to: pure functions of values.

A feed is never given up. Failures are weighted by what they say about the feed, and the wait grows by steps, not by
doubling, since with hours between polls doubling soon means days.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from monitor.model import FeedOutcome, FeedSource, FeedState

SPREAD = 0.1  # of the wait, either way: feeds that fall due together would stay together
STEP_S = 600.0  # a poll without news makes the next one that much later
LIVELY = 2 / 3  # share of new reports above which polls come twice as often
BUSY = 1 / 3  # … and half as often again
LATE_S = 1200.0  # this much after its time (or its interval) a poll holds more news than one interval's
HOLD_SPREAD_S = 3600.0  # after 429: the feeds of one host that were refused together must not come back together
MOVES_BEFORE_KEPT = 10  # equal permanent redirects in a row until the new address is asked directly
GONE_BEFORE_RETIRED = 2  # answers 410 in a row
OFFLINE = "offline"

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
SOFT_STATUSES = frozenset({404, 408, 421, 425, 429})  # feeds that answer so do come back to life
TEMPORARY_KINDS = frozenset({"dns_temp", "unreachable", "connect", "timeout", "network", "protocol"})


class Rhythm(Protocol):
    """The three settings that a schedule needs; `FetchSettings` has them."""

    @property
    def interval_s(self) -> float: ...  # noqa: D102  (named as the setting)
    @property
    def min_interval_s(self) -> float: ...  # noqa: D102
    @property
    def max_interval_s(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualRhythm:
    """Every hour to begin with; ten minutes at the least, a day at the most."""

    interval_s: float = 3600.0
    min_interval_s: float = 600.0
    max_interval_s: float = 86400.0


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed should be polled now."""
    return not state.retired and (state.next_poll_at is None or state.next_poll_at <= now)


def poll_url(source: FeedSource, state: FeedState) -> str:
    """The address to ask: where the feed has moved to, once that is certain."""
    return state.moved_to if state.moved_to and state.moved_count >= MOVES_BEFORE_KEPT else source.url


def plan_next(
    source: FeedSource,
    state: FeedState,
    outcome: FeedOutcome,
    *,
    new_reports: int,
    now: datetime,
    rng: Random,
    rhythm: Rhythm | None = None,
) -> FeedState:
    """The feed's state after a poll: next due time with its reason, failures, moves, retirement."""
    rhythm = rhythm or UsualRhythm()
    if outcome.error_kind == OFFLINE:
        return _after_offline(state, now, rng, rhythm)
    if outcome.error is not None:
        return _after_failure(source, state, outcome, now, rng, rhythm)
    return _after_success(source, state, outcome, new_reports, now, rng, rhythm)


def failure_weight(outcome: FeedOutcome) -> float:
    """How much a failure says against the feed: 1 for what will not mend itself, less for what often does."""
    if outcome.error_kind in TEMPORARY_KINDS:
        return TEMPORARY
    if outcome.status is not None and (outcome.status in SOFT_STATUSES or outcome.status >= 500):
        return SOFT
    return HARD


def _after_success(
    source: FeedSource,
    state: FeedState,
    outcome: FeedOutcome,
    new_reports: int,
    now: datetime,
    rng: Random,
    rhythm: Rhythm,
) -> FeedState:
    first = state.first_polled_at is None
    interval, why = _interval(source, state, outcome, new_reports, now, rhythm)
    wait = interval
    wish = _wish(state, outcome)
    hint = min(wish or 0.0, rhythm.max_interval_s)
    if source.interval_s is None and hint > wait:
        wait, why = hint, f"its server asks for {_span(hint)} between polls"
    if (outcome.retry_after_s or 0.0) > wait:
        wait, why = min(outcome.retry_after_s or 0.0, rhythm.max_interval_s), "its server asks to wait"
    moved_to, moved_count = _moves(source, state, outcome)
    return replace(
        state,
        validators=outcome.validators,
        first_polled_at=now if first else state.first_polled_at,
        next_poll_at=now + timedelta(seconds=wait * (1 + rng.uniform(0 if wait > interval else -SPREAD, SPREAD))),
        interval_s=interval,
        failures=0,
        moved_to=moved_to,
        moved_count=moved_count,
        gone_count=0,
        retired=False,
        next_poll_why=why,
        hint_s=wish,
    )


def _wish(state: FeedState, outcome: FeedOutcome) -> float | None:
    """The time between polls that server or feed wish for. An answer 304 repeats neither, so the last wish holds."""
    if outcome.feed is None:
        return max(outcome.max_age_s or 0.0, state.hint_s or 0.0) or None
    return max(outcome.max_age_s or 0.0, outcome.feed.ttl_s or 0.0) or None


def _interval(
    source: FeedSource, state: FeedState, outcome: FeedOutcome, new_reports: int, now: datetime, rhythm: Rhythm
) -> tuple[float, str]:
    """The feed's own rhythm, learnt from how much of it is new each time, and the reason in words."""
    if source.interval_s is not None:
        return source.interval_s, f"every {_span(source.interval_s)}, as configured"
    low, high = rhythm.min_interval_s, rhythm.max_interval_s
    if state.first_polled_at is None:
        return min(max(rhythm.interval_s, low), high), f"every {_span(rhythm.interval_s)} to begin with"
    old = min(max(state.interval_s, low), high)
    if state.failures or _off_time(state, old, now):
        return old, f"every {_span(old)}, as before: the last poll was off its time and taught nothing"
    total = len(outcome.feed.reports) if outcome.feed else 0
    share = new_reports / total if total else 0.0
    if share >= LIVELY:
        new, why = old / 2, "much was new"
    elif share >= BUSY:
        new, why = old / 1.5, "a good part was new"
    elif new_reports:
        new, why = min(old, (old + rhythm.interval_s) / 2), "some was new"
    else:
        new, why = old + STEP_S, "nothing was new"
    new = min(max(new, low), high)
    return new, f"every {_span(new)}: {why} last time"


def _off_time(state: FeedState, interval_s: float, now: datetime) -> bool:
    """Whether a poll says nothing about the rhythm: one that somebody asked for early, or that came after a pause."""
    if state.next_poll_at is None:
        return False
    late_s = (now - state.next_poll_at).total_seconds()
    return late_s < 0 or late_s > max(LATE_S, interval_s)


def _moves(source: FeedSource, state: FeedState, outcome: FeedOutcome) -> tuple[str | None, int]:
    """The address that permanent redirects point to, and how often in a row they did."""
    if outcome.permanent_url is not None and outcome.permanent_url != poll_url(source, state):
        same = outcome.permanent_url == state.moved_to
        return outcome.permanent_url, state.moved_count + 1 if same else 1
    if state.moved_count >= MOVES_BEFORE_KEPT:
        return state.moved_to, state.moved_count  # asked directly, and it answered
    return None, 0


def _after_failure(
    source: FeedSource, state: FeedState, outcome: FeedOutcome, now: datetime, rng: Random, rhythm: Rhythm
) -> FeedState:
    failures = state.failures + 1
    gone = state.gone_count + 1 if outcome.status == 410 else 0
    interval = source.interval_s or min(max(state.interval_s, rhythm.min_interval_s), rhythm.max_interval_s)
    wait = min(interval * max(1.0, failures * failure_weight(outcome)), max(rhythm.max_interval_s, interval))
    wait *= 1 + rng.uniform(-SPREAD, SPREAD)
    why = f"{failures} failure{'s' if failures > 1 else ''} in a row, so {_span(wait)} from the last one"
    asked = min(outcome.retry_after_s or 0.0, rhythm.max_interval_s)
    if asked > wait:
        wait, why = asked, f"its server asks to wait {_span(asked)}"
    if outcome.status == 429:
        wait += rng.uniform(0, min(HOLD_SPREAD_S, interval))
    retired = gone >= GONE_BEFORE_RETIRED
    # A kept move that fails is dropped: the old address is asked again, and may know better.
    lost = state.moved_count >= MOVES_BEFORE_KEPT and failure_weight(outcome) > TEMPORARY
    return replace(
        state,
        next_poll_at=now + timedelta(seconds=min(wait, max(rhythm.max_interval_s, interval) + HOLD_SPREAD_S)),
        failures=failures,
        moved_to=None if lost else state.moved_to,
        moved_count=0 if lost else state.moved_count,
        gone_count=gone,
        retired=state.retired or retired,
        next_poll_why="not polled any more: its server said twice that it is gone (410)" if retired else why,
    )


def _after_offline(state: FeedState, now: datetime, rng: Random, rhythm: Rhythm) -> FeedState:
    """No feed answered at all: that is our own outage, no feed is blamed, and the next try comes soon."""
    wait = rhythm.min_interval_s * (1 + rng.uniform(-SPREAD, SPREAD))
    return replace(
        state, next_poll_at=now + timedelta(seconds=wait), next_poll_why="there was no network; tried again soon"
    )


def _span(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.3g} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.3g} s"
