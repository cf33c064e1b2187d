"""The pages of articles: asked for by the rules of their sites, within a budget of their own, and read for their text.

Whatever goes wrong is a value: a page that is closed to us loses nothing, for the feed's own words are stored already.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from monitor.config import FetchSettings
from monitor.errors import FeedError, FetchError, ParseError
from monitor.feeds.article import extract_article
from monitor.feeds.child import Child
from monitor.feeds.fetch import Fetcher
from monitor.feeds.robots import RobotsBook
from monitor.model_pages import PageRead, PageWanted

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
DEADLINE_S = 20.0
MAX_BYTES = 5_000_000
AT_ONCE = 4
EXTRACT_LIMIT_S = 10.0
LEAST_CHARS = 200  # a page that says less than this, or less than the feed did, is a teaser or a wall
# These mend themselves often enough to be asked again; others do not.
AGAIN_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})
AGAIN_KINDS = frozenset({"timeout", "network", "protocol", "connect", "dns_temp", "unreachable"})
MAX_ATTEMPTS = 6
WAIT = timedelta(hours=1)  # times the attempts so far
MAX_WAIT = timedelta(hours=24)

Extract = Callable[[bytes, str], Awaitable[str]]


class PageFetcher(Fetcher):
    """The fetcher with the limits and the Accept header for pages; guard, manners and deadlines are the same."""

    def __init__(self, settings: FetchSettings, clock: Callable[[], datetime], **hooks: Any) -> None:
        limits = {
            "deadline_s": min(settings.deadline_s, DEADLINE_S),
            "max_bytes": min(settings.max_bytes, MAX_BYTES),
            "concurrency": min(settings.concurrency, AT_ONCE),
        }
        super().__init__(settings.model_copy(update=limits), clock, **hooks)
        self._headers = self._headers | {"Accept": ACCEPT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleJob:
    """What `extract_article` needs, for the child process."""

    html: bytes
    url: str

    def run(self) -> str:
        """The article's text; empty if there is none."""
        return extract_article(self.html, self.url)[1]


class Extractor:
    """Reads pages one at a time in a child process, which is ended when one takes too long."""

    def __init__(self, limit_s: float = EXTRACT_LIMIT_S) -> None:
        self._child = Child(limit_s)
        self._turn = asyncio.Lock()

    async def __call__(self, html: bytes, url: str) -> str:
        """The article's text; a ParseError if the page is too much to read."""
        async with self._turn:
            return await self._child.run(ArticleJob(html=html, url=url))

    async def aclose(self) -> None:
        """Ends the child, if there is one."""
        await self._child.aclose()


async def read_pages(
    wanted: Sequence[PageWanted],
    fetcher: Fetcher,
    robots: RobotsBook,
    clock: Callable[[], datetime],
    *,
    extract: Extract | None = None,
) -> AsyncIterator[PageRead]:
    """What became of each page, as they finish; those whose site wants more time stay wanted, without a word."""
    extractor = Extractor()
    tasks = [
        asyncio.create_task(read_page(one, fetcher, robots, clock, extract=extract or extractor)) for one in wanted
    ]
    try:
        for task in asyncio.as_completed(tasks):
            page = await task
            if page is not None:
                yield page
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await extractor.aclose()


async def read_page(
    wanted: PageWanted, fetcher: Fetcher, robots: RobotsBook, clock: Callable[[], datetime], *, extract: Extract
) -> PageRead | None:
    """What became of one page; None if its site wants more time between requests, so that it stays wanted."""
    host = urlsplit(wanted.url).hostname or ""

    async def get(url: str) -> bytes:
        return (await fetcher.get(url)).body

    try:
        rules = await robots.rules_for(wanted.url, get)
        if not rules.allows(wanted.url):
            if rules.rules is None:
                return _later(wanted, host, clock(), rules.why, None)
            return _failed(wanted, host, "its site asks not to read this page (robots.txt)")
        if not robots.take_turn(wanted.url, rules):
            return None
        result = await fetcher.get(wanted.url)
        if "html" not in (result.content_type or "text/html").lower():
            return _failed(wanted, host, "it is no web page", result.status)
        text = await extract(result.body, result.final_url)
    except FetchError as error:
        return _after_error(wanted, host, clock(), error)
    except ParseError as error:
        return _failed(wanted, host, str(error))
    if len(text) < max(LEAST_CHARS, wanted.own_chars):
        return _failed(wanted, host, "the page says less than the feed: a teaser, or a wall", result.status)
    return PageRead(report_id=wanted.report_id, host=host, state="read", text=text, status=result.status)


def _after_error(wanted: PageWanted, host: str, now: datetime, error: FeedError) -> PageRead:
    if error.status in AGAIN_STATUSES or (error.status is None and error.kind in AGAIN_KINDS):
        return _later(wanted, host, now, str(error), error.status, error.retry_after_s)
    return _failed(wanted, host, str(error), error.status)


def _later(
    wanted: PageWanted, host: str, now: datetime, why: str, status: int | None, asked_s: float | None = None
) -> PageRead:
    attempts = wanted.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return _failed(wanted, host, f"{why}; given up after {attempts} attempts", status)
    wait = min(max(WAIT * attempts, timedelta(seconds=asked_s or 0.0)), MAX_WAIT)
    return PageRead(
        report_id=wanted.report_id, host=host, state="waiting", status=status, error=why, next_attempt_at=now + wait
    )


def _failed(wanted: PageWanted, host: str, why: str, status: int | None = None) -> PageRead:
    return PageRead(report_id=wanted.report_id, host=host, state="failed", status=status, error=why)
