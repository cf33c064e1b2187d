"""The real daemon, with real feeds, mail and webhook, is killed at any point; started again, nothing is missing.

A message may come twice only where it was taken and our note of that was not yet made, and then with the same id.
"""

import multiprocessing
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from json import loads
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

import crash_servers
from crash_daemon import FAILPOINTS, STATEMENTS, WEBHOOK, Course, run_daemon, write_config
from crash_servers import World
from pipeline_world import BAKERY, EVACUATED, FOOTBALL, LEVEL, START, Clock

from monitor.store import open_store
from monitor.store.migrations import SCHEMA_VERSION

FORKS = multiprocessing.get_context("forkserver")

POINTS = (*FAILPOINTS, *STATEMENTS, *WEBHOOK, *crash_servers.POINTS)
# Taken by the other side, and not yet noted by ours.
MAY_DOUBLE = {
    "smtp: text taken",
    "webhook: taken",
    "webhook: half answered",
    "webhook: answered",
    "webhook: accepted",
    "webhook: being marked",
    "deliver: accepted",
    "deliver: being marked",
}
# In `make test`; the others of these points are reached by the shorter courses of test_crash.py.
FAST = (
    "feed: half answered",
    "poll: before commit",
    "match: message being written",
    "deliver: being claimed",
    "smtp: text refused",
    "smtp: text taken",
    "webhook: refused",
    "webhook: taken",
    "webhook: accepted",
    "deliver: being marked",
    "backup: verified",
    "start: tables being made",
    "start: views being made",
)
TURNS = 5
NIGHT = timedelta(hours=24)  # so that another digest is due
LATER = timedelta(hours=3)  # after the interval of every feed
AT_ONCE = timedelta(seconds=5)
STOP_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A kind of database before the news comes, and what an undisturbed life of the daemon makes of it."""

    folder: Path
    world: World
    expected: dict[str, object] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    took_s: float = 0.0

    def course(self, folder: Path) -> Course:
        """A course over a copy, in a folder of its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log", "*.lock"))
        self.world.begin()
        return Course(folder=folder, now=START + NIGHT)


def _publish(world: World) -> None:
    world.feeds.items["river"] = [EVACUATED, LEVEL, FOOTBALL]
    world.feeds.items["hill"] = [("copy", EVACUATED[1], EVACUATED[2]), BAKERY]
    world.feeds.items["port"] = [("level-2", "Dam holds less", "The Vale Dam holds 33 million cubic metres now.")]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ground]]:
    """Three feeds that were polled once and have news since; the same of an older schema; and no database yet."""
    modules = ["pipeline_world", "crash_daemon", "monitor.matching.matcher", "monitor.feeds.feedparser_reader"]
    homes = ("polling", "judging", "digesting", "delivering", "relinking", "reading", "removing", "watching")
    FORKS.set_forkserver_preload(modules + [f"monitor.pipeline.{name}" for name in homes])
    with crash_servers.running() as world:
        folder = tmp_path_factory.mktemp("news")
        world.feeds.items = {"river": [FOOTBALL], "hill": [BAKERY], "port": []}
        feeds = tuple(f"{world.feeds.url}/{name}" for name in world.feeds.items)
        write_config(folder, feeds=feeds, smtp=world.smtp, webhook=world.webhook)
        fresh = Path(shutil.copytree(folder, tmp_path_factory.mktemp("fresh"), dirs_exist_ok=True))
        live(Course(folder=folder, now=START))
        shutil.rmtree(folder / "backups")
        older = Path(shutil.copytree(folder, tmp_path_factory.mktemp("older"), dirs_exist_ok=True))
        with sqlite3.connect(older / "monitor.db") as raw:
            raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
        raw.close()
        _publish(world)
        made = {}
        for name, place in {"news": folder, "older": older, "fresh": fresh}.items():
            course = Ground(folder=place, world=world).course(tmp_path_factory.mktemp("quiet"))
            took_s = live(course)
            reached = loads((course.folder / "reached.json").read_text()) | world.seen
            expected = contents(course.folder, world, killed=0)
            made[name] = Ground(folder=place, world=world, expected=expected, reached=reached, took_s=took_s)
        yield made


def live(course: Course) -> float:
    """One undisturbed life of the daemon; gives how long it took."""
    process = FORKS.Process(target=run_daemon, args=(course,))
    began = time.monotonic()
    process.start()
    process.join(60)
    took_s = time.monotonic() - began
    if process.exitcode != 0:
        process.kill()
        raise AssertionError(f"exit code {process.exitcode}: {(course.folder / 'daemon.log').read_text()}")
    return took_s


def kill(
    course: Course, world: World, *, point: str | None = None, turn: int = 1, after_s: float | None = None
) -> bool:
    """A life that is ended by SIGKILL at that point or moment; False if it came to its end before."""
    process = FORKS.Process(target=run_daemon, args=(replace(course, point=point, turn=turn),))
    process.start()
    assert process.pid is not None
    if point in crash_servers.POINTS:
        world.aim(process.pid, point, turn)
    if after_s is not None:
        time.sleep(after_s)  # the moment is the test's subject, nothing is waited for
        with suppress(ProcessLookupError):
            process.kill()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def contents(folder: Path, world: World, *, killed: int) -> dict[str, object]:
    """What must be the same whether or not the daemon was killed on the way."""
    questions = {
        "reports": "SELECT f.url AS feed, r.key, r.first_sight FROM reports r JOIN feeds f ON f.id = r.feed_id",
        "verdicts": "SELECT r.title, v.decision FROM verdicts v JOIN reports r ON r.id = v.report_id",
        "matches": "SELECT title, publisher, claim_id, relation FROM v_matches",
        "alerts": "SELECT claim_id, relation, state, COUNT(*) AS n FROM v_alerts GROUP BY 1, 2, 3",
        "digests": "SELECT recipient, local_date FROM digests",
        "told": "SELECT COUNT(*) AS n FROM digest_members",
        "deliveries": "SELECT kind, recipient, state FROM v_deliveries",
        "validators": "SELECT url, etag FROM feeds",
    }
    with open_store(folder / "monitor.db", clock=Clock()) as store:  # includes quick_check
        found: dict[str, object] = {
            name: sorted(map(repr, (tuple(row.values()) for row in store.query(sql))))
            for name, sql in questions.items()
        }
        sent = store.query(
            "SELECT channel, message_id, perhaps_twice FROM v_deliveries WHERE state = 'sent' ORDER BY delivery_id"
        )
    twice = sum(row["perhaps_twice"] for row in sent)
    for channel, taken in (("smtp", world.mails), ("webhook", world.posts)):
        noted = [row["message_id"] for row in sent if row["channel"] == channel]
        if channel == "webhook":
            noted = ["msg_" + one.strip("<>").partition("@")[0] for one in noted]
        assert set(taken) >= set(noted), "a message is noted as sent and was never taken"
        # A counter keeps the order in which its keys first came.
        assert [one for one in taken if one in noted] == noted, "one message overtook another on its way to a recipient"
    assert not world.faults, world.faults
    repeats = sum((world.mails + world.posts).values()) - len(world.mails) - len(world.posts)
    assert repeats <= twice <= killed, f"{repeats} repeats, {twice} recognisable, after {killed} kills"
    found["taken"] = (len(world.mails), len(world.posts))
    return found


def recovered(course: Course, world: World, *, killed: int = 1, after: timedelta = LATER) -> dict[str, object]:
    """The contents after the daemon was started again, at once or some hours later."""
    live(replace(course, now=course.now + after, point=None))
    return contents(course.folder, world, killed=killed)


def _ground_for(grounds: dict[str, Ground], point: str) -> Ground:
    kinds = {"start: tables being made": "fresh", "start: views being made": "older"}
    return grounds[kinds.get(point, "news")]


def _repeats(world: World) -> int:
    return sum((world.mails + world.posts).values()) - len(world.mails) - len(world.posts)


@pytest.mark.parametrize("point", FAST)
def test_daemon_killed_at_a_point(grounds: dict[str, Ground], tmp_path: Path, point: str) -> None:
    """Whatever the daemon is at when it is killed, started again it leaves what an undisturbed one would have left."""
    ground = _ground_for(grounds, point)
    course = ground.course(tmp_path)

    assert kill(course, ground.world, point=point)
    assert recovered(course, ground.world, after=AT_ONCE) == ground.expected
    assert point in MAY_DOUBLE or _repeats(ground.world) == 0


@pytest.mark.slow
def test_daemon_killed_five_times_at_every_point(grounds: dict[str, Ground], tmp_path: Path) -> None:
    """The same at every point, at different turns of it; repeats only where the message was taken and not noted."""
    kills: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    for point in POINTS:
        ground = _ground_for(grounds, point)
        assert ground.reached.get(point), f"{point} is never reached"
        for number in range(TURNS):
            course = ground.course(tmp_path / f"{POINTS.index(point)}-{number}")
            turn = 1 + number * (ground.reached[point] - 1) // (TURNS - 1)
            kills[point] += kill(course, ground.world, point=point, turn=turn)

            after = AT_ONCE if number % 2 else LATER
            assert recovered(course, ground.world, after=after) == ground.expected, (point, turn)
            doubled[point] += _repeats(ground.world)
            shutil.rmtree(course.folder)
    print(f"\n{len(POINTS)} points, {kills.total()} kills, nothing lost, {doubled.total()} messages twice: {+doubled}")
    assert set(+doubled) <= MAY_DOUBLE
    assert len(POINTS) >= 24
    assert kills.total() >= 0.95 * TURNS * len(POINTS)


@pytest.mark.slow
def test_daemon_killed_at_random_moments(grounds: dict[str, Ground], tmp_path: Path, kill_count: int) -> None:
    """The same for kills from outside at any moment, each fourth of them followed by another in the recovery."""
    rng, killed, doubled = Random(20260105), 0, 0
    ground = grounds["news"]
    while killed < kill_count:
        course = ground.course(tmp_path / str(killed))
        mine = int(kill(course, ground.world, after_s=rng.uniform(0.0, ground.took_s)))
        if rng.random() < 0.25:
            course = replace(course, now=course.now + LATER)
            mine += kill(course, ground.world, after_s=rng.uniform(0.0, ground.took_s))
        killed += mine

        after = rng.choice((AT_ONCE, LATER))
        assert recovered(course, ground.world, killed=mine, after=after) == ground.expected, killed
        doubled += _repeats(ground.world)
        shutil.rmtree(course.folder, ignore_errors=True)
    print(f"\n{killed} kills at random, nothing lost, {doubled} messages twice")


@pytest.mark.slow
def test_daemon_stopped_at_fifty_moments(grounds: dict[str, Ground], tmp_path: Path) -> None:
    """SIGTERM at any moment ends it within ten seconds, and nothing is lost or told twice."""
    rng, longest_s = Random(7), 0.0
    ground = grounds["news"]
    for number in range(50):
        course = ground.course(tmp_path / str(number))
        process = FORKS.Process(target=run_daemon, args=(replace(course, ends=False),))
        process.start()
        time.sleep(rng.uniform(0.0, ground.took_s * 1.2))
        began = time.monotonic()
        process.terminate()
        process.join(STOP_S)
        longest_s = max(longest_s, time.monotonic() - began)
        # Before it listens for signals it has begun nothing, and ends by the signal itself.
        assert process.exitcode in (0, -signal.SIGTERM), process.exitcode

        assert recovered(course, ground.world, killed=0) == ground.expected, number
        assert _repeats(ground.world) == 0
        shutil.rmtree(course.folder)
    print(f"\n50 stops, the longest took {longest_s:.2f} s")
