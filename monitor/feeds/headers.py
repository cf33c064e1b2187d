"""What a server's headers wish: when to come back, and for how long its answer is fresh."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_HINT_S = 86400.0  # no server keeps us away for longer: this is news


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After asks for, at most a day; None if absent, past or nonsense."""
    raw = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", raw):
        return min(float(raw[:12]), MAX_HINT_S)
    until = http_date(raw)
    return _span(until, http_date(headers.get("date", "")) or now) if until else None


def max_age_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which Cache-Control or Expires calls the answer fresh, at most a day."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return None
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,12})", control)
    if found:
        return min(float(found[1]), MAX_HINT_S) or None
    expires = http_date(headers.get("expires", ""))
    return _span(expires, http_date(headers.get("date", "")) or now) if expires else None


def http_date(raw: str) -> datetime | None:
    """The time in a header, aware and in UTC, or None."""
    try:
        value = parsedate_to_datetime(raw)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _span(until: datetime, start: datetime) -> float | None:
    seconds = (until - start).total_seconds()
    return min(seconds, MAX_HINT_S) if seconds > 0 else None
