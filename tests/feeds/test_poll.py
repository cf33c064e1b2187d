import asyncio
import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import FetchSettings
from monitor.feeds.fetch import Fetcher
from monitor.feeds.poll import poll_feeds
from monitor.model import FeedOutcome, FeedSource, FeedState, Validators

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tigris Times</title>
<item><guid>one</guid><title>Base handed over</title><link>http://tigris.example/1</link></item>
<item><guid>two</guid><title>Convoy attacked</title><link>http://tigris.example/2</link></item>
</channel></rss>"""
PAGE = """<!doctype html><html><head><title>Tigris Times</title>
<link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>Hello</body></html>"""


def poll(settings: FetchSettings, *feeds: str | tuple[FeedSource, FeedState]) -> list[FeedOutcome]:
    """The outcomes of one poll, by address or with a state of their own."""
    pairs = [feed if isinstance(feed, tuple) else (FeedSource(url=feed), FeedState(url=feed)) for feed in feeds]

    async def run() -> list[FeedOutcome]:
        async with Fetcher(settings, lambda: NOW) as fetcher:
            return [outcome async for outcome in poll_feeds(pairs, fetcher, lambda: NOW)]

    return asyncio.run(run())


def test_a_feed_gives_its_reports(server, settings):
    """The outcome of a good feed holds its reports, filed under the configured address, and the server's validators."""
    url = server.serve(RSS, ETag='"v1"', Last_Modified="Wed, 04 Mar 2026 11:00:00 GMT")
    [outcome] = poll(settings, url)

    assert outcome.error is None
    assert outcome.feed is not None
    assert [report.key for report in outcome.feed.reports] == ["one", "two"]
    assert {url} == {report.feed_url for report in outcome.feed.reports}
    assert {"Tigris Times"} == {report.outlet for report in outcome.feed.reports}
    assert outcome.validators.etag == '"v1"'
    assert outcome.validators.last_modified == "Wed, 04 Mar 2026 11:00:00 GMT"
    assert outcome.validators.full_at == NOW


def test_unchanged_feed_gives_no_reports(server, settings):
    """A 304 answer to our own validators is "unchanged", and keeps them."""
    url = server.serve(b"", status=304)
    validators = Validators(etag='"v1"', body_hash="abc", full_at=NOW)
    [outcome] = poll(settings, (FeedSource(url=url), FeedState(url=url, validators=validators)))

    assert outcome.unchanged
    assert outcome.feed is None
    assert validators == outcome.validators
    assert server.asked[0][1]["if-none-match"] == '"v1"'


def test_equal_bytes_are_unchanged(server, settings):
    """A server without validators that sends the same bytes again is "unchanged" as well."""
    url = server.serve(RSS)
    [first] = poll(settings, url)
    [second] = poll(settings, (FeedSource(url=url), FeedState(url=url, validators=first.validators)))

    assert second.unchanged
    assert second.feed is None
    assert second.status == 200


def test_304_without_a_question_is_a_failure(server, settings):
    """ "Unchanged" is no answer to somebody who has nothing yet."""
    [outcome] = poll(settings, server.serve(b"", status=304))

    assert outcome.error_kind == "status"
    assert not outcome.unchanged


def test_whole_feed_is_asked_for_after_a_week(server, settings):
    """Validators may lie, so they are left out when the whole was last sent more than seven days ago."""
    url = server.serve(RSS)
    old = Validators(etag='"v1"', full_at=NOW - timedelta(days=8))
    poll(settings, (FeedSource(url=url), FeedState(url=url, validators=old)))

    assert "if-none-match" not in server.asked[0][1]


def test_web_page_is_told_apart_from_a_feed(server, settings):
    """A page in place of a feed is an error that says so and names the feed that the page itself names."""
    [outcome] = poll(settings, server.serve(PAGE, Content_Type="text/html"))

    assert outcome.error_kind == "not_a_feed"
    assert outcome.error == f"this is a web page (HTML), not a feed; it names {server.url('/rss.xml')} as its feed"


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410, 429, 500, 503])
def test_other_statuses_are_errors_even_with_a_feed_inside(server, settings, status):
    """Only answers that mean "here it is" are read; every other status is one sentence with its number."""
    [outcome] = poll(settings, server.serve(RSS if status != 204 else "", status=status, Retry_After="120"))

    assert outcome.status == status
    assert outcome.feed is None
    assert str(status) in (outcome.error or "")
    assert outcome.retry_after_s == 120


def test_slow_server_ends_at_the_deadline(server, settings):
    """A server that stalls in the middle of its answer costs no more than the deadline."""
    url = server.serve(RSS)
    server.answers["/feed"].stall = True
    [outcome] = poll(settings.model_copy(update={"deadline_s": 0.3}), url)

    assert outcome.error_kind == "timeout"
    assert "0.3 s" in (outcome.error or "")
    assert outcome.duration_s < 3


def test_bomb_is_refused_while_it_unpacks(server, settings):
    """A small compressed answer that grows without end is cut off at the limit, counted after decoding."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    [outcome] = poll(settings, server.serve(bomb, Content_Encoding="gzip"))

    assert len(bomb) < 60_000
    assert outcome.error_kind == "too_big"


def test_redirect_to_a_private_address_is_refused(server, settings):
    """An allowed server cannot send us on to an address that is not allowed; nothing is asked there."""
    server.serve("", "/feed", status=302, Location="http://10.1.2.3/feed")
    [outcome] = poll(settings, server.url("/feed"))

    assert outcome.error_kind == "refused"
    assert "10.1.2.3" in (outcome.error or "")


def test_one_bad_feed_never_stops_another(server, settings):
    """Good feeds give their reports whatever happens to the others."""
    good, page = server.serve(RSS, "/good"), server.serve(PAGE, "/page")
    outcomes = {outcome.url: outcome for outcome in poll(settings, page, server.url("/none"), good, "http:///")}

    assert len(outcomes) == 4
    assert outcomes[good].feed is not None
    assert sum(outcome.error is not None for outcome in outcomes.values()) == 3


def test_validators_stay_when_the_answer_is_no_feed(server, settings):
    """A login page must not replace what we know of the last good answer, else the feed would look unchanged later."""
    url = server.serve(PAGE, ETag='"page"')
    kept = Validators(etag='"v1"', body_hash="abc")
    [outcome] = poll(settings, (FeedSource(url=url), FeedState(url=url, validators=kept)))

    assert outcome.error is not None
    assert kept == outcome.validators


def test_permanent_move_is_told_and_temporary_is_not(server, settings):
    """301 and 308 give the new address; a single temporary hop on the way makes the whole way temporary."""
    server.serve(RSS, "/new")
    server.serve("", "/old", status=301, Location="/new")
    server.serve("", "/mixed", status=302, Location="/old")
    outcomes = {outcome.url: outcome for outcome in poll(settings, server.url("/old"), server.url("/mixed"))}

    assert outcomes[server.url("/old")].permanent_url == server.url("/new")
    assert outcomes[server.url("/mixed")].permanent_url is None
    assert outcomes[server.url("/mixed")].final_url == server.url("/new")


def test_kept_move_is_asked_directly(server, settings):
    """A feed that has moved for good is asked at its new address, and its reports stay filed under the old one."""
    server.serve(RSS, "/new")
    old = server.url("/old")
    state = FeedState(url=old, moved_to=server.url("/new"), moved_count=10)
    [outcome] = poll(settings, (FeedSource(url=old), state))

    assert [path for path, _ in server.asked] == ["/new"]
    assert outcome.feed is not None
    assert outcome.feed.reports[0].feed_url == old


def test_our_own_outage_blames_no_feed(settings):
    """When no host at all can be reached, the outcomes say that this machine is offline."""
    hosts = ["http://127.9.9.1:9/feed", "http://127.9.9.2:9/feed", "http://127.9.9.3:9/feed"]

    async def run() -> list[FeedOutcome]:
        async with Fetcher(settings, lambda: NOW) as fetcher:
            fetcher.get = _unreachable  # type: ignore[method-assign]
            pairs = [(FeedSource(url=url), FeedState(url=url)) for url in hosts]
            return [outcome async for outcome in poll_feeds(pairs, fetcher, lambda: NOW)]

    assert {"offline"} == {outcome.error_kind for outcome in asyncio.run(run())}


def test_a_refused_connection_is_an_answer(settings):
    """A host that refuses is there: its feed is to blame, not our network."""
    outcomes = poll(settings, *(f"http://127.9.9.{n}:9/feed" for n in (1, 2, 3)))

    assert {"connect"} == {outcome.error_kind for outcome in outcomes}


def test_fault_of_our_own_is_raised(server, settings):
    """An exception that nobody foresaw ends the run, whole, instead of being stored as a feed's failure."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    async def run() -> None:
        async with Fetcher(settings, lambda: NOW) as fetcher:
            url = server.serve(RSS)
            pairs = [(FeedSource(url=url), FeedState(url=url))]
            async for _ in poll_feeds(pairs, fetcher, lambda: NOW, parse=broken):  # type: ignore[arg-type]
                pass

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())


def test_source_settings_reach_the_reports(server, settings):
    """The configured publisher and language stand in every report that does not name its own."""
    url = server.serve(RSS)
    source = FeedSource(url=url, publisher="Tigris Media", language="ar")
    [outcome] = poll(settings, (source, FeedState(url=url)))

    assert outcome.feed is not None
    assert {("Tigris Media", "ar")} == {(report.outlet, report.language) for report in outcome.feed.reports}
    assert replace(outcome.feed.reports[0], outlet="Tigris Media") == outcome.feed.reports[0]


async def _unreachable(url: str, validators: Validators | None = None) -> None:
    from monitor.errors import FetchError

    raise FetchError("no route", kind="unreachable")


def test_large_feed_is_read_in_a_child(server, settings):
    """A feed of some size comes out the same, though another process has read it."""
    items = "".join(f"<item><guid>{n}</guid><title>{'word ' * 20}{n}</title></item>" for n in range(1500))
    [outcome] = poll(settings, server.serve(f'<rss version="2.0"><channel>{items}</channel></rss>'))

    assert outcome.error is None
    assert outcome.feed is not None
    assert len(outcome.feed.reports) == 1500
