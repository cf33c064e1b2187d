"""Dates as feeds write them, in many languages and shapes, as aware UTC times; None where they cannot be trusted."""

import re
from datetime import UTC, datetime, timedelta

from monitor.feeds.month_names import MONTHS

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)  # clocks and zones are wrong by hours; a date further ahead is no date
MAX_RAW_CHARS = 120

# Hours from UTC. Where a name means several zones, the one that news uses most: IST is India, BST Britain.
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mest": 2,
    "mesz": 2, "met": 1, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "idt": 3, "irst": 3.5, "irdt": 4.5, "gst": 4,
    "pkt": 5, "ist": 5.5, "wib": 7, "ict": 7, "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "sast": 2, "cat": 2, "eat": 3,
    "wat": 1, "nst": -3.5, "ndt": -2.5, "art": -3, "brt": -3, "ast": -4, "adt": -3, "est": -5, "edt": -4, "et": -5,
    "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip

TIME = re.compile(
    r"(?<![\d:.+-])(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2}))(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?(?![a-z]))?"
)
HOUR_ONLY = re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?m\.?)(?![a-z])")
OFFSET = re.compile(r"(?:(?:gmt|utc|ut)\s*)?(?P<sign>[+\-−])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?!\d)")
ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/.]?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?:(?:[t_ ]\s*|\s*,\s*)(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?)?)?"
    r"\s*(?P<rest>.*)",
    re.DOTALL,
)
NUMERIC = re.compile(r"(?<!\d)(?P<first>\d{1,2})(?P<sep>[./-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})(?!\d)")
MONTH = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![^\W\d_])")
UNIX = re.compile(r"\d{9,10}(\.\d+)?|(?P<thousandths>\d{12,13})")
NO_OFFSET = timedelta()
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९", "0123456789" * 3)

# What nearly all feeds write, at once; the rules further down read the same in it, and take longer.
USUAL = re.compile(
    r"(?:[A-Za-z]{3}, )?(?P<day>[0-9]{1,2}) (?P<month>[A-Za-z]{3}) (?P<year>[0-9]{4}) "
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2}) (?P<zone>GMT|UTC|Z|[+-][0-9]{4})"
)
USUAL_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.[0-9]+)?"
    r"(Z|[+-](?:0[0-9]|1[0-3]):?[0-5][0-9])"
)


def parse_date(raw: str | None, now: datetime) -> datetime | None:
    """The time that a text names, aware and in UTC; None if unreadable, before 1990 or over a day ahead of `now`."""
    if not raw:
        return None
    try:
        found = _usual(raw.strip()) or _any(raw)
    except (ValueError, OverflowError):  # the 31st of February, hour 99, offsets of days
        return None
    return found if found and EARLIEST <= found <= now + LATEST_AHEAD else None


def _usual(text: str) -> datetime | None:
    """`Tue, 07 Apr 2020 10:00:00 +0300` or `2020-04-07T10:00:00+03:00`."""
    if len(text) > MAX_RAW_CHARS:
        return None
    iso = USUAL_ISO.fullmatch(text)
    if iso is not None:
        return datetime.fromisoformat(iso[1] + ("+00:00" if iso[2] == "Z" else iso[2])).astimezone(UTC)
    found = USUAL.fullmatch(text)
    if found is None:
        return None
    day, name, year, hour, minute, second, zone = found.groups()
    month = MONTHS.get(name.lower())
    if month is None:
        return None
    offset = NO_OFFSET if zone in ("GMT", "+0000", "Z", "UTC") else _offset(zone)
    return _moment((int(year), month, int(day)), int(hour), int(minute), int(second), offset)


def _any(raw: str) -> datetime | None:
    text = " ".join(raw[:MAX_RAW_CHARS].translate(DIGITS).replace("\u200f", "").replace("\u200e", "").lower().split())
    return _unix(text) or _iso(text) or _named(text) or _numeric(text)


def _unix(text: str) -> datetime | None:
    found = UNIX.fullmatch(text)
    if found is None:
        return None
    seconds = float(text) / (1000 if found["thousandths"] else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _iso(text: str) -> datetime | None:
    found = ISO.match(text)
    if not found:
        return None
    rest = found["rest"]
    hour = int(found["hour"] or 0)
    if re.match(r"[ap]m\b", rest):
        hour = hour % 12 + (12 if rest[0] == "p" else 0)
    day = (int(found["year"]), int(found["month"]), int(found["day"]))
    return _moment(day, hour, int(found["minute"] or 0), int(found["second"] or 0), _offset(rest))


def _named(text: str) -> datetime | None:
    """Dates with the name of a month: `Tue, 7 Apr 2020 10:00:00 +0300`, `April 7, 2020`, `7 نيسان 2020`."""
    found = list(MONTH.finditer(text))
    if not found:
        return None
    word = found[-1]  # the last one: "mar., 02 janv. 2024" begins with Tuesday
    month = MONTHS[word[0]]
    before, after = text[: word.start()], text[word.end() :]
    clock = _clock(text)
    numbers_before = [int(n) for n in re.findall(r"(?<![\d:])\d{1,4}(?![\d:])", before)][-2:]
    numbers_after = re.findall(r"(?<![\d:+-])(?:'|-|/)?(\d{1,4})(?![\d:]|h\d)", after)
    day, year = _day_and_year(numbers_before, [int(n) for n in numbers_after], [len(n) for n in numbers_after])
    if day is None or year is None:
        return None
    return _moment((year, month, day), *clock[:3], _offset(text[clock[3] :] if clock[3] else ""))


def _day_and_year(before: list[int], after: list[int], widths: list[int]) -> tuple[int | None, int | None]:
    if before and before[-1] <= 31:  # 7 april 2020
        year = next(iter(zip(after, widths, strict=True)), None)
        return before[-1], _year(*year) if year and year[1] in (2, 4) else None
    if before:  # 2020 april 7
        return (after[0] if after else None), before[-1]
    if len(after) >= 2:  # april 7, 2020
        return after[0], next((n for n, width in zip(after[1:], widths[1:], strict=True) if width == 4), None)
    return None, None


def _numeric(text: str) -> datetime | None:
    """Dates in digits only. 01/02/2024 is read by nobody with certainty, and so not by us."""
    found = NUMERIC.search(text)
    if not found:
        return None
    first, second, year = int(found["first"]), int(found["second"]), _year(int(found["year"]), len(found["year"]))
    hour, minute, seconds, end = _clock(text)
    if found["sep"] == "." or first > 12:
        day, month = first, second
    elif second > 12 or re.search(r"\d\s*[ap]m\b", text):  # am and pm go with the American order
        day, month = second, first
    elif first == second:
        day = month = first
    else:
        return None
    return _moment((year, month, day), hour, minute, seconds, _offset(text[end or found.end() :]))


def _clock(text: str) -> tuple[int, int, int, int]:
    """Hour, minute, second and where in the text they end (0: there is none)."""
    found = TIME.search(text) or HOUR_ONLY.search(text)
    if not found:
        return 0, 0, 0, 0
    parts = found.groupdict()
    hour = int(parts["hour"])
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].startswith("p") else 0)
    return hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), found.end()


def _offset(rest: str) -> timedelta:
    found = OFFSET.search(rest)
    if found:
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError("no such offset")
        span = timedelta(hours=hours, minutes=minutes)
        return span if found["sign"] == "+" else -span
    zone = next((word for word in re.findall(r"[a-z]+", rest) if word in ZONES), "utc")
    return timedelta(hours=ZONES[zone])


def _moment(day: tuple[int, int, int], hour: int, minute: int, second: int, offset: timedelta) -> datetime:
    extra = timedelta(days=1) if hour == 24 and minute == 0 else NO_OFFSET
    local = datetime(*day, 0 if extra else hour, minute, min(second, 59), tzinfo=UTC)
    return local + (extra - offset) if extra or offset else local


def _year(number: int, width: int) -> int:
    if width >= 3:
        return number
    return number + (2000 if number < 70 else 1900)
