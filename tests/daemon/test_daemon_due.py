from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.daemon.due import is_due, last_due

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_due_from_the_local_time_on() -> None:
    """Before seven in Berlin the last due date is yesterday's, from seven on today's."""
    assert last_due(utc("2026-01-10T05:59"), time(7), BERLIN) == (date(2026, 1, 9), utc("2026-01-09T06:00"))
    assert last_due(utc("2026-01-10T06:00"), time(7), BERLIN) == (date(2026, 1, 10), utc("2026-01-10T06:00"))


def test_not_due_again_on_the_same_local_date() -> None:
    """Once made for a date, the digest rests until the next due time; a clock set back changes nothing."""
    at = time(7)

    assert is_due(utc("2026-01-10T08:00"), date(2026, 1, 9), at, BERLIN) == date(2026, 1, 10)
    assert is_due(utc("2026-01-10T08:00"), date(2026, 1, 10), at, BERLIN) is None
    assert is_due(utc("2026-01-09T08:00"), date(2026, 1, 10), at, BERLIN) is None


def test_after_days_of_suspend_one_digest_is_due() -> None:
    """Three missed dates give one digest, for the latest."""
    assert is_due(utc("2026-01-13T08:00"), date(2026, 1, 9), time(7), BERLIN) == date(2026, 1, 13)


def test_never_made_is_due_for_the_latest_date() -> None:
    """The first digest does not wait a day."""
    assert is_due(utc("2026-01-13T05:00"), None, time(7), BERLIN) == date(2026, 1, 12)


def test_time_that_the_clock_skips_falls_due_after_the_gap() -> None:
    """02:30 does not exist in Berlin on 29 March 2026: the digest is due at 03:30 summer time, also after a restart."""
    _, moment = last_due(utc("2026-03-29T12:00"), time(2, 30), BERLIN)

    assert moment == utc("2026-03-29T01:30")
    assert is_due(utc("2026-03-29T01:45"), date(2026, 3, 28), time(2, 30), BERLIN) == date(2026, 3, 29)


def test_time_that_the_clock_shows_twice_falls_due_once() -> None:
    """02:30 comes twice in Berlin on 25 October 2026: due at the first, not again at the second."""
    assert last_due(utc("2026-10-25T00:30"), time(2, 30), BERLIN)[0] == date(2026, 10, 25)
    assert is_due(utc("2026-10-25T01:30"), date(2026, 10, 25), time(2, 30), BERLIN) is None


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "UTC"],
)
@pytest.mark.parametrize("at", [time(0, 0), time(2, 30), time(7, 0), time(23, 59)])
def test_one_digest_a_local_date_through_every_clock_change(zone: str, at: time) -> None:
    """Looking every half hour for two years, each local date gets exactly one digest, in order."""
    made: list[date] = []
    now = utc("2024-01-01T00:00")
    while now < utc("2026-01-01T00:00"):
        day = is_due(now, made[-1] if made else None, at, ZoneInfo(zone))
        if day:
            made.append(day)
        now += timedelta(minutes=30)

    assert made == [made[0] + timedelta(days=place) for place in range(len(made))]
    assert len(made) >= 731
