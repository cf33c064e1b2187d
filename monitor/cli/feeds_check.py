"""Asks feeds without storing anything: for `feeds add` and `feeds check`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.cli.options import utc_now
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report

LATEST = 5  # titles shown before a feed is added


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that answered, and the other feeds of the page that names it."""

    url: str
    title: str | None
    latest: tuple[Report, ...]
    others: tuple[str, ...] = ()

    def preview(self) -> str:
        """Its name and latest titles, and what else the page has."""
        from monitor.cli.output import clean
        from monitor.cli.tables import cell_text

        lines = [clean(f"{self.title or 'a feed without a name'}: {self.url}")]
        for report in self.latest:
            when = f"{cell_text(report.published)[:10]}  " if report.published else ""
            lines.append(f"  {when}{clean(report.title or report.summary[:80] or report.key)}")
        if not self.latest:
            lines.append("  it holds no items at the moment")
        if self.others:
            lines.append("other feeds of the page, for --pick:")
            lines += [f"  {place}  {clean(url)}" for place, url in self.others_numbered()]
        return "\n".join(lines) + "\n"

    def others_numbered(self) -> list[tuple[int, str]]:
        """The page's feeds with their numbers, this one left out."""
        return [(place, url) for place, url in enumerate(self.others, 1) if url != self.url]


def resolve_feed(url: str, settings: Settings, pick: int = 1) -> FoundFeed:
    """The feed at the address given, or the chosen one of those that the page there names."""
    outcome = ask_feeds([FeedSource(url=url)], settings)[0]
    if outcome.feed is not None:
        return _found(outcome.permanent_url or url, outcome.feed)
    links = _discovered(url, settings)
    if not links:
        raise ConfigError(f"{url}: {outcome.error}; name the feed's own address, or add it unasked with --no-check")
    if pick > len(links):
        raise ConfigError(f"{url}: names {len(links)} feeds, so there is no number {pick}: {', '.join(links)}")
    chosen = links[pick - 1]
    found = ask_feeds([FeedSource(url=chosen)], settings)[0]
    if found.feed is None:
        raise ConfigError(
            f"{chosen}: named by {url} as its feed, but {found.error}; name another address, or --pick another feed"
        )
    return _found(chosen, found.feed, tuple(links) if len(links) > 1 else ())


def _found(url: str, feed: ParsedFeed, others: tuple[str, ...] = ()) -> FoundFeed:
    latest = sorted(feed.reports, key=lambda one: one.published.timestamp() if one.published else 0.0, reverse=True)
    return FoundFeed(url=url, title=feed.title, latest=tuple(latest[:LATEST]), others=others)


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
