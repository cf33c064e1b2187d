"""What a site's robots.txt lets us read: asked once a day for each site, before the first of its pages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.errors import FetchError

AGENT = "monitor"
KEPT_FOR = timedelta(hours=24)
RETRIED_AFTER = timedelta(hours=1)  # where it could not be read, which forbids everything meanwhile
MAX_BYTES = 500_000  # what RFC 9309 has every reader take at least
MAX_DELAY_S = 60.0
MAX_SITES = 2000


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules of one site as they were read."""

    until: datetime
    rules: Protego | None  # None: everything is closed, or open, by `open`
    open: bool = True
    why: str = ""

    def allows(self, url: str) -> bool:
        """Whether the page may be asked for."""
        return self.rules.can_fetch(url, AGENT) if self.rules is not None else self.open

    @property
    def delay_s(self) -> float:
        """Seconds that the site wants between two requests."""
        delay = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(float(delay or 0.0), MAX_DELAY_S)


class RobotsBook:
    """The rules of all sites asked so far; it outlives a run, so that each is asked once a day."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sites: dict[str, SiteRules] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, datetime] = {}

    async def rules_for(self, url: str, get: Callable[[str], Awaitable[bytes]]) -> SiteRules:
        """The rules of the page's site; `get` gives the body of an address or raises FetchError."""
        site = _site(url)
        async with self._locks.setdefault(site, asyncio.Lock()):  # several pages of a site are wanted at once
            known = self._sites.get(site)
            if known is None or known.until <= self._clock():
                if len(self._sites) >= MAX_SITES:
                    self._sites.clear()
                    self._free_at.clear()
                known = self._sites[site] = await self._ask(f"{site}/robots.txt", get)
        self._locks.pop(site, None)  # a lock belongs to one event loop, and the book outlives it
        return known

    def take_turn(self, url: str, rules: SiteRules) -> bool:
        """Whether the site's own time between requests has passed; if so, it begins anew."""
        site, now = _site(url), self._clock()
        if rules.delay_s and now < self._free_at.get(site, now):
            return False
        self._free_at[site] = now + timedelta(seconds=rules.delay_s)
        return True

    async def _ask(self, url: str, get: Callable[[str], Awaitable[bytes]]) -> SiteRules:
        now = self._clock()
        try:
            body = await get(url)
        except FetchError as error:
            # RFC 9309: no such file (4xx) opens everything, trouble of the server closes everything for now.
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return SiteRules(now + KEPT_FOR, None)
            return SiteRules(now + RETRIED_AFTER, None, open=False, why=f"its robots.txt cannot be read: {error}")
        return SiteRules(now + KEPT_FOR, Protego.parse(body[:MAX_BYTES].decode("utf-8", "replace")))


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
