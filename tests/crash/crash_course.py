"""One course of all stages in a process of its own, which ends itself by SIGKILL where the test wants it to.

Points are reached through the `failpoint` argument of the stages, statements through SQLite's own trace.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline_world import BASELINE, Clock, make_settings

from monitor.model import Delivery, FeedSource
from monitor.pipeline import deliver, digest, match, poll, read_articles
from monitor.store import Store, open_store

# Every named point of the stages, in the order of a course.
POINTS = (
    "poll: before fetching",
    "poll: fetched",
    "poll: stored",
    "match: scored",
    "match: before alerts",
    "match: before commit",
    "match: committed",
    "read: fetched",
    "read: stored",
    "digest: composed",
    "digest: recorded",
    "deliver: claimed",
    "deliver: accepted",
    "deliver: marked",
)


@dataclass(frozen=True)
class Course:
    """What a course needs to know; travels to the other process."""

    folder: Path
    feeds: tuple[str, ...]
    now: datetime
    day: date
    die_at_point: tuple[str, int] | None = None  # (name, at its so-manieth time)
    die_at_statement: int | None = None


class Ledger:
    """A channel that writes down each Message-ID it accepts, on disk before it answers."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, delivery: Delivery) -> None:
        """Accept the message."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(handle, f"{delivery.message.message_id}\n".encode())
        os.close(handle)


def die() -> None:
    """End at once: no finally, no rollback, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


def run_course(course: Course) -> int:
    """All stages once; gives how many SQL statements they took."""
    clock = Clock(course.now)
    seen: dict[str, int] = {}
    statements = 0

    def failpoint(name: str) -> None:
        seen[name] = seen.get(name, 0) + 1
        if course.die_at_point == (name, seen[name]):
            die()

    def traced(sql: str) -> None:
        nonlocal statements
        statements += 1
        if statements == course.die_at_statement:
            die()

    with open_store(course.folder / "monitor.db", clock=clock) as store:
        store._connection._raw.set_trace_callback(traced)
        run_stages(store, course, clock, failpoint)
    return statements


def run_stages(store: Store, course: Course, clock: Clock, failpoint: Callable[[str], None]) -> None:
    """Poll, match, read pages and match by them, digest, deliver."""
    settings = make_settings(course.folder)
    sources = [FeedSource(url=url, full_text=url.endswith("/port")) for url in course.feeds]
    poll(store, sources, settings, clock=clock, rng=Random(1), failpoint=failpoint)
    match(store, [BASELINE], settings, clock=clock, failpoint=failpoint)
    read_articles(store, settings, clock=clock, failpoint=failpoint)
    match(store, [BASELINE], settings, clock=clock)
    digest(store, settings, [BASELINE.id], clock=clock, local_date=course.day, failpoint=failpoint)
    ledger = Ledger(course.folder / "accepted.txt")
    deliver(store, settings, clock=clock, rng=Random(1), open_one=lambda name: ledger, failpoint=failpoint)
