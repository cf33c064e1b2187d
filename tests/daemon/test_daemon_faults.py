"""What goes wrong around the daemon: a locked database, a full disk, a damaged or newer file, a clock that jumps."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline_world import (
    BASELINE,
    EVACUATED,
    LEVEL,
    START,
    Clock,
    FeedServer,
    make_settings,
    serving,
)

from monitor.baseline.profile import dump_profile
from monitor.daemon.caring import Care
from monitor.daemon.stages import Stages
from monitor.daemon.watch import Watch
from monitor.errors import StoreError
from monitor.feeds.fetch import Fetcher
from monitor.model import Delivery, FeedSource
from monitor.pipeline import deliver, match, poll
from monitor.store import Store, open_store

CONFIG = """
baselines = ["dam.toml"]
[fetch]
per_host_delay_s = 0
allow_private = ["127.0.0.0/8"]
min_interval_s = 0.5
interval_s = 0.5
max_interval_s = 2
[alerts]
first_sight = "alert"
[daemon]
poll_tick_s = 0.2
deliver_tick_s = 0.2
digest_tick_s = 0.2
[health]
min_free_mb = 0
[backup]
keep = 0
[[recipients]]
name = "desk"
channel = "file"
address = "{outbox}"
"""


class Running:
    """A daemon in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        command = [sys.executable, "-m", "monitor", "daemon", "--config", str(folder / "monitor.toml")]
        with self.log.open("w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    def until(self, *words: str, within_s: float = 20.0, times: int = 1) -> None:
        """Returns once so many lines hold all of these words."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            lines = self.log.read_text().splitlines()
            if sum(all(word in line for word in words) for line in lines) >= times:
                return
            assert self.process.poll() is None, f"it ended: {self.log.read_text()}"
            time.sleep(0.05)  # another process is watched: there is nothing to wait on but its log
        raise AssertionError(f"no line with {words} in:\n{self.log.read_text()}")

    def end(self) -> None:
        """SIGTERM, and out within ten seconds."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """One feed with one report."""
    with serving() as feeds:
        feeds.items = {"river": [EVACUATED]}
        yield feeds


@contextmanager
def daemon(folder: Path, server: FeedServer, outbox: Path) -> Iterator[Running]:
    """A daemon over a configuration in that folder."""
    (folder / "monitor.toml").write_text(CONFIG.format(outbox=outbox), encoding="utf-8")
    (folder / "feeds.toml").write_text(f'[[feeds]]\nurl = "{server.url}/river"\n', encoding="utf-8")
    (folder / "dam.toml").write_text(dump_profile(BASELINE), encoding="utf-8")
    running = Running(folder)
    try:
        yield running
        running.end()
    finally:
        running.process.kill()
        running.process.wait()


def count(folder: Path, sql: str) -> int:
    """The number that a query gives."""
    with open_store(folder / "monitor.db", clock=Clock(), check=False) as store:
        return int(next(iter(store.query(sql)[0].values())))


def until(question: object, within_s: float = 30.0) -> None:
    """Returns once the question is answered with yes."""
    end = time.monotonic() + within_s
    while not question():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_database_locked_for_a_minute(tmp_path: Path, server: FeedServer) -> None:
    """While another program keeps the lock, the daemon says so once, stays alive, and then catches up: nothing lost."""
    with daemon(tmp_path, server, tmp_path / "mail") as running:
        running.until("delivered")
        other = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        server.items["river"] = [LEVEL, EVACUATED]
        time.sleep(60)  # the minute is the test's subject
        other.execute("ROLLBACK")
        other.close()
        until(lambda: count(tmp_path, "SELECT COUNT(*) FROM reports") == 2, 130)
        running.until("delivered", times=2, within_s=130)
        said = [line for line in running.log.read_text().splitlines() if "job=poll" in line and "locked" in line]

    assert len(said) == 1
    assert len(list((tmp_path / "mail").glob("*.eml"))) == count(tmp_path, "SELECT COUNT(*) FROM deliveries")
    assert count(tmp_path, "SELECT COUNT(*) FROM v_deliveries WHERE perhaps_twice") == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of that size, or the test is skipped."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("is_read", [True, False])
def test_full_disk(tmp_path: Path, server: FeedServer, is_read: bool) -> None:
    """On a full disk the daemon stays alive, stores nothing half, and goes on by itself once there is room.

    While another program has the database open, it is there to read, and writing fails; else there may be no room even
    for the index of the log, and opening fails.
    """
    with small_disk(tmp_path / "disk", "4m") as disk:
        with daemon(disk, server, tmp_path / "mail") as running, ExitStack() as reading:
            running.until("delivered")
            if is_read:
                reader = reading.enter_context(open_store(disk / "monitor.db", clock=Clock(), check=False))
                assert reader.count_unmatched(BASELINE) >= 0
            filler = disk / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            many = [(f"n{n}", f"Vale Dam holds {n} million cubic metres", "Water " * 200) for n in range(200, 260)]
            server.items["river"] = [*many, EVACUATED]
            running.until("failed", "disk")
            if is_read:
                assert reader.newest_report() == 1
            filler.unlink()
            until(lambda: count(disk, "SELECT COUNT(*) FROM reports") == 61, 130)
        assert count(disk, "SELECT COUNT(*) FROM v_deliveries WHERE perhaps_twice") == 0
        with open_store(disk / "monitor.db", clock=Clock()) as store:
            assert {one.level for one in store.check() if one.where == "database"} == {"ok"}


def pragma(setting: str, path: Path) -> None:
    """Set it in the file."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA {setting}")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b""), "empty, so what it held is lost"),
        (lambda path: path.write_bytes(b"x" * 9000), "not a SQLite database"),
        (lambda path: path.write_bytes(path.read_bytes()[:20000]), "damaged"),
        (partial(pragma, "user_version = 99"), "written by a newer monitor"),
        (partial(pragma, "application_id = 9"), "another program"),
    ],
    ids=["empty", "no database", "damaged", "newer", "foreign"],
)
def test_daemon_refuses_what_it_cannot_use(tmp_path: Path, server: FeedServer, spoil: object, sentence: str) -> None:
    """A file that is empty, damaged, newer or foreign ends the start with one sentence, exit code 1, and untouched."""
    with open_store(tmp_path / "monitor.db", clock=Clock(), create=True):
        pass
    spoil(tmp_path / "monitor.db")  # type: ignore[operator]
    before = (tmp_path / "monitor.db").read_bytes()
    (tmp_path / "monitor.toml").write_text(CONFIG.format(outbox="mail"), encoding="utf-8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    (tmp_path / "dam.toml").write_text(dump_profile(BASELINE), encoding="utf-8")
    running = Running(tmp_path)

    assert running.process.wait(20) == 1
    assert sentence in running.log.read_text()
    assert running.log.read_text().count("\n") == 1
    assert (tmp_path / "monitor.db").read_bytes() == before


class Kept:
    """A channel that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, delivery: Delivery) -> None:
        """Take it."""
        self.taken.append(delivery.message.message_id)


@pytest.fixture
def store(tmp_path: Path, server: FeedServer) -> Iterator[Store]:
    """A database with one message that waits."""
    clock = Clock()
    settings = make_settings(tmp_path, alerts={"first_sight": "alert"})
    with open_store(tmp_path / "monitor.db", clock=clock, create=True, busy_timeout_s=0.05) as opened:
        poll(opened, [FeedSource(url=f"{server.url}/river")], settings, clock=clock, rng=Random(1))
        match(opened, [BASELINE], settings, clock=clock)
        yield opened


def test_message_taken_while_the_database_was_locked_goes_out_once(store: Store, tmp_path: Path) -> None:
    """What a channel accepted and the database could not take down is noted at the next run, not sent again."""
    clock, settings, channel, unmarked = Clock(), make_settings(tmp_path), Kept(), set[int]()
    other = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)

    def run() -> None:
        deliver(
            store,
            settings,
            clock=clock,
            rng=Random(1),
            open_one=lambda name: channel,
            unmarked=unmarked,
            failpoint=lambda name: other.execute("BEGIN IMMEDIATE") if name == "deliver: accepted" else None,
        )

    with pytest.raises(StoreError, match="locked by another program"):
        run()
    assert len(unmarked) == 1
    other.execute("ROLLBACK")
    other.close()
    clock.forward(days=1)
    run()

    assert len(channel.taken) == 1
    assert store.query("SELECT state, perhaps_twice FROM v_deliveries") == [{"state": "sent", "perhaps_twice": 0}]


class TimeTraveller:
    """Stages over a feed that is polled every hour, under a clock that jumps."""

    def __init__(self, folder: Path, server: FeedServer) -> None:
        settings = make_settings(folder, digest={"when_empty": "send", "timezone": "Europe/Berlin"})
        source = FeedSource(url=f"{server.url}/river")
        watch = Watch(settings=settings, sources=(source,), baselines=(BASELINE,), files=())
        self.clock = Clock(START)
        self.server = server
        self.folder = folder
        self.stages = Stages(lambda: watch, self.clock, Fetcher, Random(1))
        self.care = Care(lambda: watch, self.clock)
        self.stages.prepare()

    def live(self, *, hours: float) -> int:
        """Tick every ten minutes for so long; gives how often the feed was asked."""
        before = len(self.server.answered)
        for _ in range(int(hours * 6)):
            self.tick()
            self.clock.forward(minutes=10)
        return len(self.server.answered) - before

    def tick(self) -> None:
        """All jobs once."""
        self.stages.poll()
        self.stages.match()
        self.stages.digest()
        self.stages.deliver()

    def jump(self, **units: float) -> None:
        """The clock is set; the daemon notices."""
        self.clock.forward(**units)
        self.care.mend_clock()

    def digests(self) -> list[str]:
        """The local dates that digests were made for."""
        with open_store(self.folder / "monitor.db", clock=self.clock, check=False) as store:
            return [row["local_date"] for row in store.query("SELECT local_date FROM digests ORDER BY local_date")]


@pytest.fixture
def traveller(tmp_path: Path, server: FeedServer) -> TimeTraveller:
    """One who has lived for three hours."""
    made = TimeTraveller(tmp_path, server)
    made.live(hours=3)
    return made


@pytest.mark.parametrize("hours", [24, -24, 1, -1])
def test_clock_that_is_set_makes_no_burst_and_no_silence(traveller: TimeTraveller, hours: float) -> None:
    """A clock set by a day or an hour: at most one catch-up poll, the rhythm goes on, one digest a local date."""
    usual = traveller.live(hours=3)
    traveller.jump(hours=hours)
    after = traveller.live(hours=3)

    assert usual - 1 <= after <= usual + 1
    assert len(traveller.digests()) == len(set(traveller.digests()))


def test_clock_that_was_a_day_ahead_for_a_while(traveller: TimeTraveller) -> None:
    """Set forward and back again: what was planned by the wrong clock is planned anew, within one interval."""
    traveller.jump(days=1)
    traveller.live(hours=1)
    traveller.jump(days=-1)

    assert traveller.live(hours=1.5) >= 1
    assert len(traveller.digests()) == len(set(traveller.digests()))


def test_three_days_of_sleep(traveller: TimeTraveller) -> None:
    """After a suspend of three days each feed is asked once, and one digest tells the missed dates."""
    before = traveller.digests()
    traveller.jump(days=3)
    asked = len(traveller.server.answered)
    traveller.tick()
    traveller.tick()

    assert len(traveller.server.answered) - asked == 1
    assert len(traveller.digests()) == len(before) + 1


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_digests_of_the_stages_through_clock_changes(tmp_path: Path, server: FeedServer, zone: str) -> None:
    """Through the changes of 2026, with the daemon started anew each hour, each local date gets one digest."""
    for number, day in enumerate(
        ("2026-03-07T00:00:00+00:00", "2026-03-28T00:00:00+00:00", "2026-10-24T00:00:00+00:00")
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        traveller = TimeTraveller(folder, server)
        settings = make_settings(folder, digest={"when_empty": "send", "timezone": zone, "at": "02:30"})
        watch = Watch(settings=settings, sources=(), baselines=(BASELINE,), files=())
        traveller.clock.now = START.fromisoformat(day)
        for _ in range(72):
            stages = Stages(lambda watch=watch: watch, traveller.clock, Fetcher, Random(1))  # type: ignore[misc]
            stages.prepare()
            stages.match()
            stages.digest()
            traveller.clock.forward(hours=1)
        dates = traveller.digests()

        assert dates == sorted(set(dates))
        assert len(dates) in (3, 4)


def test_mail_that_reaches_nobody_for_hours_is_an_illness(traveller: TimeTraveller) -> None:
    """Retries that go on as planned hide no outage: after three hours the daemon says so, until the message is out."""
    mail = traveller.folder / "mail"
    mail.rename(traveller.folder / "earlier")
    mail.write_text("a file where the folder should be")
    traveller.clock.forward(hours=24)  # another digest is due
    traveller.live(hours=3)
    assert traveller.stages.undelivered is None
    traveller.live(hours=2)

    assert traveller.stages.undelivered is not None
    assert traveller.stages.undelivered.startswith("no message reaches Ada: ")
    mail.unlink()
    traveller.live(hours=1)
    assert traveller.stages.undelivered is None
    assert len(list(mail.glob("*.eml"))) == 1
