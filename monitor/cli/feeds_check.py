"""Asks feeds without storing anything: for `feeds add` and `feeds check`."""

import asyncio
from collections.abc import Sequence

from monitor.cli.options import utc_now
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.model import FeedOutcome, FeedSource, FeedState


def ask_feeds(sources: Sequence[FeedSource], settings: Settings) -> list[FeedOutcome]:
    """What each feed answers now, in the order given."""
    from monitor.cli.progress import Progress

    async def ask() -> dict[str, FeedOutcome]:
        from monitor.feeds.fetch import Fetcher
        from monitor.feeds.poll import poll_feeds

        states = [(source, FeedState(url=source.url)) for source in sources]
        found = {}
        with Progress("asking feeds") as bar:
            async with Fetcher(settings.fetch, utc_now) as fetcher:
                async for outcome in poll_feeds(states, fetcher, utc_now):
                    found[outcome.url] = outcome
                    bar.set(len(found), len(states))
                    bar.note(outcome.url)
        return found

    outcomes = asyncio.run(ask())
    return [outcomes[source.url] for source in sources if source.url in outcomes]


def resolve_feed(url: str, settings: Settings) -> tuple[str, str | None]:
    """The address of the feed itself and its title: the address given, or the feed that the page there names."""
    outcome = ask_feeds([FeedSource(url=url)], settings)[0]
    if outcome.feed is not None:
        return outcome.permanent_url or url, outcome.feed.title
    links = _discovered(url, settings)
    if not links:
        raise ConfigError(f"{url}: {outcome.error}; name the feed's own address, or add it unasked with --no-check")
    found = ask_feeds([FeedSource(url=links[0])], settings)[0]
    if found.feed is None:
        raise ConfigError(f"{links[0]}: named by {url} as its feed, but {found.error}; name another address")
    return links[0], found.feed.title


def _discovered(url: str, settings: Settings) -> list[str]:
    from monitor.errors import FetchError

    async def page() -> list[str]:
        from monitor.feeds.discover import discover
        from monitor.feeds.fetch import Fetcher

        async with Fetcher(settings.fetch, utc_now) as fetcher:
            result = await fetcher.get(url)
        return [found.url for found in discover(result.body, result.final_url)]

    try:
        return asyncio.run(page())
    except FetchError:
        return []
