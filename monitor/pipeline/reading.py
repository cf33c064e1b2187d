"""The stage `read_articles`: the pages of reports that look relevant, which are then judged by the whole text."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from monitor.config.settings import FetchSettings, Settings
from monitor.feeds.pages import PageFetcher, read_pages
from monitor.feeds.robots import RobotsBook
from monitor.model_pages import PageRead
from monitor.pipeline.hooks import Clock, Failpoint, Stopping, never, no_failpoint
from monitor.store import Store

FRESH = timedelta(days=7)  # older reports are not worth a site's trouble

__all__ = ["PageFetcher", "ReadRun", "RobotsBook", "read_articles"]

MakePageFetcher = Callable[[FetchSettings, Clock], PageFetcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRun:
    """What a run of reading pages gave."""

    read: int = 0  # their reports wait to be judged again
    waiting: int = 0  # asked for again later
    failed: int = 0


def read_articles(
    store: Store,
    settings: Settings,
    *,
    clock: Clock,
    robots: RobotsBook | None = None,
    make_fetcher: MakePageFetcher = PageFetcher,
    stopping: Stopping = never,
    failpoint: Failpoint = no_failpoint,
) -> ReadRun:
    """Read the pages that are wanted, as many as the budget of a run allows; each is kept in its own transaction.

    The report is judged again by the next `match`, with all that follows from it in one transaction, like any edit.
    """
    how = settings.fetch.full_text
    if how == "never":
        return ReadRun()
    wanted = store.wanted_pages(near=how == "near", since=clock() - FRESH, limit=settings.fetch.pages_at_once)
    book = robots or RobotsBook(clock)

    async def run() -> ReadRun:
        done = ReadRun()
        async with make_fetcher(settings.fetch, clock) as fetcher:
            pages = cast(AsyncGenerator[PageRead, None], read_pages(wanted, fetcher, book, clock))
            async with aclosing(pages):
                async for page in pages:
                    failpoint("read: fetched")
                    again = store.record_page(page)
                    failpoint("read: stored")
                    done = replace(
                        done,
                        read=done.read + again,
                        waiting=done.waiting + (page.state == "waiting"),
                        failed=done.failed + (page.state != "waiting" and not again),
                    )
                    if stopping():
                        break
        return done

    return asyncio.run(run()) if wanted else ReadRun()
