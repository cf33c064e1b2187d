"""A surge and a silence of the news on a baseline, against its own rhythm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.coverage import Coverage, find_gap, find_spike

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def coverage(*a_day: int, **more: object) -> Coverage:
    """So many stories in the last 24 hours, in the 24 before, and so on."""
    starts = sorted(
        NOW - back * DAY - DAY * (number + 0.5) / count for back, count in enumerate(a_day) for number in range(count)
    )
    values: dict[str, object] = {
        "starts": tuple(starts), "watched_since": NOW - 60 * DAY, "last_answer": NOW - timedelta(hours=1),
    }  # fmt: skip
    return Coverage(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "surges"),
    [
        ((12, *[2] * 14), True),
        ((6, *[2] * 14), False),
        ((4, *[0] * 14), False),
        ((5, *[0] * 14), True),
        ((60, *[40] * 14), True),
        ((50, *[40] * 14), False),
        ((30, *[5, 20] * 7), False),
        ((0, *[40] * 14), False),
    ],
    ids=["six times", "within chance", "too few", "after nothing", "half more", "quarter more", "uneven", "quiet"],
)
def test_surge_is_measured_by_the_usual_days(days: tuple[int, ...], surges: bool) -> None:
    """A day is a surge if it stands out from the two weeks before by more than they scatter."""
    assert (find_spike(coverage(*days), NOW) is not None) is surges


def test_surge_says_its_numbers_once() -> None:
    """The notice has today's count beside the usual one; for two days there is no other."""
    found = coverage(12, *[2] * 14)

    assert find_spike(found, NOW) == "12 stories within 24 hours, usual are 2.0 a day"
    assert find_spike(replace(found, last_spike=NOW - DAY), NOW) is None
    assert find_spike(replace(found, last_spike=NOW - 3 * DAY), NOW) is not None


def test_new_baseline_has_no_rhythm_yet() -> None:
    """In its first week nothing counts as unusual."""
    assert find_spike(coverage(12, *[2] * 14, watched_since=NOW - 5 * DAY), NOW) is None
    assert find_gap(coverage(0, 0, 0, 4, 4, watched_since=NOW - 5 * DAY), NOW) is None


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        ((0, 0, 0, *[4] * 12), True),
        ((0, *[4] * 14), False),
        ((0, 0, 0, *[1] * 12), False),
        ((0, 0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 0, 8, 0), False),
        ((1, *[4] * 14), False),
    ],
    ids=["three days", "one day, expected four", "one a day", "always in bursts", "not silent"],
)
def test_silence_is_measured_by_the_usual_pauses(days: tuple[int, ...], silent: bool) -> None:
    """A silence is told when it is far longer than any pause and many stories were to be expected."""
    assert (find_gap(coverage(*days), NOW) is not None) is silent


def test_silence_is_told_once_and_not_when_it_is_our_own() -> None:
    """One notice for a silence; none while no feed answers, for then it is us who hear nothing."""
    found = coverage(0, 0, 0, *[4] * 12)

    assert find_gap(found, NOW) == "no story for 3 days; usual are 4.0 a day, with at most 6 h in between"
    assert find_gap(replace(found, last_gap=NOW - DAY), NOW) is None
    assert find_gap(replace(found, last_gap=NOW - 9 * DAY), NOW) is not None
    assert find_gap(replace(found, last_answer=NOW - DAY), NOW) is None
    assert find_gap(replace(found, last_answer=None), NOW) is None
