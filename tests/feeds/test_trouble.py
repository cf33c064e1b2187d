from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.outage import is_our_outage
from monitor.feeds.trouble import USUAL_QUIET_S, feed_news, quiet_limit_s
from monitor.model import FeedStanding

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = 86400.0
WELL = FeedStanding(
    url="http://tigris.example/feed",
    title="Tigris Times",
    failures=0,
    failing_since=None,
    last_error=None,
    last_success_at=NOW,
    quiet_since=NOW - timedelta(hours=3),
    quiet_after_s=DAY,
    retired=False,
    told="",
)
FAILING = replace(WELL, failures=6, failing_since=NOW - timedelta(hours=2), last_error="the server refuses (403)")


def states(feed: FeedStanding) -> list[tuple[str, str]]:
    return [(news.before, news.now) for news in feed_news([feed], NOW)]


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (WELL, []),
        (FAILING, [("", "broken")]),
        (replace(FAILING, failures=5), []),
        (replace(FAILING, failures=2, failing_since=NOW - timedelta(hours=24)), [("", "broken")]),
        (replace(FAILING, failures=1, failing_since=NOW - timedelta(hours=24)), []),
        (replace(FAILING, told="broken", failures=60), []),
        (replace(WELL, told="broken"), [("broken", "")]),
        (replace(WELL, quiet_since=NOW - timedelta(days=2)), [("", "silent")]),
        (replace(WELL, quiet_since=NOW - timedelta(days=2), told="silent"), []),
        (replace(WELL, told="silent"), [("silent", "")]),
        (replace(WELL, retired=True), [("", "retired")]),
        (replace(WELL, told="retired"), [("retired", "")]),
        (replace(WELL, last_success_at=None, quiet_since=None), []),
        (replace(FAILING, failures=3, told="silent"), []),
    ],
)
def test_each_change_is_told_once(feed: FeedStanding, expected: list[tuple[str, str]]) -> None:
    """Six failures or a day of them, silence, a 410, and each recovery are told when they come, and never again."""
    assert states(feed) == expected


def test_news_say_what_happened() -> None:
    """The sentence holds the number of failures, since when, and the last error."""
    [news] = feed_news([FAILING], NOW)

    assert news.sentence == "6 failures in a row since 2026-03-04 10:00 UTC, the last one: the server refuses (403)"


def test_time_in_which_nobody_asked_is_no_silence() -> None:
    """A feed is silent as far as it was asked: a monitor that was off for a week accuses nobody."""
    assert states(replace(WELL, last_success_at=NOW - timedelta(days=7), quiet_since=NOW - timedelta(days=7))) == []


def test_rhythm_is_the_feeds_own() -> None:
    """Three times its longest gap, a day at least; two weeks as long as its rhythm is not known."""
    hourly = [NOW + timedelta(hours=n) for n in range(9)]
    weekly = [NOW + timedelta(days=7 * n) for n in range(9)]

    assert quiet_limit_s(hourly) == DAY
    assert quiet_limit_s(weekly) == 21 * DAY
    assert quiet_limit_s(weekly[:4]) == USUAL_QUIET_S


def test_outage_is_seen_across_polls() -> None:
    """One feed that cannot be reached is its own trouble, unless nobody else could be reached of late either."""
    a, b, c = "http://a.example/", "http://b.example/", "http://c.example/"
    down = {b: "dns_temp", c: "offline"}

    assert is_our_outage(a, "unreachable", down)
    assert is_our_outage(a, "unreachable", down | {a: None})
    assert not is_our_outage(a, "status", down)
    assert not is_our_outage(a, "unreachable", {b: "dns_temp"})
    assert not is_our_outage(a, "unreachable", down | {"http://d.example/": None})
