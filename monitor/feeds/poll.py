"""Polls many feeds at once. What goes wrong with a feed is a value, so that one feed never stops another."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from monitor.errors import FeedError
from monitor.feeds.child import ParserChild
from monitor.feeds.fetch import Fetcher, FetchResult
from monitor.feeds.parse import ParseJob
from monitor.feeds.schedule import OFFLINE, poll_url
from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report, Validators

FULL_FETCH_AFTER = timedelta(days=7)  # some servers answer "unchanged" for ever: the whole is asked for now and then
QUICK_BYTES = 2_000_000  # larger documents would swell this process: they are read in the child, plain or not
AT_ONCE_BYTES = 100_000  # up to this size reading takes some milliseconds, less than handing it to a thread disturbs
LINGER_S = 0.05
BATCH_FEEDS, BATCH_REPORTS = 50, 1000  # kept together, so that other programs never wait long for the database
OUTAGE_KINDS = frozenset({"dns_temp", "unreachable"})  # how a missing network looks; a refusal is already an answer
OUTAGE_HOSTS = 3  # fewer hosts than that prove nothing
OFFLINE_SENTENCE = "no host at all could be reached: this machine seems to have no network"

Parse = Callable[[FeedSource, FetchResult, datetime], Awaitable[ParsedFeed]]


async def poll_feeds(
    feeds: Sequence[tuple[FeedSource, FeedState]],
    fetcher: Fetcher,
    clock: Callable[[], datetime],
    *,
    parse: Parse | None = None,
) -> AsyncIterator[FeedOutcome]:
    """The outcome of each feed, as they finish. Any exception but a FeedError is a fault of ours and goes through.

    Outcomes that look like an outage of our own network are held back until some host has answered, and are marked
    `offline` when none did.
    """
    batches = cast(AsyncGenerator[list[FeedOutcome], None], poll_in_batches(feeds, fetcher, clock, parse=parse))
    async with aclosing(batches):
        async for batch in batches:
            for outcome in batch:
                yield outcome


async def poll_in_batches(
    feeds: Sequence[tuple[FeedSource, FeedState]],
    fetcher: Fetcher,
    clock: Callable[[], datetime],
    *,
    parse: Parse | None = None,
) -> AsyncIterator[list[FeedOutcome]]:
    """The same, those together that finish within LINGER_S of the first: to be kept together costs them less.

    While one batch is being kept, the next is gathered.
    """
    parser = Parser(fetcher.settings.max_entries)
    done: asyncio.Queue[FeedOutcome | Exception] = asyncio.Queue(maxsize=max(2, fetcher.settings.concurrency))

    async def run(source: FeedSource, state: FeedState) -> None:
        try:
            await done.put(await poll_one(source, state, fetcher, clock, parse or parser))
        except Exception as exc:  # a fault of ours: handed over to be raised where the outcomes are awaited
            await done.put(exc)

    tasks = [asyncio.create_task(run(source, state)) for source, state in feeds]
    held: list[FeedOutcome] = []
    online = False
    left = len(tasks)
    gathering = asyncio.create_task(_next_batch(done, left))
    try:
        while left:
            batch, fault = await gathering
            left -= len(batch)
            if left and fault is None:
                gathering = asyncio.create_task(_next_batch(done, left))
            if not online and all(outcome.error_kind in OUTAGE_KINDS for outcome in batch):
                held += batch
            else:
                online = True
                yield held + batch
                held = []
            if fault is not None:
                raise fault
        if held:
            yield _judge_outage(held)
    finally:
        for task in (*tasks, gathering):
            task.cancel()
        for task in (*tasks, gathering):
            with suppress(asyncio.CancelledError):
                await task
        await parser.aclose()


async def _next_batch(
    done: asyncio.Queue[FeedOutcome | Exception], left: int
) -> tuple[list[FeedOutcome], Exception | None]:
    """The next outcome, and those that follow closely, at most so many as are left; and the fault that ended them."""
    batch: list[FeedOutcome] = []
    reports = 0
    until = None
    while len(batch) < min(left, BATCH_FEEDS) and reports < BATCH_REPORTS:
        try:
            async with asyncio.timeout_at(until):
                outcome = done.get_nowait() if not done.empty() else await done.get()
        except TimeoutError:
            break
        if isinstance(outcome, Exception):
            return batch, outcome
        batch.append(outcome)
        reports += len(outcome.feed.reports) if outcome.feed else 0
        until = until or asyncio.get_running_loop().time() + LINGER_S
    return batch, None


async def poll_one(
    source: FeedSource, state: FeedState, fetcher: Fetcher, clock: Callable[[], datetime], parse: Parse
) -> FeedOutcome:
    """The outcome of one feed: reports, "unchanged", or an error as a sentence."""
    started_at, started = clock(), time.monotonic()
    outcome = FeedOutcome(url=source.url, started_at=started_at, duration_s=0.0, validators=state.validators)
    try:
        result = await fetcher.get(poll_url(source, state), _asked(state, started_at))
        outcome = replace(
            outcome,
            status=result.status,
            final_url=result.final_url,
            permanent_url=result.permanent_url,
            size_bytes=len(result.body),
            max_age_s=result.max_age_s,
        )
        # Equal bytes were a feed last time: the hash is only kept with what was read well.
        unchanged = result.unchanged or result.validators.body_hash == state.validators.body_hash
        feed = None if unchanged else await parse(source, result, clock())
        outcome = replace(outcome, unchanged=unchanged, feed=feed, validators=result.validators)
    except FeedError as exc:
        outcome = replace(
            outcome,
            error=str(exc),
            error_kind=exc.kind,
            status=exc.status or outcome.status,
            retry_after_s=exc.retry_after_s,
        )
    return replace(outcome, duration_s=time.monotonic() - started)


class Parser:
    """Reads documents: plain ones here, all others one at a time in a child process that may be killed."""

    def __init__(self, max_entries: int, child: ParserChild | None = None) -> None:
        self._max_entries = max_entries
        self._child = child or ParserChild()
        self._turn = asyncio.Lock()

    async def __call__(self, source: FeedSource, result: FetchResult, now: datetime) -> ParsedFeed:
        """The feed of an answer, filed under its source."""
        job = ParseJob(
            body=result.body,
            url=result.final_url,
            content_type=result.content_type,
            now=now,
            publisher=source.publisher,
            max_entries=self._max_entries,
        )
        feed = await self._quickly(job)
        if feed is None:
            async with self._turn:
                feed = await self._child.parse(job)
        return _of_source(feed, source)

    async def _quickly(self, job: ParseJob) -> ParsedFeed | None:
        if len(job.body) > QUICK_BYTES:
            return None
        return job.run_quickly() if len(job.body) <= AT_ONCE_BYTES else await asyncio.to_thread(job.run_quickly)

    async def aclose(self) -> None:
        """Ends the child, if there is one."""
        await self._child.aclose()


def _of_source(feed: ParsedFeed, source: FeedSource) -> ParsedFeed:
    """The feed with its reports filed under the configured address, in the configured language where they name none."""
    return replace(feed, reports=tuple(_report_of(report, source) for report in feed.reports))


def _report_of(report: Report, source: FeedSource) -> Report:
    language = report.language or source.language
    if report.feed_url == source.url and report.language == language:  # the usual case
        return report
    return replace(report, feed_url=source.url, language=language)


def _asked(state: FeedState, now: datetime) -> Validators:
    """What to send as condition: nothing, when the whole has not been sent for a week."""
    full_at = state.validators.full_at
    if full_at is not None and now - full_at > FULL_FETCH_AFTER:
        return Validators()
    return state.validators


def _judge_outage(held: list[FeedOutcome]) -> list[FeedOutcome]:
    hosts = {urlsplit(outcome.url).hostname for outcome in held}
    if len(hosts) < OUTAGE_HOSTS:
        return held
    return [replace(outcome, error=OFFLINE_SENTENCE, error_kind=OFFLINE) for outcome in held]
