"""A process is killed in the middle of its work; run again, nothing is missing, nothing is there twice."""

import multiprocessing
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from crash_course import POINTS, Course, run_course
from pipeline_world import BAKERY, EVACUATED, FOOTBALL, LEVEL, START, Clock, FeedServer, serving

from monitor.store import Store, open_store

# One process imports everything once; each course is a fork of it, a real process with a life of its own.
FORKS = multiprocessing.get_context("forkserver")
STAGES = [f"monitor.pipeline.{name}" for name in ("polling", "judging", "digesting", "delivering")]
FORKS.set_forkserver_preload(["monitor.matching.matcher", "monitor.feeds.feedparser_reader", *STAGES])

LATER = timedelta(hours=3)  # after the lease of a claimed delivery and the interval of every feed
STATEMENTS_FAST = 8
KILLS_SLOW = 100


@dataclass(frozen=True)
class Ground:
    """A database before the news comes, the server that has them, and what an undisturbed course makes of them."""

    folder: Path
    feeds: tuple[str, ...]
    expected: dict[str, object]
    statements: int

    def course(self, folder: Path) -> Course:
        """A course over a copy of the database, in a folder of its own."""
        shutil.copy(self.folder / "monitor.db", folder / "monitor.db")
        return Course(folder=folder, feeds=self.feeds, now=START + LATER, day=date(2026, 1, 5))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Three feeds that were polled once, and since then have news: two stories, one with a copy, one item twice."""
    folder = tmp_path_factory.mktemp("ground")
    with serving() as server:
        server.items = {"river": [FOOTBALL], "hill": [BAKERY], "port": []}
        feeds = tuple(f"{server.url}/{name}" for name in server.items)
        with open_store(folder / "monitor.db", clock=Clock(), create=True):
            pass
        run_course(Course(folder=folder, feeds=feeds, now=START, day=date(2026, 1, 4)))
        _publish(server)
        quiet = tmp_path_factory.mktemp("quiet")
        first = Ground(folder=folder, feeds=feeds, expected={}, statements=0)
        course = first.course(quiet)
        statements = run_course(course)
        yield replace(first, expected=_contents(course), statements=statements)


def _publish(server: FeedServer) -> None:
    server.items["river"] = [EVACUATED, LEVEL, FOOTBALL]
    server.items["hill"] = [("copy", EVACUATED[1], EVACUATED[2]), BAKERY]
    page = "The water of the Vale Dam fell again on Monday, and the port of the lake town lies dry. " * 5
    server.pages["port/level-2"] = f"<html><body><article><p>{page}</p></article></body></html>"
    server.items["port"] = [("level-2", "Dam holds less", "The Vale Dam holds 33 million cubic metres of water now.")]


@contextmanager
def _opened(course: Course) -> Iterator[Store]:
    with open_store(course.folder / "monitor.db", clock=Clock(course.now)) as store:  # includes quick_check
        yield store


def _contents(course: Course) -> dict[str, object]:
    """What must be the same whether or not a process was killed on the way."""
    questions = {
        "reports": "SELECT f.title AS feed, r.key, r.first_sight FROM reports r JOIN feeds f ON f.id = r.feed_id",
        "texts": "SELECT key, version, text_source, LENGTH(content) AS chars FROM reports",
        "pages": "SELECT r.key, a.state FROM articles a JOIN reports r ON r.id = a.report_id",
        "verdicts": "SELECT r.title, v.decision FROM verdicts v JOIN reports r ON r.id = v.report_id",
        "matches": "SELECT title, publisher, claim_id, relation FROM v_matches",
        "stories": "SELECT title, COUNT(*) AS n FROM reports WHERE story_id IS NOT NULL GROUP BY story_id, title",
        "alerts": "SELECT claim_id, relation, state, COUNT(*) AS n FROM v_alerts GROUP BY 1, 2, 3",
        "digests": "SELECT recipient, local_date FROM digests",
        "told": "SELECT COUNT(*) AS n FROM digest_members",
        "deliveries": "SELECT kind, recipient, state FROM v_deliveries",
        "validators": "SELECT url, etag FROM feeds",
    }
    with _opened(course) as store:
        found: dict[str, object] = {
            name: sorted(map(repr, (tuple(row.values()) for row in store.query(sql))))
            for name, sql in questions.items()
        }
        accepted = _accepted(course)
        known = {row["message_id"] for row in store.query("SELECT message_id FROM deliveries WHERE state = 'sent'")}
        twice = store.query("SELECT COUNT(*) AS n FROM v_deliveries WHERE perhaps_twice")[0]["n"]
    assert set(accepted) == known, "a message is marked as sent and was not, or the other way round"
    assert sum(accepted.values()) - len(accepted) <= twice <= 1, "a repeat that nobody would recognise"
    return found


def _accepted(course: Course) -> Counter[str]:
    path = course.folder / "accepted.txt"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def _kill(course: Course, *, after_s: float | None = None) -> bool:
    """Run the course in a process of its own; True if it was killed, False if it came to its end before that."""
    process = FORKS.Process(target=run_course, args=(course,))
    process.start()
    if after_s is not None:
        time.sleep(after_s)  # the moment is the test's subject, nothing is waited for
        with suppress(ProcessLookupError):  # it may just have come to its end
            process.kill()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _recovered(course: Course, *, times: int = 1) -> dict[str, object]:
    """The contents after the course was run again, later; so often, to see that nothing comes twice."""
    for number in range(times):
        later = course.now + (number + 1) * LATER
        run_course(replace(course, now=later, die_at_point=None, die_at_statement=None))
    return _contents(course)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(ground: Ground, tmp_path: Path, point: str) -> None:
    """Wherever a stage is killed, running it again gives what an undisturbed run would have given."""
    course = replace(ground.course(tmp_path), die_at_point=(point, 1))

    assert _kill(course)
    assert _recovered(course) == ground.expected


@pytest.mark.parametrize("part", range(STATEMENTS_FAST))
def test_killed_at_a_statement(ground: Ground, tmp_path: Path, part: int) -> None:
    """The same for a kill inside the transactions, at statements spread over the whole course."""
    number = 1 + part * (ground.statements - 1) // (STATEMENTS_FAST - 1)
    course = replace(ground.course(tmp_path), die_at_statement=number)

    assert _kill(course)
    assert _recovered(course) == ground.expected


@pytest.mark.slow
def test_killed_at_every_third_statement(ground: Ground, tmp_path: Path) -> None:
    """The same for every third statement of the course."""
    for number in range(1, ground.statements + 1, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        course = replace(ground.course(folder), die_at_statement=number)
        _kill(course)

        assert _recovered(course, times=2) == ground.expected, number


@pytest.mark.slow
def test_killed_at_random_moments(ground: Ground, tmp_path: Path) -> None:
    """The same for kills from outside at any moment, some of them during the recovery of another."""
    rng, killed = Random(20260105), 0
    for number in range(KILLS_SLOW):
        folder = tmp_path / str(number)
        folder.mkdir()
        course = ground.course(folder)
        killed += _kill(course, after_s=rng.uniform(0.0, 0.6))
        if number % 4 == 0:
            killed += _kill(replace(course, now=course.now + LATER), after_s=rng.uniform(0.0, 0.6))
            course = replace(course, now=course.now + LATER)

        assert _recovered(course, times=2) == ground.expected, number
    print(f"{killed} kills, nothing lost")
    assert killed > KILLS_SLOW / 4
