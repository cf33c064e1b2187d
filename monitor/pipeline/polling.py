"""The stage `poll`: ask the feeds that are due, and keep what they bring."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import cast

from monitor.config.settings import FetchSettings, Settings
from monitor.errors import FetchError
from monitor.feeds.article import extract_article
from monitor.feeds.fetch import Fetcher
from monitor.feeds.poll import poll_feeds
from monitor.feeds.schedule import plan_next
from monitor.model import FeedOutcome, FeedSource, FeedState, Report
from monitor.pipeline.hooks import Clock, Failpoint, Progress, Stopping, never, no_failpoint, no_progress
from monitor.store import Store

# Article pages read for one poll of a feed: a feed full of new items must not hold up the others.
ARTICLES_PER_POLL = 20

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
    3. new reports of feeds with `full_text` get their article's text
    4. reports, validators and the time of the next poll are kept in one transaction
    """
    store.sync_feeds(sources)  # 1
    due = store.due_feeds(clock(), urls, force)
    failpoint("poll: before fetching")

    async def run() -> PollRun:
        done = PollRun()
        async with make_fetcher(settings.fetch, clock) as fetcher:
            by_url = {source.url: (source, state) for source, state in due}
            asked = cast(AsyncGenerator[FeedOutcome, None], poll_feeds(due, fetcher, clock))  # 2
            # Closed by hand: leaving the loop early would let requests go on until the garbage is collected.
            async with aclosing(asked) as outcomes:
                async for outcome in outcomes:
                    failpoint("poll: fetched")
                    source, state = by_url[outcome.url]
                    if source.full_text:
                        outcome = await _with_articles(store, source, outcome, fetcher)  # 3
                    done = _keep(store, source, state, outcome, settings, clock(), rng, done)  # 4
                    failpoint("poll: stored")
                    if on_outcome is not None:
                        on_outcome(outcome)
                    progress(done.feeds, len(due))
                    if stopping():
                        break
        return done

    return asyncio.run(run()) if due else PollRun()


def _keep(
    store: Store,
    source: FeedSource,
    state: FeedState,
    outcome: FeedOutcome,
    settings: Settings,
    now: datetime,
    rng: Random,
    done: PollRun,
) -> PollRun:
    new = store.count_new(source, outcome)
    planned = plan_next(source, state, outcome, new_reports=new, now=now, rng=rng, rhythm=settings.fetch)
    stored = store.record_poll(source, outcome, planned)
    return PollRun(
        feeds=done.feeds + 1,
        failed=done.failed + (outcome.error is not None),
        new=done.new + stored.new,
        revised=done.revised + stored.revised,
        known=done.known + stored.known,
        errors=done.errors + (((source.url, outcome.error),) if outcome.error is not None else ()),
    )


async def _with_articles(store: Store, source: FeedSource, outcome: FeedOutcome, fetcher: Fetcher) -> FeedOutcome:
    if outcome.feed is None:
        return outcome
    wanted = store.new_keys(source, outcome)
    reports: list[Report] = []
    left = ARTICLES_PER_POLL
    for report in outcome.feed.reports:
        if report.key in wanted and report.url and not report.content and left > 0:
            left -= 1
            report = await _with_article(report, report.url, fetcher)
        reports.append(report)
    return replace(outcome, feed=replace(outcome.feed, reports=tuple(reports)))


async def _with_article(report: Report, url: str, fetcher: Fetcher) -> Report:
    try:
        page = await fetcher.get(url)
    except FetchError:
        return report  # the feed's own words still count; the page is not asked for again
    _, text = await asyncio.to_thread(extract_article, page.body, url)
    return replace(report, content=text)
