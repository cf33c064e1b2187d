"""The stages with everything they need, for tests that run them one after the other."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from pipeline_world import (
    BAKERY,
    BASELINE,
    FOOTBALL,
    Clock,
    FeedServer,
    make_settings,
    serving,
    sources_of,
)

from monitor.pipeline import (
    DeliverRun,
    MatchMemory,
    MatchRun,
    PollRun,
    deliver,
    digest,
    match,
    poll,
)
from monitor.store import Store, open_store


class World:
    """The stages with everything they need."""

    def __init__(self, folder: Path, feeds: FeedServer) -> None:
        self.clock = Clock()
        self.feeds = feeds
        self.folder = folder
        self.settings = make_settings(folder)
        self.store: Store = open_store(folder / "monitor.db", clock=self.clock, create=True)
        self.memory = MatchMemory()

    def poll(self, **options: object) -> PollRun:
        return poll(
            self.store,
            sources_of(self.feeds),
            self.settings,
            clock=self.clock,
            rng=Random(1),
            **options,  # type: ignore[arg-type]
        )

    def match(self, *baselines: object) -> MatchRun:
        chosen = baselines or (BASELINE,)
        return match(self.store, chosen, self.settings, clock=self.clock, memory=self.memory)  # type: ignore[arg-type]

    def deliver(self, **options: object) -> DeliverRun:
        return deliver(self.store, self.settings, clock=self.clock, rng=Random(1), **options)  # type: ignore[arg-type]

    def digest(self, day: date | None = None) -> tuple[str, ...]:
        return digest(self.store, self.settings, [BASELINE.id], clock=self.clock, local_date=day).made

    def later(self, **items: list[tuple[str, str, str]]) -> PollRun:
        """The feeds grow, and an hour later they are polled again."""
        for name, new in items.items():
            self.feeds.items[name] = new + self.feeds.items.get(name, [])
        self.clock.forward(hours=2)
        return self.poll()

    def mails(self) -> list[Path]:
        return sorted((self.folder / "mail").glob("*.eml"))

    def count(self, table: str) -> int:
        return int(self.store.query(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two feeds, polled once while they held nothing of interest."""
    with serving() as feeds:
        feeds.items = {"river": [FOOTBALL], "hill": [BAKERY]}
        made = World(tmp_path, feeds)
        with made.store:
            made.poll()
            made.match()
            yield made
