"""A feed that floods, and a network that is away: what people hear of, and what no feed is blamed for."""

from pathlib import Path
from random import Random

from course import Course, rss
from pipeline_world import BASELINE, EVACUATED, Clock, make_settings

from monitor.config.settings import AlertSettings
from monitor.errors import FetchError
from monitor.feeds.fetch import Fetcher, FetchResult
from monitor.model import FeedSource, Validators
from monitor.pipeline import match, poll
from monitor.store import Store, open_store

REPAIR = (
    "r",
    "Vale Dam wall: repair will not end in May",
    "Engineers need until autumn for the wall, the office said.",
)


def test_flood_of_alerts_is_capped(feed: Course) -> None:
    """Above the limit a feed's alerts of a day are left to the digest, with the reason; a notice says so once a day."""
    feed.settings = feed.settings.model_copy(update={"alerts": AlertSettings(most_per_feed_day=1)})
    feed.run(lambda number, server: rss([EVACUATED, REPAIR] if number else []), polls=5, judged=True)
    states = feed.rows("SELECT state, reason FROM alerts ORDER BY state")

    assert [row["state"] for row in states] == ["pending", "throttled"]
    assert (
        states[1]["reason"]
        == "too many of one feed: it had 1 alerts within a day already, so this is left to the digest"
    )
    assert feed.count("deliveries WHERE kind = 'alert'") == 1
    assert feed.notices() == ["Too many alerts from River Post"]
    material = feed.store.digest_material(feed.settings.recipients[0], [BASELINE.id])
    assert [held.alert.reason for held in material.held] == [states[1]["reason"]]


class Cut(Fetcher):
    """A fetcher whose cable can be pulled; for these hosts, or for all."""

    pulled: frozenset[str] | None = frozenset()

    async def get(self, url: str, validators: Validators | None = None) -> FetchResult:
        if Cut.pulled is None or any(f"//{host}." in url for host in Cut.pulled):
            raise FetchError("no such host for now", kind="dns_temp")
        raise FetchError("nothing here", kind="status", status=404)


def failures(store: Store) -> dict[str, tuple[int, str | None]]:
    rows = store.query("SELECT url, failures, last_error_kind FROM feeds ORDER BY url")
    return {row["url"][7]: (row["failures"], row["last_error_kind"]) for row in rows}


def ask(store: Store, clock: Clock, tmp_path: Path, *names: str) -> None:
    sources = [FeedSource(url=f"http://{name}.example/feed") for name in "abcd"]
    poll(
        store,
        sources,
        make_settings(tmp_path),
        clock=clock,
        rng=Random(1),
        urls=[f"http://{name}.example/feed" for name in names],
        force=True,
        make_fetcher=Cut,
    )


def test_outage_blames_nobody(tmp_path: Path) -> None:
    """With no host reachable, for a day long, no feed has a failure and no notice goes out."""
    clock = Clock()
    with open_store(tmp_path / "monitor.db", clock=clock, create=True) as store:
        Cut.pulled = None
        for _ in range(40):
            clock.forward(minutes=40)
            ask(store, clock, tmp_path, *"abcd")

        assert failures(store) == dict.fromkeys("abcd", (0, None))
        assert store.query("SELECT COUNT(*) AS n FROM deliveries") == [{"n": 0}]
        assert "no network" in store.query("SELECT next_poll_why FROM feeds")[0]["next_poll_why"]


def test_outage_is_seen_when_feeds_fall_due_one_by_one(tmp_path: Path) -> None:
    """Polled alone, a feed cannot tell; with those of the last minutes it can: only the first two are blamed."""
    clock = Clock()
    with open_store(tmp_path / "monitor.db", clock=clock, create=True) as store:
        Cut.pulled = None
        for name in "abcdabcd":
            clock.forward(minutes=2)
            ask(store, clock, tmp_path, name)

        assert failures(store) == {"a": (1, "dns_temp"), "b": (1, "dns_temp"), "c": (0, None), "d": (0, None)}


def test_one_dead_host_is_blamed(tmp_path: Path) -> None:
    """While others answer, a host that cannot be found has failed."""
    clock = Clock()
    with open_store(tmp_path / "monitor.db", clock=clock, create=True) as store:
        Cut.pulled = frozenset("a")
        for _ in range(3):
            clock.forward(minutes=11)
            ask(store, clock, tmp_path, *"abcd")

        assert failures(store)["a"] == (3, "dns_temp")
        assert failures(store)["b"] == (3, "status")


def test_other_feeds_are_judged_beside_a_flood(feed: Course) -> None:
    """A limit reached by one feed is not another's."""
    feed.settings = feed.settings.model_copy(update={"alerts": AlertSettings(most_per_feed_day=1)})
    other = FeedSource(url=f"{feed.server.url}/other", title="Hill Times")
    feed.run(lambda number, server: rss([]), polls=1)
    feed.server.pages["/other"] = rss([])
    poll(feed.store, [feed.source, other], feed.settings, clock=feed.clock, rng=Random(1))
    feed.server.pages["/other"] = rss([EVACUATED])
    feed.clock.forward(hours=2)
    poll(feed.store, [feed.source, other], feed.settings, clock=feed.clock, rng=Random(1))
    match(feed.store, [BASELINE], feed.settings, clock=feed.clock, memory=feed.memory)

    assert feed.count("alerts WHERE state = 'pending'") == 1
