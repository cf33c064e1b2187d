from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.dates import find_dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 19", (None, 3, 19)),
        ("19 March 2020", (2020, 3, 19)),
        ("on Dec. 27, 2019", (2019, 12, 27)),
        ("the 3rd of January", (None, 1, 3)),
        ("in September 2020", (2020, 9, None)),
        ("in 2020", (2020, None, None)),
        ("2020-03-19", (2020, 3, 19)),
        ("١٩ مارس ٢٠٢٠", (2020, 3, 19)),
        ("7th February 2023", (2023, 2, 7)),
    ],
)
def test_a_date_is_read_as_far_as_it_is_written(text: str, expected: tuple[int | None, ...]) -> None:
    """Day, month and year in any usual order; what is not written stays unknown."""
    (found,) = find_dates(text)

    assert expected == (found.year, found.month, found.day)


@given(
    st.dates(date(1400, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%Y-%m-%d"])
)
def test_a_written_date_reads_back(day: date, pattern: str) -> None:
    """Writing a date in a usual form and reading it gives the date."""
    (found,) = find_dates(f"It happened on {day.strftime(pattern)}.")

    assert day == found.first


@pytest.mark.parametrize("text", ["31 February", "they may 5 times", "the march 20 km long", "in 2020 people"])
def test_what_is_no_date_is_left_out(text: str) -> None:
    """Impossible days, verbs that look like months and counts are no dates."""
    assert find_dates(text) == ()
