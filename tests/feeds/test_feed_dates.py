from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import EARLIEST, LATEST_AHEAD, parse_date
from monitor.feeds.month_names import MONTHS

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 02 Jan 2024 10:00:00 GMT", "2024-01-02T10:00"),
        ("Tue, 02 Jan 2024 10:00:00 +0300", "2024-01-02T07:00"),
        ("Tue, 02 Jan 2024 10:00:00 AEDT", "2024-01-01T23:00"),
        ("Tue, 02 Jan 2024 10:00:00 EST", "2024-01-02T15:00"),
        ("2 Jan 24 10:00 Z", "2024-01-02T10:00"),
        ("2024-01-02T10:00:00Z", "2024-01-02T10:00"),
        ("2024-01-02T10:00:00.123+03:30", "2024-01-02T06:30"),
        ("2024-01-02 10:00", "2024-01-02T10:00"),
        ("20240102T1000Z", "2024-01-02T10:00"),
        ("2024-01-02", "2024-01-02T00:00"),
        ("2024-10-18T23:05:21 +0100", "2024-10-18T22:05"),
        ("1704189600", "2024-01-02T10:00"),
        ("1704189600000", "2024-01-02T10:00"),
        ("Di, 02 Jan 2024 10:00:00 +0100", "2024-01-02T09:00"),
        ("mar., 02 janv. 2024 10:00", "2024-01-02T10:00"),
        ("2 Μαρ 2024", "2024-03-02T00:00"),
        ("7 نيسان 2020", "2020-04-07T00:00"),
        ("٧ كانون الثاني ٢٠٢٠ - ١٢:٣٠", "2020-01-07T12:30"),
        ("12 сентября 2020, 14:30 MSK", "2020-09-12T11:30"),
        ("April 7, 2020 at 4:05 p.m. EDT", "2020-04-07T20:05"),
        ("4/7/2020 3:45:00 PM", "2020-04-07T15:45"),
        ("7.4.2020 10:00", "2020-04-07T10:00"),
        ("13/02/2024", "2024-02-13T00:00"),
        ("7-Apr-2020", "2020-04-07T00:00"),
        ("Thu, 01 Jan 2004 24:00:00 GMT", "2004-01-02T00:00"),
        ("Tue Apr  7 10:00:00 2020", "2020-04-07T10:00"),
    ],
)
def test_dates_are_read_in_the_shapes_that_feeds_write(raw, expected):
    """RFC 822, ISO 8601, Unix times and the words of many languages give the same UTC times."""
    assert expected == parse_date(raw, NOW).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    "raw",
    ["", None, "yesterday", "0000-00-00", "0001-01-01T00:00:00Z", "2999-01-01", "1969-12-31", "01/02/2024",
     "2024-02-31", "2024-13-01", "99:99", "2026-03-06T00:00:00Z", "1", "2024-01-02T10:00:00+99:00", "9" * 200],
)  # fmt: skip
def test_what_cannot_be_trusted_is_not_known(raw):
    """Nonsense, the ambiguous 01/02/2024, before 1990 and more than a day ahead give None."""
    assert parse_date(raw, NOW) is None


def test_months_are_complete():
    """Each language's names cover the numbers 1 to 12."""
    assert set(range(1, 13)) == set(MONTHS.values())


@given(st.text(max_size=40))
def test_any_text_gives_a_time_within_bounds_or_none(text):
    """No text raises, and no time lies outside the bounds."""
    found = parse_date(text, NOW)

    assert found is None or EARLIEST <= found <= NOW + LATEST_AHEAD


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2026, 3, 4)))
def test_written_dates_read_back(moment):
    """A time written as RFC 822 or ISO 8601 reads back as itself."""
    aware = moment.replace(microsecond=0, tzinfo=UTC)

    assert aware == parse_date(aware.strftime("%d %b %Y %H:%M:%S +0000"), NOW)
    assert aware == parse_date(aware.isoformat(), NOW)


@given(
    st.datetimes(datetime(1989, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(
        ["%a, %d %b %Y %H:%M:%S {}", "%d %b %Y %H:%M:%S {}", "%Y-%m-%dT%H:%M:%S{}", "%Y-%m-%dT%H:%M:%S.5{}"]
    ),
    st.sampled_from(["GMT", "+0000", "-0000", "+0300", "-0930", "+1459", "+1500", "Z", "+05:30", "-13:59", "+14:00"]),
)
def test_usual_dates_are_what_the_other_rules_read(moment, shape, zone):
    """The short way through the dates of nearly all feeds changes none of them."""
    raw = moment.strftime(shape).format(zone)

    assert parse_date(raw, NOW) == parse_date(f"\u200e{raw}", NOW)
