"""The stage `poll`: ask the feeds that are due, and keep what they bring."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import cast

from monitor.config.settings import FetchSettings, Settings
from monitor.errors import StoreError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.outage import is_our_outage
from monitor.feeds.poll import OFFLINE_SENTENCE, OUTAGE_KINDS, poll_in_batches
from monitor.feeds.schedule import OFFLINE, plan_next
from monitor.feeds.trouble import quiet_limit_s
from monitor.model import FeedOutcome, FeedSource, FeedState
from monitor.pipeline.hooks import Clock, Failpoint, Progress, Stopping, never, no_failpoint, no_progress
from monitor.pipeline.watching import watch_feeds
from monitor.store import Store
from monitor.store.polls import Together

LATELY = timedelta(minutes=30)  # polls so recent tell whether a failure is our own network's

MakeFetcher = Callable[[FetchSettings, Clock], Fetcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRun:
    """What a round of polls gave."""

    feeds: int = 0
    failed: int = 0
    new: int = 0
    revised: int = 0
    known: int = 0
    errors: tuple[tuple[str, str], ...] = ()  # (feed, sentence)


def poll(
    store: Store,
    sources: Sequence[FeedSource],
    settings: Settings,
    *,
    clock: Clock,
    rng: Random,
    urls: Sequence[str] | None = None,
    force: bool = False,
    make_fetcher: MakeFetcher = Fetcher,
    progress: Progress = no_progress,
    on_outcome: Callable[[FeedOutcome], None] | None = None,
    stopping: Stopping = never,
    failpoint: Failpoint = no_failpoint,
) -> PollRun:
    """Poll the feeds that are due (with `force`: all, with `urls`: of these); one that fails never stops another.

    1. the feeds follow the configuration
    2. each due feed is asked
    3. a failure that is our own network's is told from one of the feed
    4. reports, validators and the time of the next poll are kept in one transaction, with those of feeds that
       answered at the same moment
    5. people are told of feeds that stay broken, fall silent, or are back
    """
    store.sync_feeds(sources)  # 1
    due = store.due_feeds(clock(), urls, force)
    failpoint("poll: before fetching")
    keeper = _Keeper(store, {source.url: (source, state) for source, state in due}, settings, clock, rng)

    async def run() -> PollRun:
        done = PollRun()
        async with make_fetcher(settings.fetch, clock) as fetcher:
            asked = cast(AsyncGenerator[list[FeedOutcome], None], poll_in_batches(due, fetcher, clock))  # 2
            # Closed by hand: leaving the loop early would let requests go on until the garbage is collected.
            async with aclosing(asked) as batches:
                async for batch in batches:
                    failpoint("poll: fetched")
                    judged, done = await keeper.keep(batch, done)
                    failpoint("poll: stored")
                    for outcome in judged:
                        if on_outcome is not None:
                            on_outcome(outcome)
                    progress(done.feeds, len(due))
                    if stopping():
                        break
        return done

    polled = asyncio.run(run()) if due else PollRun()
    if due:
        watch_feeds(store, settings, clock=clock)  # 5
    if keeper.faults:
        raise keeper.faults[0]
    return polled


class _Keeper:
    """Keeps what polls of one round brought."""

    def __init__(
        self,
        store: Store,
        by_url: Mapping[str, tuple[FeedSource, FeedState]],
        settings: Settings,
        clock: Clock,
        rng: Random,
    ) -> None:
        self.faults: list[Exception] = []  # of ours, to be raised when the round is over
        self._store = store
        self._by_url = by_url
        self._settings = settings
        self._clock = clock
        self._rng = rng

    async def keep(self, batch: Sequence[FeedOutcome], done: PollRun) -> tuple[list[FeedOutcome], PollRun]:
        """The outcomes as they were kept, and the sum of the round with them."""
        try:
            return await self._together(batch, done)
        except StoreError:
            raise
        except Exception as fault:  # over one feed, it seems: the others are kept, each by itself
            if len(batch) == 1:
                self.faults.append(fault)
                return [], done
        judged: list[FeedOutcome] = []
        for outcome in batch:
            kept, done = await self.keep([outcome], done)
            judged += kept
        return judged, done

    async def _together(self, batch: Sequence[FeedOutcome], done: PollRun) -> tuple[list[FeedOutcome], PollRun]:
        with self._store.together() as polls:
            judged = [_without_blame(self._store, outcome, self._clock()) for outcome in batch]  # 3
            for outcome in judged:
                source, state = self._by_url[outcome.url]
                done = _keep(  # 4
                    self._store, polls, source, state, outcome, self._settings, self._clock(), self._rng, done
                )
            await _elsewhere(polls.commit)
        return judged, done


def _without_blame(store: Store, outcome: FeedOutcome, now: datetime) -> FeedOutcome:
    """The outcome, marked as our own outage if the polls just before say so, too."""
    if outcome.error_kind in OUTAGE_KINDS and is_our_outage(
        outcome.url, outcome.error_kind, store.latest_errors(now - LATELY)
    ):
        return replace(outcome, error=OFFLINE_SENTENCE, error_kind=OFFLINE)
    return outcome


async def _elsewhere(work: Callable[[], None]) -> None:
    """Have it done in another thread while answers come in; also if we are told to stop, it is waited for."""
    at_work = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        await asyncio.shield(at_work)
    except asyncio.CancelledError:
        await asyncio.wait([at_work])
        raise


def _keep(
    store: Store,
    polls: Together,
    source: FeedSource,
    state: FeedState,
    outcome: FeedOutcome,
    settings: Settings,
    now: datetime,
    rng: Random,
    done: PollRun,
) -> PollRun:
    polled = polls.look(source, outcome)
    new = polled.new
    planned = plan_next(source, state, outcome, new_reports=new, now=now, rng=rng, rhythm=settings.fetch)
    if new and state.first_polled_at is not None:
        planned = replace(planned, quiet_after_s=quiet_limit_s((*store.arrivals(source.url), now)))
    stored = polled.record(planned)
    return PollRun(
        feeds=done.feeds + 1,
        failed=done.failed + (outcome.error is not None),
        new=done.new + stored.new,
        revised=done.revised + stored.revised,
        known=done.known + stored.known,
        errors=done.errors + (((source.url, outcome.error),) if outcome.error is not None else ()),
    )
