"""When an alert reaches whom: quiet hours and snoozes that hold it, a limit an hour whose overflow goes to the digest.

An alert whose recipients fare differently is split: each part has its own state and reason.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.muting import snoozed_until, stamp, subject_of
from monitor.alerts.novelty import LOUDNESS
from monitor.model import Alert, AlertState, Mute, Recipient, Severity

HOUR = timedelta(hours=1)

Lately = Callable[[str], int]  # recipient -> alerts within the last hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """The two numbers: how long an alert waits for others to go with it, and how many an hour one recipient gets."""

    batch_wait_s: float = 0.0
    most_per_hour: int = 0  # 0: no limit


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of an alert for one recipient."""

    state: AlertState
    why: str = ""
    not_before: datetime | None = None


def time_alerts(
    alerts: Sequence[Alert],
    recipients: Sequence[Recipient],
    *,
    throttle: Throttle,
    lately: Lately,
    now: datetime,
    mutes: Sequence[Mute] = (),
) -> list[Alert]:
    """The alerts with their time and state for each recipient; those that are not pending stay as they are."""
    known = {recipient.name: recipient for recipient in recipients}
    used: dict[str, int] = {}
    timed: list[Alert] = []
    for alert in alerts:
        if alert.state is not AlertState.PENDING:
            timed.append(alert)
            continue
        fates: dict[_Fate, list[str]] = defaultdict(list)
        for name in alert.recipients:
            if name not in used:
                used[name] = lately(name)
            fate = _fate(alert, known[name], throttle, used[name], mutes, now)
            used[name] += fate.state is not AlertState.THROTTLED and fate.why != _TOO_LOW
            fates[fate].append(name)
        timed += [_as_fated(alert, fate, tuple(names)) for fate, names in fates.items()]
    return timed


_TOO_LOW = "below the severity from which the recipient takes alerts, so it is left to the digest"


def _fate(
    alert: Alert, recipient: Recipient, throttle: Throttle, used: int, mutes: Sequence[Mute], now: datetime
) -> _Fate:
    if LOUDNESS.index(alert.severity) < LOUDNESS.index(recipient.min_severity):
        return _Fate(AlertState.HELD, _TOO_LOW)
    too_many = bool(throttle.most_per_hour) and used >= throttle.most_per_hour
    if too_many and recipient.digest:
        why = f"more than {throttle.most_per_hour} alerts within an hour, so it is left to the digest"
        return _Fate(AlertState.THROTTLED, why)
    # Who gets no digest would never hear of it: theirs are gathered until the hour is full.
    gathered = _full_hour(now) if too_many else None
    until = quiet_until(recipient, alert.severity, gathered or now) or gathered
    why = f"more than {throttle.most_per_hour} alerts within an hour" if until == gathered else "quiet hours"
    snooze = snoozed_until(alert.rule, alert.baseline_id, alert.claim, alert.story_id, mutes)
    if snooze is not None and snooze.until > (until or now):
        until, why = snooze.until, f"{subject_of(snooze)} is snoozed"
    if until is not None:
        return _Fate(AlertState.HELD, f"{why}, delivered from {stamp(until)} on", until)
    if throttle.batch_wait_s:
        return _Fate(AlertState.PENDING, "", now + timedelta(seconds=throttle.batch_wait_s))
    return _Fate(AlertState.PENDING)


def _full_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + HOUR


def _as_fated(alert: Alert, fate: _Fate, names: tuple[str, ...]) -> Alert:
    reason = alert.reason
    if fate.why:
        # What is only late keeps its own reason; what goes to the digest is grouped there by why.
        reason = f"{fate.why}; {alert.reason}" if fate.not_before else fate.why
    return replace(alert, state=fate.state, reason=reason, not_before=fate.not_before, recipients=names)


def quiet_until(recipient: Recipient, severity: Severity, now: datetime) -> datetime | None:
    """When the recipient's quiet hours end, in UTC; None if they are not on or this severity passes."""
    if recipient.quiet is None:
        return None
    loudness = LOUDNESS.index(severity)
    if recipient.quiet_lets_through is not None and loudness >= LOUDNESS.index(recipient.quiet_lets_through):
        return None
    begin, end = recipient.quiet
    zone = ZoneInfo(recipient.timezone)
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = end <= begin
    if not (clock >= begin or clock < end if over_midnight else begin <= clock < end):
        return None
    day = local.date() + timedelta(days=over_midnight and clock >= begin)
    # The clock may show the end twice, or skip it: then it counts from the moment after the gap.
    ends = (datetime.combine(day, end, tzinfo=zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in ends if moment > now), None)
