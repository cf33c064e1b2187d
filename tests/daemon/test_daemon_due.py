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


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # the clock skips midnight
    "Australia/Lord_Howe",  # by half an hour
    "Africa/Casablanca",  # back for the fast, and forth again
    "Asia/Kathmandu",  # never
)


def changes(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """The moments, to the hour, from which the clock of a zone shows another offset, in all these years."""
    found, now = [], datetime(first, 1, 1, tzinfo=UTC)
    while now.year <= last:
        later = now + timedelta(hours=1)
        if now.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(later)
        now = later
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0, 0), time(2, 30), time(3, 0), time(23, 59)])
def test_one_digest_a_local_date_through_every_clock_change(zone: str, at: time) -> None:
    """Around every change of 2024 to 2028, looking every ten minutes, each local date gets exactly one, in order."""
    there = ZoneInfo(zone)
    for change in [*changes(there, 2024, 2028), utc("2024-02-29T00:00"), utc("2027-12-31T22:00")]:
        made: list[date] = []
        now = change - timedelta(days=2)
        while now < change + timedelta(days=2):
            day = is_due(now, made[-1] if made else None, at, there)
            if day:
                made.append(day)
            now += timedelta(minutes=10)

        assert made == [made[0] + timedelta(days=place) for place in range(len(made))], change
        assert 4 <= len(made) <= 6, change


@pytest.mark.parametrize("zone", ZONES)
def test_restart_at_any_minute_of_a_change_makes_none_twice_and_skips_none(zone: str) -> None:
    """What is due depends on the database and the clock alone: a daemon that starts at any minute agrees with one
    that was there all the time."""
    there, at = ZoneInfo(zone), time(2, 30)
    for change in changes(there, 2026, 2026) or [utc("2026-03-29T01:00")]:
        now, last = change - timedelta(hours=6), last_due(change - timedelta(hours=6), at, there)[0]
        for _ in range(12 * 60):
            now += timedelta(minutes=1)
            day, moment = last_due(now, at, there)
            assert moment <= now < moment + timedelta(hours=26)
            assert day - last <= timedelta(days=1)
            last = max(last, day)


def test_another_zone_in_the_configuration_makes_none_for_a_date_that_had_one() -> None:
    """Who moves from Auckland to Honolulu has had the digest of today; the next is for tomorrow."""
    now = utc("2026-01-10T20:00")
    made = is_due(now, None, time(7), ZoneInfo("Pacific/Auckland"))

    assert made == date(2026, 1, 11)
    assert is_due(now, made, time(7), ZoneInfo("Pacific/Honolulu")) is None
    assert is_due(now + timedelta(days=1), made, time(7), ZoneInfo("Pacific/Honolulu")) is None
    assert is_due(now + timedelta(days=2), made, time(7), ZoneInfo("Pacific/Honolulu")) == date(2026, 1, 12)
