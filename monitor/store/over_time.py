"""The store's questions about feeds and items over time: part of `Store`, which inherits them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.model import FeedNews, FeedStanding, Message, Recipient
from monitor.model_pages import PageRead, PageWanted
from monitor.store import articles, feeds, fetches, floods, retention
from monitor.store.part import Part

REMOVED_AT_ONCE = 200  # in one transaction, so that others never wait long for the lock


class OverTime(Part):
    """What becomes of feeds and items in the course of time."""

    def feed_history(self, url: str) -> list[dict[str, Any]]:
        """The last polls of a feed, newest first."""
        return fetches.history(self._connection, url)

    def latest_errors(self, since: datetime) -> dict[str, str | None]:
        """How the last poll of each feed asked since then failed, by one word; None where it went well."""
        return fetches.latest_errors(self._connection, since)

    def arrivals(self, url: str) -> tuple[datetime, ...]:
        """When the feed lately brought something new, oldest first; its first sight left out."""
        return feeds.arrivals(self._connection, url)

    # ---- what people are told of feeds --------------------------------------------------------------------------

    def feed_standings(self) -> list[FeedStanding]:
        """How each configured feed fares, and what people were last told of that."""
        return feeds.standings(self._connection)

    def tell_of_feeds(
        self, news: Sequence[FeedNews], headline: str, told: Sequence[tuple[Recipient, Message, datetime]]
    ) -> None:
        """Keep that people are told this, with the messages, in one transaction."""
        with self._connection.write():
            feeds.tell(self._connection, news, headline, told, self._clock())

    def floods(self, since: datetime) -> list[dict[str, Any]]:
        """The feeds of which alerts were held back as too many since then, and nobody was told of that yet."""
        return floods.untold(self._connection, since)

    def tell_of_flood(self, url: str, headline: str, told: Sequence[tuple[Recipient, Message, datetime]]) -> None:
        """Keep that people are told of a flood, with the messages, in one transaction."""
        with self._connection.write():
            floods.tell(self._connection, url, headline, told, self._clock())

    # ---- pages ----------------------------------------------------------------------------------------------------

    def wanted_pages(self, *, near: bool, since: datetime, limit: int) -> list[PageWanted]:
        """The reports whose article's page should be read now, the most relevant first."""
        return articles.wanted(self._connection, near=near, since=since, now=self._clock(), limit=limit)

    def record_page(self, page: PageRead) -> bool:
        """Keep what came of a page; gives whether its report waits for another judgement now."""
        with self._connection.write():
            return articles.record(self._connection, page, self._clock())

    # ---- retention ------------------------------------------------------------------------------------------------

    def remove_reports(self, before: datetime, matched_before: datetime | None) -> int:
        """Remove what was last seen before that time and nothing hangs on; what matches only before the other time."""
        removed = 0
        with self._connection.write():
            retention.close_dead_feeds(self._connection, before)
        while True:
            with self._connection.write():
                now = self._clock()
                found = retention.remove_reports(
                    self._connection,
                    before=before,
                    matched_before=matched_before,
                    limit=REMOVED_AT_ONCE,
                    now=now,
                )
                if not found:
                    if removed:
                        retention.remove_empty_stories(self._connection)
                    return removed
            removed += found
