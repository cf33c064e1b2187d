"""Exactly one digest a local date, through every change of the clocks in five years, in six zones."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from pipeline_world import BASELINE, Clock, make_settings

from monitor.daemon.due import is_due, last_due
from monitor.digest.rhythm import is_sign_of_life_due
from monitor.pipeline import digest
from monitor.store import open_store

# Both hemispheres, half an hour's change, a change at midnight, a zone whose summer is the exception, and one without.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Baghdad",
)
TIMES = (time(0, 0), time(2, 30), time(7, 0), time(23, 59))
MINUTE = timedelta(minutes=1)
AROUND = timedelta(hours=13)


def changes(zone: ZoneInfo) -> list[datetime]:
    """The moments of 2024 to 2028 at which the zone's distance from UTC changes."""
    found = []
    hour = datetime(2024, 1, 1, tzinfo=UTC)
    while hour.year < 2029:
        later = hour + timedelta(hours=6)
        if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(hour)
        hour = later
    return found


def due_days(start: datetime, end: datetime, at: time, zone: ZoneInfo) -> list[date]:
    """The date that is due at each minute."""
    days = []
    while start < end:
        days.append(last_due(start, at, zone)[0])
        start += MINUTE
    return days


@pytest.mark.parametrize("name", ZONES)
def test_every_change_gives_one_digest_a_date(name: str) -> None:
    """Minute by minute through each change, dates fall due one after the other: none twice, none left out."""
    zone = ZoneInfo(name)
    found = changes(zone)
    assert len(found) == {"Asia/Baghdad": 0}.get(name, 10)

    for change in found or [datetime(2026, 3, 29, tzinfo=UTC)]:
        for at in TIMES:
            days = due_days(change - AROUND, change + AROUND, at, zone)
            steps = {(later - earlier).days for earlier, later in itertools.pairwise(days)}
            assert steps <= {0, 1}


@pytest.mark.parametrize("name", ZONES)
def test_restart_at_any_minute_makes_what_is_missing_and_nothing_twice(name: str) -> None:
    """After an outage of any length up to half a day that ends at any minute, at most one date is due: the next one."""
    zone = ZoneInfo(name)
    for change in changes(zone)[:4]:
        for at in TIMES:
            start = change - AROUND
            days = due_days(start, change + AROUND, at, zone)
            for outage in (1, 29, 61, 181, 719):
                for up in range(outage, len(days), 7):
                    before = days[up - outage]
                    made = is_due(start + up * MINUTE, before, at, zone)
                    assert made == (days[up] if days[up] != before else None)
                    assert made is None or made == before + timedelta(days=1)


@pytest.mark.parametrize("name", ZONES)
def test_digest_falls_due_on_its_own_date(name: str) -> None:
    """Through five years each date's digest falls due on that date, at its hour or at the end of a gap around it."""
    zone = ZoneInfo(name)
    for at in TIMES:
        noon = datetime(2024, 1, 2, 12, tzinfo=UTC)
        while noon.year < 2029:
            day, moment = last_due(noon, at, zone)
            local = moment.astimezone(zone)
            late = datetime.combine(local.date(), local.time()) - datetime.combine(day, at)
            assert local.date() == day
            assert timedelta() <= late <= timedelta(hours=1)
            noon += timedelta(hours=23)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A day before the clocks go back in Berlin."""
    return Clock(datetime(2026, 10, 24, 0, 0, tzinfo=UTC))  # type: ignore[return-value]


def test_database_holds_one_digest_a_date_whatever_the_clock_does(tmp_path: Path, clock: Clock) -> None:
    """Through a change, a clock set back and on by a day, and three days of suspend: one digest for each date made."""
    settings = make_settings(tmp_path, digest={"at": "02:30", "timezone": "Europe/Berlin", "when_empty": "send"})
    zone = settings.digest.zone
    ada = settings.recipients[0]
    jumps = {40: timedelta(days=-1), 90: timedelta(days=1), 150: timedelta(days=3)}
    rng = Random(3)
    with open_store(tmp_path / "monitor.db", clock=clock, create=True) as store:
        for step in range(250):
            day = is_due(clock(), store.last_digest(ada.name), settings.digest.at, zone)
            # Two at once, as after a restart in the middle: the second finds the date taken.
            for _ in range(2) if day else ():
                digest(store, settings, [BASELINE.id], clock=clock, local_date=day)
            clock.forward(minutes=rng.randint(1, 59))
            clock.now += jumps.get(step, timedelta())
        rows = store.query("SELECT local_date FROM digests ORDER BY id")
        mails = store.query("SELECT COUNT(*) AS n FROM deliveries")[0]["n"]

    dates = [date.fromisoformat(str(row["local_date"])) for row in rows]
    assert dates == sorted(set(dates))
    assert mails == len(dates) >= 7
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(dates)]
    assert sorted(gaps)[:-1] == [1] * (len(gaps) - 1)
    assert max(gaps) in (3, 4)


@pytest.mark.parametrize(
    ("last", "today", "due"),
    [
        (None, date(2026, 3, 1), False),
        (date(2026, 1, 15), date(2026, 2, 14), False),
        (date(2026, 1, 15), date(2026, 2, 15), True),
        (date(2026, 1, 31), date(2026, 2, 27), False),
        (date(2026, 1, 31), date(2026, 2, 28), True),
        (date(2025, 12, 10), date(2026, 1, 10), True),
    ],
)
def test_sign_of_life_comes_once_a_month(last: date | None, today: date, due: bool) -> None:
    """A month after the last digest that went out, one is sent although there is nothing to tell."""
    assert is_sign_of_life_due(last, today) is due


def test_still_watching_is_sent_once_a_month(tmp_path: Path, clock: Clock) -> None:
    """With `monthly`, ninety days without news bring two or three mails that say so, and no more."""
    settings = make_settings(tmp_path, digest={"when_empty": "monthly"})
    with open_store(tmp_path / "monitor.db", clock=clock, create=True) as store:
        made = []
        for _ in range(90):
            day = clock.forward(days=1).date()
            made += [day] if digest(store, settings, [BASELINE.id], clock=clock, local_date=day).made else []

    assert made == [date(2026, 11, 25), date(2026, 12, 25)]
