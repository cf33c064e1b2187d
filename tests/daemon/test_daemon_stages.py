from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.config import Settings
from monitor.daemon.stages import Stages
from monitor.daemon.watch import Watch
from monitor.feeds.fetch import Fetcher
from monitor.model import Baseline, Claim


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Half past six in Berlin."""
    return Clock(datetime(2026, 1, 10, 5, 30, tzinfo=UTC))


@pytest.fixture
def stages(tmp_path: Path, clock: Clock) -> Stages:
    """Stages over an empty database, with one recipient of digests at seven in Berlin, also of empty ones."""
    settings = Settings.model_validate(
        {
            "database": tmp_path / "monitor.db",
            "digest": {"timezone": "Europe/Berlin", "when_empty": "send"},
            "recipients": [{"name": "desk", "channel": "file", "address": str(tmp_path / "outbox")}],
        }
    )
    claims = (Claim(id="B1", text="The Harbour Bridge in Larnport reopens on 4 May 2026."),)
    baseline = Baseline(id="bridge", title="The bridge", claims=claims, entities=(), revision="1")
    watch = Watch(settings=settings, sources=(), baselines=(baseline,), files=())
    made = Stages(lambda: watch, clock, Fetcher, Random(1))
    made.prepare()
    made.match()  # the database knows the baseline from here on
    return made


def mails(folder: Path) -> int:
    """How many mails lie in the outbox folder."""
    return len(list((folder / "outbox").glob("*.eml")))


def test_one_digest_a_local_date(stages: Stages, clock: Clock, tmp_path: Path) -> None:
    """However often the tick comes, each local date gets one digest; a clock set back makes none."""
    for _ in range(3):
        stages.digest()  # of the day before, at once: there was none yet
        stages.deliver()
    assert mails(tmp_path) == 1

    clock.now += timedelta(hours=1)
    for _ in range(3):
        stages.digest()
        stages.deliver()
    assert mails(tmp_path) == 2

    clock.now -= timedelta(days=1)
    stages.digest()
    stages.deliver()
    assert mails(tmp_path) == 2


def test_missed_dates_give_one_digest(stages: Stages, clock: Clock, tmp_path: Path) -> None:
    """After three days of sleep one digest tells everything."""
    stages.digest()
    clock.now += timedelta(days=3, hours=2)
    stages.digest()
    stages.digest()
    stages.deliver()

    assert mails(tmp_path) == 2


def test_quiet_stages_do_nothing(stages: Stages, tmp_path: Path) -> None:
    """Without feeds and reports every stage ends well, maintenance included, and nobody is told anything."""
    stages.poll()
    stages.match()
    stages.maintain()
    stages.deliver()

    assert mails(tmp_path) == 0
