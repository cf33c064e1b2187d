"""Moments as people type them: `2 h`, `3d`, `2026-12-01`, `2026-12-01T08:00`."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError

_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment_after(now: datetime, *, span: str | None, until: str | None, zone: ZoneInfo) -> datetime:
    """The moment that `--for` or `--until` names, in UTC; a time without a zone is the reader's own."""
    if (span is None) == (until is None):
        raise ConfigError("say how long with either --for (such as 2h, 3d) or --until (such as 2026-12-01T08:00)")
    found = now + _span(span) if span is not None else _moment(until or "", zone)
    if found <= now:
        raise ConfigError(f"--until {until}: this is over, name a moment in the future")
    return found


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"\s*(\d{1,4})\s*(min|m|h|d|w)\s*", text)
    if found is None or int(found[1]) == 0:
        raise ConfigError(f"--for {text}: not a span of time, write it as 90min, 2h, 3d or 1w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--until {text}: not a date or time, write it as 2026-12-01 or 2026-12-01T08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
