"""A long life in short time: thousands of polls under a clock that runs ahead. What grows without end is a leak."""

import gc
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline_world import BASELINE, Clock, FeedServer, make_settings, serving

from monitor.daemon.caring import Care
from monitor.daemon.metrics import open_descriptors, resident_bytes
from monitor.daemon.stages import Stages
from monitor.daemon.watch import Watch
from monitor.feeds.fetch import Fetcher
from monitor.model import FeedSource

FEEDS = 20
ITEMS = 30  # new ones in each answer
STEP_H = 3.0  # between two polls of a feed
DAYS = 60  # so long in the clock's time whatever the number of polls, since much is remembered for thirty days
WARM = 0.6  # of all rounds: by then everything that is remembered for a time is full
MOST_GROWTH = 0.10
MOST_WAL_BYTES = 64_000_000

PLACES = "harbour station market bridge school tower garden library museum stadium".split()
EVENTS = "opens closes burns floods moves grows shrinks wins loses waits".split()


class LookingClock(Clock):
    """A clock that looks how large a file is whenever it is asked, which is often and in the middle of everything."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.largest = 0

    def __call__(self) -> datetime:
        self.largest = max(self.largest, _size(self._path))
        return super().__call__()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """Twenty feeds, empty as yet."""
    with serving() as feeds:
        feeds.items = {f"feed{number}": [] for number in range(FEEDS)}
        yield feeds


def publish(server: FeedServer, number: int, rng: Random) -> None:
    """Every feed holds new reports only: most about anything, one of them about the baseline."""
    for name in server.items:
        items = []
        for place in range(ITEMS):
            key = f"{name}-{number}-{place}"
            if place == 0:
                items.append((key, f"Vale Dam holds {rng.randint(20, 60)} million cubic metres", f"Reading {key}."))
                continue
            words = " ".join(rng.choice(PLACES) for _ in range(20))
            title = f"{rng.choice(PLACES)} {rng.choice(EVENTS)} {key}"
            items.append((key, title, f"The {words} near {rng.randint(1, 9999)} {rng.choice(EVENTS)}."))
        server.items[name] = items


@pytest.mark.slow
def test_nothing_grows_without_end(server: FeedServer, tmp_path: Path, soak_polls: int) -> None:
    """After the first part of the way memory grows by a tenth at most; the log stays small, no descriptor is left."""
    rounds = max(20, soak_polls // FEEDS)
    clock, rng = LookingClock(tmp_path / "monitor.db-wal"), Random(1)
    settings = make_settings(tmp_path, retention={"reports_days": 30})
    sources = tuple(FeedSource(url=f"{server.url}/{name}") for name in server.items)
    watch = Watch(settings=settings, sources=sources, baselines=(BASELINE,), files=())
    stages, care = Stages(lambda: watch, clock, Fetcher, Random(1)), Care(lambda: watch, clock)
    stages.prepare()
    memory: list[int] = []
    descriptors: list[int] = []
    began = time.monotonic()
    for number in range(rounds):
        publish(server, number, rng)
        stages.poll()
        stages.match()
        stages.deliver()
        if number % 4 == 0:
            stages.digest()
        if number % 16 == 0:
            stages.maintain()
            care.backup()
        clock.forward(days=DAYS / rounds)
        gc.collect()
        memory.append(resident_bytes())
        descriptors.append(open_descriptors())
    took_s = time.monotonic() - began

    warm = int(rounds * WARM)
    tail = max(1, rounds // 10)
    before, after = max(memory[warm - tail : warm]), max(memory[-tail:])
    raw = sqlite3.connect(tmp_path / "monitor.db")
    polls = len(server.answered)
    stored = raw.execute("SELECT MAX(id) FROM reports").fetchone()  # old ones are removed meanwhile
    verdict = raw.execute("PRAGMA quick_check").fetchone()[0]
    raw.close()
    print(
        f"\n{polls} polls, {stored[0]} reports in {took_s:.0f} s: memory {before / 1e6:.0f} MB after {warm} rounds, "
        f"{after / 1e6:.0f} MB at the end ({after / before - 1:+.1%}), log at most {clock.largest / 1e6:.1f} MB, "
        f"descriptors {descriptors[warm]} and {descriptors[-1]}, database {_size(tmp_path / 'monitor.db') / 1e6:.0f} MB"
    )
    assert polls >= 0.95 * rounds * FEEDS
    assert stored[0] >= 0.95 * rounds * FEEDS * ITEMS
    assert verdict == "ok"
    assert after <= before * (1 + MOST_GROWTH)
    assert 0 < clock.largest <= MOST_WAL_BYTES
    assert descriptors[-1] <= descriptors[warm]


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
