"""When a digest is due, by the reader's own clock on the wall. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_due(now: datetime, at: time, zone: ZoneInfo) -> tuple[date, datetime]:
    """The local date and the UTC moment at which the latest digest fell due.

    A time that the clock skips counts from the moment after the gap; one that it shows twice counts the first time.
    """
    today = now.astimezone(zone).date()
    for back in range(3):
        day = today - timedelta(days=back)
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if moment <= now:
            return day, moment
    raise ValueError(f"{zone.key}: no local day within three days of {now.isoformat()}")


def is_due(now: datetime, last_made: date | None, at: time, zone: ZoneInfo) -> date | None:
    """The local date to make a digest for; None while the last one made is of the latest date due or later."""
    day, _ = last_due(now, at, zone)
    return day if last_made is None or last_made < day else None
