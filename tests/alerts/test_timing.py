"""When an alert reaches whom: quiet hours, snoozes, the limit an hour, waiting for others."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.alerts.timing import Throttle, quiet_until, time_alerts
from monitor.model import Alert, AlertState, Mute, Recipient, Severity

NOW = datetime(2026, 3, 14, 23, 0, tzinfo=UTC)
DESK = Recipient(name="desk", channel="smtp", address="desk@example.org")
NIGHT = replace(DESK, name="night", quiet=(time(22), time(6, 30)), timezone="Europe/Berlin")
ALERT = Alert(
    baseline_id="dam", story_id=9, report_id=5, claim="C1", rule="all", severity=Severity.NORMAL,
    state=AlertState.PENDING, reason="a new story", headline="Contradicts C1", recipients=("desk", "night"),
)  # fmt: skip


def timed(*alerts: Alert, lately: int = 0, now: datetime = NOW, **more: object) -> list[Alert]:
    options: dict[str, object] = {"throttle": Throttle()} | more
    return time_alerts(alerts or (ALERT,), (DESK, NIGHT), lately=lambda name: lately, now=now, **options)


def test_quiet_hours_hold_and_deliver_later() -> None:
    """Who sleeps gets the alert in the morning of their own zone; who does not gets it now."""
    now, later = timed()

    assert (now.state, now.recipients, now.not_before) == (AlertState.PENDING, ("desk",), None)
    assert (later.state, later.recipients) == (AlertState.HELD, ("night",))
    assert later.not_before == datetime(2026, 3, 15, 5, 30, tzinfo=UTC)
    assert later.reason == "quiet hours, delivered from 2026-03-15 05:30 UTC on; a new story"


@pytest.mark.parametrize(
    ("severity", "passes", "held"),
    [(Severity.HIGH, Severity.HIGH, False), (Severity.NORMAL, Severity.HIGH, True), (Severity.HIGH, None, True)],
)
def test_loud_alerts_pass_quiet_hours_if_allowed(severity: Severity, passes: Severity | None, held: bool) -> None:
    """From the severity named on, alerts do not wait."""
    assert (quiet_until(replace(NIGHT, quiet_lets_through=passes), severity, NOW) is not None) is held


@pytest.mark.parametrize(
    ("quiet", "local", "until"),
    [
        (("22:00", "06:30"), "2026-03-14T21:59", None),
        (("22:00", "06:30"), "2026-03-14T22:00", "2026-03-15T06:30"),
        (("22:00", "06:30"), "2026-03-15T06:29", "2026-03-15T06:30"),
        (("22:00", "06:30"), "2026-03-15T06:30", None),
        (("12:00", "14:00"), "2026-03-15T13:00", "2026-03-15T14:00"),
        (("12:00", "14:00"), "2026-03-15T23:00", None),
        # the clocks go on: 02:30 is not shown, quiet hours end after the gap
        (("22:00", "02:30"), "2026-03-28T23:00", "2026-03-29T03:30"),
    ],
)
def test_quiet_hours_are_local(quiet: tuple[str, str], local: str, until: str | None) -> None:
    """Begin and end are times on the recipient's own wall, over midnight and through a change of the clocks."""
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    recipient = replace(NIGHT, quiet=(time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])))
    now = datetime.fromisoformat(local).replace(tzinfo=berlin).astimezone(UTC)
    found = quiet_until(recipient, Severity.NORMAL, now)

    assert (found and found.astimezone(berlin).replace(tzinfo=None)) == (until and datetime.fromisoformat(until))


def test_end_that_the_clock_shows_twice_is_in_the_future() -> None:
    """In the hour that comes twice quiet hours end after now, whichever of the two it is."""
    recipient = replace(NIGHT, quiet=(time(22), time(2, 30)))
    for minutes in range(0, 180, 5):
        now = datetime(2026, 10, 24, 23, 30, tzinfo=UTC) + timedelta(minutes=minutes)
        until = quiet_until(recipient, Severity.NORMAL, now)
        assert until is None or now < until <= datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_more_than_the_limit_goes_to_the_digest() -> None:
    """The alert beyond the number an hour is throttled for that recipient, with the reason."""
    (last,) = timed(replace(ALERT, recipients=("desk",)), lately=2, throttle=Throttle(most_per_hour=3))
    (over,) = timed(replace(ALERT, recipients=("desk",)), lately=3, throttle=Throttle(most_per_hour=3))

    assert last.state is AlertState.PENDING
    assert (over.state, over.not_before) == (AlertState.THROTTLED, None)
    assert over.reason == "more than 3 alerts within an hour, so it is left to the digest"


def test_alerts_of_one_report_count_together() -> None:
    """The limit also holds within one report."""
    one = replace(ALERT, recipients=("desk",))
    found = timed(one, replace(one, claim="C2"), lately=2, throttle=Throttle(most_per_hour=3))

    assert [alert.state for alert in found] == [AlertState.PENDING, AlertState.THROTTLED]


def test_alerts_wait_for_others() -> None:
    """With a batch wait an alert may go out only after it."""
    (alert,) = timed(replace(ALERT, recipients=("desk",)), throttle=Throttle(batch_wait_s=90))

    assert (alert.state, alert.not_before) == (AlertState.PENDING, NOW + timedelta(seconds=90))
    assert alert.reason == "a new story"


def test_snooze_holds_longer_than_the_night() -> None:
    """A snoozed story is delivered when the snooze ends, also to those who sleep until earlier."""
    snooze = Mute(id=1, kind="snooze", until=NOW + timedelta(days=1), story_id=9)
    (alert,) = timed(mutes=[snooze])

    assert (alert.state, alert.recipients) == (AlertState.HELD, ("desk", "night"))
    assert alert.not_before == snooze.until
    assert alert.reason.startswith("story 9 is snoozed, delivered from 2026-03-15 23:00 UTC on")
    assert timed(mutes=[replace(snooze, story_id=8)])[0].state is AlertState.PENDING


def test_recipients_may_ask_for_loud_alerts_only() -> None:
    """Below a recipient's own severity an alert is left to their digest."""
    loud = replace(DESK, min_severity=Severity.HIGH)
    options = {"throttle": Throttle(most_per_hour=1), "lately": lambda name: 0, "now": NOW}
    quiet, *_ = time_alerts([replace(ALERT, recipients=("desk",))], [loud], **options)
    told, *_ = time_alerts([replace(ALERT, recipients=("desk",), severity=Severity.HIGH)], [loud], **options)

    assert (quiet.state, quiet.not_before) == (AlertState.HELD, None)
    assert "below the severity" in quiet.reason
    assert told.state is AlertState.PENDING


def test_held_alerts_stay_as_they_are() -> None:
    """What is not to be told is not timed."""
    held = replace(ALERT, state=AlertState.HELD, reason="nothing new")

    assert timed(held) == [held]


def test_who_gets_no_digest_gets_the_rest_at_the_full_hour() -> None:
    """What is too much for somebody without digests is gathered until the hour is full, and never just dropped."""
    (over,) = time_alerts(
        [replace(ALERT, recipients=("desk",))],
        [replace(DESK, digest=False)],
        lately=lambda name: 3,
        now=NOW + timedelta(minutes=20),
        throttle=Throttle(most_per_hour=3),
    )

    assert (over.state, over.not_before) == (AlertState.HELD, NOW + timedelta(hours=1))
    assert over.reason == "more than 3 alerts within an hour, delivered from 2026-03-15 00:00 UTC on; a new story"


def test_what_is_gathered_keeps_quiet_hours() -> None:
    """A full hour within somebody's night is none of theirs."""
    (over,) = time_alerts(
        [replace(ALERT, recipients=("night",))],
        [replace(NIGHT, digest=False, quiet=(time(1), time(6, 30)))],
        lately=lambda name: 3,
        now=NOW + timedelta(minutes=20),  # 00:20 in Berlin
        throttle=Throttle(most_per_hour=3),
    )

    assert over.not_before == datetime(2026, 3, 15, 5, 30, tzinfo=UTC)
    assert over.reason.startswith("quiet hours, delivered from")
