"""Scripted behaviours of servers over fifty polls: the stored state after each is what docs/feeds.md promises."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random

import pytest
from course import POLLS, Answer, Course, Server, numbered, rss

from monitor.pipeline import poll

HOUR, DAY = 3600.0, 86400.0
SPREAD = 1.1
FEED = numbered(1, 10)


def moved(status: int, to: str) -> Answer:
    return Answer(status=status, headers={"Location": to})


def honest(number: int, server: Server) -> Answer:
    """The same feed for ever, by the book."""
    answer = rss(FEED, etag='"1"')
    return Answer(status=304, headers={"ETag": '"1"'}) if server.conditions.get("if-none-match") == '"1"' else answer


def test_unchanged_feed(feed: Course) -> None:
    """304 for ever: nothing is lost or doubled, the pace slackens to a day, the whole is asked for once a week."""
    feed.run(honest)
    whole = [one.at for one in feed.asked() if not one.conditional]

    assert (feed.count("reports"), feed.feed()["failures"]) == (10, 0)
    assert feed.feed()["etag"] == '"1"'
    assert max(feed.waits_s) <= SPREAD * DAY
    assert feed.waits_s[-1] > 5 * feed.waits_s[0]
    gaps = [later - earlier for earlier, later in pairwise(whole)]
    assert gaps
    assert all(timedelta(days=7) < gap <= timedelta(days=8.2) for gap in gaps)


def test_validators_that_lie(feed: Course) -> None:
    """A server that says "unchanged" for ever hides a new item for eight days at most."""

    def script(number: int, server: Server) -> Answer:
        if server.conditions:
            return Answer(status=304)
        items = FEED if number == 0 else numbered(1, 11)
        return rss(items, etag='"same"')

    feed.run(script)
    appeared = [row["first_seen_at"] for row in feed.rows("SELECT first_seen_at FROM reports WHERE first_sight = 0")]

    assert len(appeared) == 1
    first = feed.asked()[0].at
    assert datetime.fromisoformat(appeared[0]) - first <= timedelta(days=8.2)


def test_unasked_304_is_a_failure(feed: Course) -> None:
    """ "Unchanged" to somebody who knows nothing is no answer."""
    feed.run(lambda number, server: Answer(status=304))

    assert feed.feed()["failures"] == POLLS
    assert feed.feed()["last_error_kind"] == "status"


SLOW = pytest.mark.slow  # like another that is quick to name, and part of `make test-all`


@pytest.mark.parametrize("status", [301, pytest.param(308, marks=SLOW)])
def test_permanent_move(feed: Course, status: int) -> None:
    """A chain of permanent redirects is followed ten times, then its end is asked directly; name and reports stay."""
    feed.server.pages["/half"] = moved(status, "/new")
    feed.server.pages["/new"] = rss(FEED)
    feed.run(lambda number, server: moved(status, "/half"))

    assert len(feed.asked("/feed")) == len(feed.asked("/half")) == 10
    assert len(feed.asked("/new")) == POLLS
    assert feed.feed()["moved_to"] == f"{feed.server.url}/new"
    assert feed.feed()["url"] == feed.source.url
    assert feed.count("reports") == 10


def test_chain_with_a_temporary_link_is_no_move(feed: Course) -> None:
    """One temporary redirect in a chain makes all of it temporary."""
    feed.server.pages["/half"] = moved(302, "/new")
    feed.server.pages["/new"] = rss(FEED)
    feed.run(lambda number, server: moved(301, "/half"))

    assert len(feed.asked("/feed")) == POLLS
    assert feed.feed()["moved_to"] is None


@pytest.mark.parametrize("status", [302, pytest.param(303, marks=SLOW), pytest.param(307, marks=SLOW)])
def test_temporary_redirect(feed: Course, status: int) -> None:
    """Temporary redirects are followed each time anew, fifty times."""
    feed.server.pages["/new"] = rss(FEED)
    feed.run(lambda number, server: moved(status, "/new"))

    assert len(feed.asked("/feed")) == POLLS
    assert (feed.feed()["moved_to"], feed.feed()["failures"]) == (None, 0)


@SLOW
def test_move_to_a_login_page_is_none(feed: Course) -> None:
    """An expired domain that leads everybody to a page is a failure, and the old address is asked all the same."""
    feed.server.pages["/login"] = Answer(body=b"<!doctype html><html><body>Log in</body></html>")
    feed.run(lambda number, server: rss(FEED, etag='"1"') if number < 5 else moved(301, "/login"))

    assert len(feed.asked("/feed")) == POLLS
    assert (feed.feed()["moved_to"], feed.feed()["last_error_kind"]) == (None, "not_a_feed")
    assert (feed.feed()["etag"], feed.count("reports")) == ('"1"', 10)


def test_move_that_turns_out_wrong(feed: Course) -> None:
    """When the new address is gone one day, the old one is asked again, and it knows better."""
    feed.server.pages["/new"] = rss(FEED)
    feed.run(lambda number, server: moved(301, "/new"), polls=15)
    feed.server.pages["/new"] = Answer(status=404)
    feed.run(lambda number, server: rss(FEED), polls=35)

    assert len(feed.asked("/feed")) == 10 + 34
    assert (feed.feed()["moved_to"], feed.feed()["failures"]) == (None, 0)


def test_gone(feed: Course) -> None:
    """After the second 410 the feed is asked no more, people hear of it once, and its reports stay."""
    feed.run(lambda number, server: rss(FEED) if number < 3 else Answer(status=410))

    assert len(feed.asked()) == 5
    assert feed.feed()["retired"] == 1
    assert feed.store.feeds()[0]["health"] == "retired"
    assert feed.notices() == ["Feed gone: River Post"]
    assert feed.count("reports") == 10


def test_gone_now_and_then(feed: Course) -> None:
    """A 410 between good answers retires nothing."""
    feed.run(lambda number, server: Answer(status=410) if number % 2 else rss(FEED))

    assert len(feed.asked()) == POLLS
    assert feed.feed()["retired"] == 0
    assert feed.notices() == []


def decade(server: Server) -> str:
    return format_datetime(server.clock() + timedelta(days=3650), usegmt=True)


@pytest.mark.parametrize("status", [429, pytest.param(503, marks=SLOW)])
@pytest.mark.parametrize(
    ("asks", "least_s"),
    [
        (lambda server: "7200", 2 * HOUR),
        (lambda server: format_datetime(server.clock() + timedelta(hours=3), usegmt=True), 3 * HOUR),
        (decade, DAY),
        (lambda server: "315360000", DAY),
        (lambda server: "soon", 0),
        (lambda server: "-600", 0),
        (lambda server: format_datetime(server.clock() - timedelta(days=9), usegmt=True), 0),
        (lambda server: "", 0),
    ],
    ids=["seconds", "date", "date in a decade", "a decade of seconds", "nonsense", "negative", "past", "empty"],
)
def test_retry_after(feed: Course, status: int, asks, least_s: float) -> None:
    """A wait that the server asks for is honoured up to a day, nonsense is not, and the feed is never given up."""
    feed.run(lambda number, server: Answer(status=status, headers={"Retry-After": asks(server)}))

    assert len(feed.asked()) == POLLS
    assert (feed.feed()["failures"], feed.feed()["retired"]) == (POLLS, 0)
    assert min(feed.waits_s) >= max(least_s, 0.9 * HOUR)
    assert max(feed.waits_s) <= SPREAD * DAY + HOUR
    assert feed.notices() == ["Feed broken: River Post"]


def test_trouble_and_recovery(feed: Course) -> None:
    """503 for long: waits grow by half an interval each time, one notice; then one more when it is back."""
    feed.run(lambda number, server: rss(FEED) if number < 5 else Answer(status=503), polls=40)
    growing = feed.waits_s[6:]

    assert all(later > 0.8 * earlier for earlier, later in pairwise(growing))
    assert growing[-1] > 5 * growing[0]
    assert max(growing) <= SPREAD * DAY
    feed.run(lambda number, server: rss(FEED), polls=10)
    assert feed.notices() == ["Feed broken: River Post", "Feed back: River Post"]
    assert (feed.feed()["failures"], feed.feed()["last_error"], feed.feed()["failing_since"]) == (0, None, None)


LOGIN = Answer(body=b"<html><head><title>Log in</title></head><body>Who are you?</body></html>")


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        pytest.param(LOGIN, "not_a_feed", marks=SLOW),
        (Answer(body=b""), "empty"),
        (Answer(body=b'{"error": "quota"}', headers={"Content-Type": "application/json"}), "not_a_feed"),
        pytest.param(Answer(status=403, body=b"no"), "status", marks=SLOW),
        (Answer(status=500, body=rss(FEED).body), "status"),
    ],
    ids=["login page", "empty body", "other json", "forbidden", "error with a feed"],
)
def test_no_feed_in_between(feed: Course, bad: Answer, kind: str) -> None:
    """What is no feed never makes one look unchanged: validators and reports stay, and the next feed is read."""
    seen = []

    def script(number: int, server: Server) -> Answer:
        if number % 5 in (3, 4):
            return bad
        seen.append(server.conditions.get("if-none-match"))
        return rss(numbered(1, 10 + number), etag=f'"{number}"')

    feed.run(script)
    kinds = feed.rows("SELECT DISTINCT error_kind FROM fetches WHERE result = 'failed'")

    assert kinds == [{"error_kind": kind}]
    assert seen[1:4] == ['"0"', '"1"', '"2"']  # the one kept before the bad answers
    assert feed.count("reports") == 10 + 47
    assert feed.feed()["failures"] == 2  # the course ends with two bad ones
    assert feed.notices() == []


def test_flapping_validators(feed: Course) -> None:
    """A new ETag for the same bytes each time is still "unchanged", by the bytes."""
    feed.run(lambda number, server: rss(FEED, etag=f'"{number}"'))

    results = feed.rows("SELECT result, COUNT(*) AS n FROM fetches GROUP BY result")
    assert results == [{"result": "unchanged", "n": 30}]
    assert feed.count("reports") == 10
    assert feed.waits_s[-1] > 5 * feed.waits_s[0]


def test_history_is_kept_short(feed: Course) -> None:
    """Of fifty polls the last thirty are kept."""
    feed.run(honest)

    assert feed.count("fetches") == 30
    assert len(feed.store.feed_history(feed.source.url)) == 30


def test_feed_that_is_gone_can_be_revived(feed: Course) -> None:
    """A retired feed that a person has asked again and that answers is polled on, and people hear of it."""
    feed.run(lambda number, server: Answer(status=410), polls=4)
    feed.server.script = lambda number, server: rss(FEED)
    poll(feed.store, [feed.source], feed.settings, clock=feed.clock, rng=Random(1), force=True)
    feed.run(polls=3)

    assert feed.feed()["retired"] == 0
    assert feed.notices() == ["Feed gone: River Post", "Feed back: River Post"]
    assert len(feed.asked()) == 2 + 1 + 3


def test_server_that_goes_away(feed: Course) -> None:
    """A refused connection is a failure that mends itself: the wait grows slowly, and never above a day."""
    feed.source = type(feed.source)(url="http://127.0.0.1:9/feed", title="Nobody")
    feed.run()

    assert feed.feed()["failures"] == POLLS
    assert max(feed.waits_s) <= SPREAD * DAY
    assert feed.notices() == ["Feed broken: Nobody"]


def test_servers_wish(feed: Course) -> None:
    """Cache-Control: max-age of two hours is honoured; one of a year means a day."""
    feed.run(lambda number, server: _fresh_for(7200), polls=3)
    assert min(feed.waits_s) >= 2 * HOUR
    feed.run(lambda number, server: _fresh_for(31536000), polls=3)
    assert DAY <= feed.waits_s[-1] <= SPREAD * DAY


def _fresh_for(seconds: int) -> Answer:
    answer = rss(FEED)
    answer.headers["Cache-Control"] = f"max-age={seconds}"
    return answer
