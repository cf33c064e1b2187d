"""Polls that are kept together: what each brought beside what is stored, and one transaction for all of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from monitor.model import FeedOutcome, FeedSource, FeedState
from monitor.store import feeds, fetches
from monitor.store.arriving import Arrivals
from monitor.store.connection import Connection
from monitor.store.records import PollStored
from monitor.store.sightings import Document

Row = dict[str, Any]


class Together:
    """The polls of one transaction; `Store.together` opens it and makes all of them count, or none."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
        self._arrivals = Arrivals(connection)

    def look(self, source: FeedSource, outcome: FeedOutcome) -> "Polled":
        """What a poll brought, beside what is stored of the feed."""
        return Polled(self._connection, self._arrivals, self._clock, source, outcome)

    def flush(self) -> None:
        """Put all new reports into their table; they wait until then."""
        self._arrivals.flush()

    def commit(self) -> None:
        """End the transaction: the long part of it. Another thread may do this, if the store is left alone meanwhile.

        Python runs on while SQLite is at work; one that did all of it in another thread would hand the lock of Python
        to and fro for each row.
        """
        self.flush()
        self._connection.commit()


class Polled:
    """One poll's outcome."""

    def __init__(
        self,
        connection: Connection,
        arrivals: Arrivals,
        clock: Callable[[], datetime],
        source: FeedSource,
        outcome: FeedOutcome,
    ) -> None:
        self._connection = connection
        self._arrivals = arrivals
        self._clock = clock
        self._outcome = outcome
        self._feed = feeds.find(connection, source.url)
        self._document = self._look_up(self._feed)

    def _look_up(self, feed: Row | None) -> Document | None:
        read = self._outcome.feed
        if feed is None or read is None:
            return None
        if feed["title"] is None:  # so that the first reports already carry the feed's name
            feed = {**feed, "title": read.title}
        return Document(self._connection, feed, read.reports)

    @property
    def new(self) -> int:
        """How many of the outcome's reports are not stored yet."""
        if self._document is not None:
            return len(self._document.new_keys())
        return len({report.key for report in self._outcome.feed.reports}) if self._outcome.feed else 0

    def record(self, next_state: FeedState) -> PollStored:
        """Keep what the poll brought: reports, revisions, validators, next poll time, the fetch.

        Gives zeros and keeps nothing if the feed was removed while it was polled.
        """
        feed = self._feed
        if feed is None or not feed["active"]:
            return PollStored()
        now = self._clock()
        stored = self._document.save(self._arrivals, now) if self._document is not None else PollStored()
        feeds.record(self._connection, feed["id"], self._outcome, next_state, new=stored.new, now=now)
        fetches.record(self._connection, feed["id"], self._outcome, stored)
        return stored
