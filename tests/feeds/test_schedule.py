from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.feeds.schedule import MOVES_BEFORE_KEPT, is_due, plan_next, poll_url
from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report, Validators

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
URL = "http://tigris.example/feed"
SOURCE = FeedSource(url=URL)
POLLED = FeedState(url=URL, first_polled_at=NOW - timedelta(days=9), next_poll_at=NOW, interval_s=3600)
HOUR = 3600.0


def answer(total: int = 10, **fields) -> FeedOutcome:
    reports = tuple(Report(key=str(n)) for n in range(total))
    feed = ParsedFeed(title=None, reports=reports, format="rss20", ttl_s=fields.pop("ttl_s", None))
    fields = {"status": 200, "feed": feed, "validators": Validators(etag="new")} | fields
    return FeedOutcome(url=URL, started_at=NOW, duration_s=0.1, **fields)


def failure(kind: str = "status", status: int | None = None, **fields) -> FeedOutcome:
    return FeedOutcome(url=URL, started_at=NOW, duration_s=0.1, error="no", error_kind=kind, status=status, **fields)


def plan(state: FeedState, outcome: FeedOutcome, new: int = 0, source: FeedSource = SOURCE, seed: int = 1) -> FeedState:
    return plan_next(source, state, outcome, new_reports=new, now=NOW, rng=Random(seed))


def wait_s(state: FeedState) -> float:
    assert state.next_poll_at is not None
    return (state.next_poll_at - NOW).total_seconds()


def test_first_answer_begins_the_hour():
    """A feed's first answer fixes when it was first polled, its validators, and an hour's rhythm with some spread."""
    state = plan(FeedState(url=URL), answer(), new=10)

    assert state.first_polled_at == NOW
    assert state.validators.etag == "new"
    assert state.interval_s == HOUR
    assert 0.9 * HOUR <= wait_s(state) <= 1.1 * HOUR
    assert "60 min" in state.next_poll_why


@pytest.mark.parametrize(("new", "interval_s"), [(10, 1800), (4, 2400), (1, 3600), (0, 4200)])
def test_rhythm_follows_how_much_is_new(new, interval_s):
    """Much news shortens the interval, none lengthens it."""
    assert interval_s == plan(POLLED, answer(), new=new).interval_s


def test_rhythm_has_floor_and_ceiling():
    """However lively or quiet a feed is: never more often than every ten minutes, never less than daily."""
    lively = quiet = POLLED
    for _ in range(300):
        lively = replace(plan(lively, answer(), new=10), next_poll_at=NOW)
        quiet = replace(plan(quiet, answer(), new=0), next_poll_at=NOW)

    assert lively.interval_s == 600
    assert quiet.interval_s == 86400


def test_quiet_feed_that_wakes_comes_back_fast():
    """One new report brings a slow feed halfway back to the usual hour."""
    state = plan(replace(POLLED, interval_s=86400), answer(), new=1)

    assert state.interval_s == (86400 + 3600) / 2


def test_polls_off_their_time_teach_nothing():
    """A poll that somebody asked for early does not change the rhythm."""
    early = replace(POLLED, next_poll_at=NOW + timedelta(minutes=30))

    assert plan(early, answer(), new=0).interval_s == HOUR


def test_polls_after_a_pause_teach_nothing():
    """After three days of sleep all of a feed is new, which says nothing about its rhythm."""
    late = replace(POLLED, next_poll_at=NOW - timedelta(days=3))

    state = plan(late, answer(), new=10)

    assert state.interval_s == HOUR
    assert "off its time" in state.next_poll_why


def test_wish_holds_while_the_feed_is_unchanged():
    """An answer 304 does not repeat the feed's time to live; the last one holds until another document comes."""
    told = plan(POLLED, answer(ttl_s=7200), new=1)
    unchanged = plan(replace(told, next_poll_at=NOW), answer(feed=None, unchanged=True, status=304))
    taken_back = plan(replace(unchanged, next_poll_at=NOW), answer(), new=1)

    assert wait_s(unchanged) >= 7200
    assert wait_s(taken_back) < 7200


def test_configured_interval_is_kept():
    """Whoever configures an interval gets it, whatever is new and whatever the feed wishes."""
    state = plan(POLLED, answer(ttl_s=7200), new=10, source=FeedSource(url=URL, interval_s=300))

    assert state.interval_s == 300
    assert wait_s(state) <= 330


def test_servers_wish_is_honoured_within_a_day():
    """A longer time to live or freshness is waited for, a week is not."""
    assert 7200 <= wait_s(plan(POLLED, answer(ttl_s=7200), new=1)) <= 7920
    assert wait_s(plan(POLLED, answer(max_age_s=7 * 86400), new=1)) <= 1.1 * 86400


def test_unchanged_is_a_success():
    """A 304 resets the failures and counts as nothing new."""
    state = plan(replace(POLLED, failures=3), answer(feed=None, unchanged=True, status=304))

    assert state.failures == 0


@pytest.mark.parametrize(
    ("outcome", "hours"),
    [(failure("dns"), 8), (failure("not_a_feed", 200), 8), (failure(status=403), 8), (failure(status=404), 4),
     (failure(status=503), 4), (failure("timeout"), 2), (failure("network"), 2)],
)  # fmt: skip
def test_eighth_failure_waits_by_its_weight(outcome, hours):
    """The wait grows with the failures in a row, and less for those that usually mend themselves."""
    state = plan(replace(POLLED, failures=7), outcome)

    assert state.failures == 8
    assert 0.9 * hours * HOUR <= wait_s(state) <= 1.1 * hours * HOUR


def test_feed_is_never_given_up():
    """After a thousand failures a feed is still polled daily."""
    state = plan(replace(POLLED, failures=1000), failure("dns"))

    assert not state.retired
    assert wait_s(state) <= 1.1 * 86400


def test_failure_keeps_what_was_known():
    """A failure changes neither validators nor rhythm."""
    known = replace(POLLED, validators=Validators(etag="old"), interval_s=1800)
    state = plan(known, failure("timeout"))

    assert state.validators.etag == "old"
    assert state.interval_s == 1800


def test_retry_after_is_waited_for():
    """A server that says when to come back is not asked earlier, and with 429 not all its feeds at once."""
    waits = {wait_s(plan(POLLED, failure(status=429, retry_after_s=7200), seed=seed)) for seed in range(9)}

    assert min(waits) >= 7200
    assert len(waits) == 9


def test_gone_twice_is_retired():
    """The second 410 in a row retires a feed, with the reason; another answer in between does not count on."""
    once = plan(POLLED, failure(status=410))
    twice = plan(once, failure(status=410))

    assert not once.retired
    assert twice.retired
    assert "410" in twice.next_poll_why
    assert not is_due(twice, NOW + timedelta(days=9))
    assert plan(plan(once, failure(status=503)), failure(status=410)).gone_count == 1


def test_move_is_kept_after_ten_equal_answers():
    """A permanent redirect is followed each time, and asked directly once it was the same ten times in a row."""
    state, new = POLLED, "http://new.example/feed"
    for count in range(1, MOVES_BEFORE_KEPT + 1):
        assert poll_url(SOURCE, state) == URL
        state = plan(state, answer(permanent_url=new))
        assert state.moved_count == count

    assert poll_url(SOURCE, state) == new
    assert poll_url(SOURCE, plan(state, answer())) == new


def test_other_answers_break_a_move():
    """A direct answer or another target starts the count anew."""
    moving = replace(POLLED, moved_to="http://new.example/feed", moved_count=9)

    assert plan(moving, answer()).moved_count == 0
    assert plan(moving, answer(permanent_url="http://other.example/")).moved_count == 1


def test_kept_move_that_fails_is_dropped():
    """When the new address turns out wrong, the old one is asked again; a mere timeout proves nothing."""
    kept = replace(POLLED, moved_to="http://new.example/feed", moved_count=MOVES_BEFORE_KEPT)

    assert poll_url(SOURCE, plan(kept, failure(status=404))) == URL
    assert poll_url(SOURCE, plan(kept, failure("timeout"))) == "http://new.example/feed"


def test_our_outage_is_no_failure_of_the_feed():
    """While we are offline no failures are counted, and the next try comes soon."""
    state = plan(replace(POLLED, failures=2), failure("offline"))

    assert state.failures == 2
    assert wait_s(state) <= 660


def test_feeds_that_fell_due_together_spread():
    """Feeds with the same history are not planned for the same moment."""
    assert len({plan(POLLED, failure("timeout"), seed=seed).next_poll_at for seed in range(20)}) == 20


def test_due_is_never_polled_or_past_its_time():
    """A new feed is due, a planned one at its time."""
    assert is_due(FeedState(url=URL), NOW)
    assert is_due(POLLED, NOW)
    assert not is_due(POLLED, NOW - timedelta(seconds=1))
