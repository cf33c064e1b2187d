"""The stages one after the other, over a real feed server, a real database and real files."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pipeline_world import (
    BAKERY,
    BASELINE,
    EVACUATED,
    FOOTBALL,
    LEVEL,
    Clock,
    FeedServer,
    make_settings,
    serving,
    sources_of,
)

import monitor.pipeline.digesting as digesting
from monitor.errors import ComposeError, DeliveryError
from monitor.model import Claim, Delivery, FeedSource, Message
from monitor.model_digest import Digest
from monitor.pipeline import (
    DeliverRun,
    MatchMemory,
    MatchRun,
    PollRun,
    deliver,
    digest,
    match,
    poll,
    preview_digest,
    read_articles,
    relink_stories,
    remove_old,
)
from monitor.store import Store, open_store


class World:
    """The stages with everything they need."""

    def __init__(self, folder: Path, feeds: FeedServer) -> None:
        self.clock = Clock()
        self.feeds = feeds
        self.folder = folder
        self.settings = make_settings(folder)
        self.store: Store = open_store(folder / "monitor.db", clock=self.clock, create=True)
        self.memory = MatchMemory()

    def poll(self, **options: object) -> PollRun:
        return poll(
            self.store,
            sources_of(self.feeds),
            self.settings,
            clock=self.clock,
            rng=Random(1),
            **options,  # type: ignore[arg-type]
        )

    def match(self, *baselines: object) -> MatchRun:
        chosen = baselines or (BASELINE,)
        return match(self.store, chosen, self.settings, clock=self.clock, memory=self.memory)  # type: ignore[arg-type]

    def deliver(self, **options: object) -> DeliverRun:
        return deliver(self.store, self.settings, clock=self.clock, rng=Random(1), **options)  # type: ignore[arg-type]

    def digest(self, day: date | None = None) -> tuple[str, ...]:
        return digest(self.store, self.settings, [BASELINE.id], clock=self.clock, local_date=day).made

    def later(self, **items: list[tuple[str, str, str]]) -> PollRun:
        """The feeds grow, and an hour later they are polled again."""
        for name, new in items.items():
            self.feeds.items[name] = new + self.feeds.items.get(name, [])
        self.clock.forward(hours=2)
        return self.poll()

    def mails(self) -> list[Path]:
        return sorted((self.folder / "mail").glob("*.eml"))

    def count(self, table: str) -> int:
        return int(self.store.query(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two feeds, polled once while they held nothing of interest."""
    with serving() as feeds:
        feeds.items = {"river": [FOOTBALL], "hill": [BAKERY]}
        made = World(tmp_path, feeds)
        with made.store:
            made.poll()
            made.match()
            yield made


def test_news_becomes_alerts_and_mails(world: World) -> None:
    """A report that bears on a claim is stored, matched, alerted and delivered, each once."""
    polled = world.later(river=[EVACUATED])
    matched = world.match()
    delivered = world.deliver()

    assert (polled.feeds, polled.new) == (2, 1)
    assert (matched.matched, matched.alerts) == (1, 1)
    assert delivered == DeliverRun(sent=1)
    assert len(world.mails()) == 1
    assert world.store.query("SELECT claim_id, state, deliveries, delivered FROM v_alerts") == [
        {"claim_id": "C2", "state": "sent", "deliveries": 1, "delivered": 1}
    ]


def test_every_stage_again_does_nothing(world: World) -> None:
    """Running the stages a second time stores, alerts and sends nothing more."""
    world.later(river=[EVACUATED, LEVEL])
    world.match()
    world.deliver()
    tables = ("reports", "matches", "alerts", "deliveries")
    before = {table: world.count(table) for table in tables}

    polled = world.later()
    assert (polled.new, polled.revised) == (0, 0)
    assert world.match() == MatchRun()
    assert world.deliver() == DeliverRun()
    assert before == {table: world.count(table) for table in tables}


def test_unchanged_feed_is_asked_with_its_validators(world: World) -> None:
    """What the server gave as etag comes back to it, and a 304 changes nothing."""
    world.feeds.answered.clear()
    world.later()

    assert world.feeds.answered == [304, 304]
    assert world.count("reports") == 2


def test_one_bad_feed_stops_no_other(world: World) -> None:
    """A feed that fails is counted with its sentence, and the others bring their reports."""
    world.feeds.items["hill"] = [LEVEL]
    world.clock.forward(hours=2)
    sources = [*sources_of(world.feeds), FeedSource(url=f"{world.feeds.url}/gone")]
    run = poll(world.store, sources, world.settings, clock=world.clock, rng=Random(1))

    assert (run.feeds, run.failed, run.new) == (3, 1, 1)
    assert "404" in run.errors[0][1]


def test_what_a_feed_held_at_first_is_left_to_the_digest(world: World) -> None:
    """A new feed full of matching reports raises no alert; they are held, and the digest tells them."""
    world.later(valley=[EVACUATED])
    matched = world.match()

    assert (matched.alerts, matched.held) == (0, 1)
    assert world.digest(date(2026, 1, 6)) == ("Ada",)


def test_copy_in_another_feed_is_no_second_alert(world: World) -> None:
    """The same story from a second feed joins the first one's story and stays quiet, with a reason."""
    world.later(river=[EVACUATED])
    world.match()
    world.later(hill=[("x", EVACUATED[1], EVACUATED[2])])
    again = world.match()

    assert again.alerts == 0
    assert world.store.query(
        "SELECT COUNT(DISTINCT story_id) AS n FROM matches JOIN reports r ON r.id = report_id"
    ) == [{"n": 1}]
    assert all(row["reason"] for row in world.store.alerts())


def test_edited_report_is_judged_again(world: World) -> None:
    """When the words of a stored report change, it is scored anew and the verdict follows the new text."""
    world.later(river=[("g", "Nothing new", "The weather stays as it was yesterday in the valley.")])
    first = world.match()
    world.feeds.items["river"][0] = ("g", EVACUATED[1], EVACUATED[2])
    polled = world.later()
    second = world.match()

    assert first.matched == 0
    assert polled.revised == 1
    assert second.matched == 1


def test_changed_profile_has_all_judged_again_and_alerts_nobody(world: World) -> None:
    """A new claim finds what is already stored, but yesterday's news is left to the digest."""
    world.later(river=[EVACUATED])
    world.match(replace(BASELINE, claims=BASELINE.claims[:1], revision="r0"))
    again = world.match(BASELINE)

    assert again.reports == 3
    assert (again.matched, again.alerts, again.held) == (1, 0, 1)


def test_every_report_keeps_its_verdict(world: World) -> None:
    """Nothing is dropped in silence: each report has a decision with a reason."""
    world.later(river=[EVACUATED, LEVEL])
    world.match()

    rows = world.store.query("SELECT decision, reason FROM reports r LEFT JOIN verdicts v ON v.report_id = r.id")
    assert len(rows) == 4
    assert all(row["decision"] and row["reason"] for row in rows)


def test_report_far_from_the_baseline_gets_a_story_once_it_matches(world: World) -> None:
    """What shares nothing with a baseline is in no story; when a new profile matches it, it is, with its duplicate."""
    world.later(hill=[("again", BAKERY[1], BAKERY[2])])
    world.match()
    closed = f"reports WHERE title = '{BAKERY[1]}'"
    before = world.count(f"{closed} AND story_id IS NOT NULL")
    bakery = Claim(id="C4", text="The oldest bakery of the market street closes after ninety years.")
    world.match(replace(BASELINE, claims=(*BASELINE.claims, bakery), revision="r2"))

    assert before == 0
    assert world.count(f"{closed} AND duplicate_of IS NOT NULL") == 1
    assert world.count(f"{closed} AND story_id IS NULL") == 0
    assert world.count(f"(SELECT DISTINCT story_id FROM {closed})") == 1


def test_memory_follows_what_others_wrote(world: World) -> None:
    """A story made by another process is known to this one's memory."""
    match(world.store, [BASELINE], world.settings, clock=world.clock, memory=world.memory)
    world.later(river=[EVACUATED])
    match(world.store, [BASELINE], world.settings, clock=world.clock, memory=MatchMemory())
    world.later(hill=[("y", "Village below Vale Dam evacuated by boat", EVACUATED[2])])
    world.match()

    assert world.store.query("SELECT COUNT(DISTINCT story_id) AS n FROM reports WHERE title LIKE 'Village%'") == [
        {"n": 1}
    ]


def test_interrupted_transaction_leaves_nothing_and_is_repeated(world: World) -> None:
    """A fault just before the commit leaves no verdict, story or alert; the next run makes them all."""
    world.later(river=[EVACUATED])

    def fail(name: str) -> None:
        if name == "match: before commit":
            raise KeyboardInterrupt

    before = {table: world.count(table) for table in ("verdicts", "stories", "alerts", "deliveries")}
    with pytest.raises(KeyboardInterrupt):
        match(world.store, [BASELINE], world.settings, clock=world.clock, memory=world.memory, failpoint=fail)
    assert before == {table: world.count(table) for table in before}
    assert world.match().alerts == 1


class Refusing:
    """A channel that refuses as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tried = 0

    def send(self, delivery: Delivery) -> None:
        self.tried += 1
        raise self.error


def test_refused_message_is_tried_again_later(world: World) -> None:
    """A temporary refusal waits for its time; then the message goes out, with the same Message-ID."""
    world.later(river=[EVACUATED])
    world.match()
    refused = world.deliver(open_one=lambda name: Refusing(DeliveryError("try later")))
    at_once = world.deliver()
    world.clock.forward(minutes=5)
    later = world.deliver()

    assert (refused.failed, refused.errors) == (1, ("try later",))
    assert at_once == DeliverRun()
    assert later.sent == 1
    assert world.store.deliveries()[0]["attempts"] == 2


def test_final_refusal_is_parked_and_shown(world: World) -> None:
    """A message refused for good is not tried again; its alert says that it failed."""
    world.later(river=[EVACUATED])
    world.match()
    run = world.deliver(open_one=lambda name: Refusing(DeliveryError("no such mailbox", permanent=True)))
    world.clock.forward(days=1)

    assert run.given_up == 1
    assert world.deliver() == DeliverRun()
    assert world.store.alerts()[0]["state"] == "failed"
    assert world.store.deliveries()[0]["last_error"] == "no such mailbox"


def test_channel_that_is_down_is_asked_once_a_run(world: World) -> None:
    """With the server gone, one message finds out and the others wait untried; nothing is lost."""
    world.settings = make_settings(
        world.folder, recipient_tables=({"name": "Bo", "channel": "smtp", "address": "bo@x.example"},)
    )
    world.later(river=[EVACUATED], hill=[LEVEL])
    world.match()
    waiting = world.count("deliveries WHERE state = 'waiting'")
    run = world.deliver()  # no [smtp] in these settings

    assert run.failed == 1
    assert "smtp" in run.errors[0]
    assert world.count("deliveries WHERE state = 'waiting'") == waiting


def test_fault_of_a_message_stops_no_other(world: World) -> None:
    """What a channel fails at in a way nobody foresaw is told whole, and its message waits; the others go out."""
    _two_people(world)

    class Faulty:
        def send(self, delivery: Delivery) -> None:
            if delivery.recipient == "Ada":
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.deliver(open_one=lambda name: Faulty())
    assert world.deliver(open_one=lambda name: Faulty()).sent == 1

    [row] = world.store.deliveries(state="waiting")
    assert (row["recipient"], row["perhaps_twice"]) == ("Ada", 0)
    assert "ZeroDivisionError" in row["last_error"]
    world.clock.forward(minutes=2)
    assert world.deliver().sent == 1


def _two_people(world: World) -> None:
    """Two recipients of files, each with a message that waits."""
    world.settings = make_settings(
        world.folder,
        recipient_tables=[{"name": n, "channel": "file", "address": str(world.folder / n)} for n in ("Ada", "Bo")],
    )
    world.later(river=[EVACUATED])
    world.match()


def test_message_that_a_program_dies_of_waits_and_is_parked(world: World) -> None:
    """With the third death it waits ten minutes, so that others go out; with the tenth it is given up and shown."""
    _two_people(world)
    deadly, sent = world.store.deliveries()[-1]["delivery_id"], 0

    class Deadly:
        def send(self, delivery: Delivery) -> None:
            if delivery.id == deadly:
                raise KeyboardInterrupt  # nothing is put back, as after a kill

    for _ in range(10):
        try:
            sent += world.deliver(open_one=lambda name: Deadly()).sent
        except KeyboardInterrupt:
            world.clock.forward(seconds=1)
        else:
            world.clock.forward(minutes=10)
    assert sent == 1
    for _ in range(20):
        with suppress(KeyboardInterrupt):
            world.deliver(open_one=lambda name: Deadly())
        world.clock.forward(minutes=10)

    row = world.store.delivery(deadly)
    assert row is not None
    assert (row["state"], row["perhaps_twice"]) == ("failed", 1)
    assert row["last_error"] == "the program ended 10 times while it handed this over"


def test_digest_that_cannot_be_put_into_words_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recipient's digest is parked with the reason, the other's goes out; the next one tells what was parked."""
    _two_people(world)
    render = digesting.render_digest

    def fail_for_ada(composed: Digest, **options: Any) -> Message:
        if composed.recipient.name == "Ada":
            raise ComposeError("cannot be put into words: a bad title")
        return render(composed, **options)

    with monkeypatch.context() as patched:
        patched.setattr(digesting, "render_digest", fail_for_ada)
        run = digest(world.store, world.settings, [BASELINE.id], clock=world.clock, local_date=date(2026, 1, 6))
    assert (run.made, run.failed) == (("Bo",), ("Ada",))
    [row] = world.store.deliveries(state="failed")
    assert (row["recipient"], row["last_error"]) == ("Ada", "cannot be put into words: a bad title")

    assert world.digest(date(2026, 1, 7)) == ("Ada",)
    assert world.store.digest_material(world.settings.recipients[0], [BASELINE.id]).matches == ()


def test_folder_that_cannot_be_written_keeps_nobody_else_waiting(world: World) -> None:
    """Each recipient's folder is an address of its own."""
    (world.folder / "Ada").write_text("a file where a folder should be")
    _two_people(world)
    run = world.deliver()

    assert (run.sent, run.failed) == (1, 1)
    assert len(list((world.folder / "Bo").glob("*.eml"))) == 1


def test_digest_tells_each_thing_once(world: World) -> None:
    """The second digest holds only what came after the first; with nothing new there is none."""
    world.later(river=[EVACUATED])
    world.match()
    first = world.digest(date(2026, 1, 6))
    second = world.digest(date(2026, 1, 7))
    world.later(hill=[LEVEL])
    world.match()
    composed, _ = preview_digest(
        world.store, world.settings, [BASELINE.id], world.settings.recipients[0], clock=world.clock
    )

    assert first == ("Ada",)
    assert second == ()
    assert {member.claim for member in composed.members} == {"C1"}


def test_digest_of_a_date_is_made_once(world: World) -> None:
    """Two runs for the same local date give one digest, also when there was nothing to tell at first."""
    world.digest(date(2026, 1, 6))
    world.later(river=[EVACUATED])
    world.match()
    world.digest(date(2026, 1, 7))
    again = digest(world.store, world.settings, [BASELINE.id], clock=world.clock, local_date=date(2026, 1, 7))

    assert again.made == ()
    assert world.store.last_digest("Ada") == date(2026, 1, 7)
    assert world.count("deliveries WHERE kind = 'digest'") == 1


def test_digest_that_was_given_up_is_told_again(world: World) -> None:
    """What nobody received counts as not told."""
    world.later(river=[EVACUATED])
    world.match()
    world.digest(date(2026, 1, 6))
    world.deliver(open_one=lambda name: Refusing(DeliveryError("no", permanent=True)))

    assert world.digest(date(2026, 1, 7)) == ("Ada",)


def test_preview_keeps_nothing(world: World) -> None:
    """Looking at the next digest changes nothing in the database."""
    world.later(river=[EVACUATED])
    world.match()
    _, message = preview_digest(
        world.store, world.settings, [BASELINE.id], world.settings.recipients[0], clock=world.clock
    )

    assert EVACUATED[1] in " ".join(message.text.replace("*", "").split())
    assert world.count("digests") == 0


def test_article_pages_are_read_where_the_feed_asks_for_it(world: World) -> None:
    """A feed with `full_text` gets the words of each new report's page, once, and the report is judged again."""
    page = "<html><head><title>t</title></head><body><article><p>" + "The wall was repaired by night. " * 20
    world.feeds.pages["long/n"] = page + "</p></article></body></html>"
    world.feeds.items["long"] = [("n", "Wall repaired", "Short.")]
    source = FeedSource(url=f"{world.feeds.url}/long", full_text=True)
    poll(world.store, [source], world.settings, clock=world.clock, rng=Random(1))
    world.match()
    runs = [read_articles(world.store, world.settings, clock=world.clock) for _ in range(2)]

    [row] = world.store.query("SELECT content, text_source, version FROM reports WHERE key = 'n'")
    assert "repaired by night" in row["content"]
    assert (row["text_source"], row["version"]) == ("page", 2)
    assert [run.read for run in runs] == [1, 0]
    assert world.match().reports == 1


def test_stopping_leaves_the_rest_for_the_next_run(world: World) -> None:
    """A stage that is told to stop ends after the step it is in; nothing is lost."""
    world.later(river=[EVACUATED, LEVEL])
    match(world.store, [BASELINE], world.settings, clock=world.clock, stopping=lambda: True)
    world.match()

    assert world.count("verdicts") == 4


def test_second_look_merges_stories(world: World) -> None:
    """Looking again at stories that are already right changes nothing and breaks nothing."""
    world.later(river=[EVACUATED], hill=[LEVEL])
    world.match()
    relink_stories(world.store, clock=world.clock)

    assert world.count("matches m JOIN reports r ON r.id = m.report_id WHERE r.story_id IS NULL") == 0
    assert world.count("stories s WHERE NOT EXISTS (SELECT 1 FROM reports r WHERE r.story_id = s.id)") == 0


def test_second_look_joins_what_was_kept_apart(world: World) -> None:
    """Two stories of one event become one, under the older number."""
    world.later(river=[EVACUATED])
    world.later(hill=[("x", EVACUATED[1], f"{EVACUATED[2]} It was raining.")])
    world.match()
    first, second = (row["id"] for row in world.store.query("SELECT report_id AS id FROM v_matches GROUP BY 1"))
    with world.store.matching_transaction() as tx:
        report = world.store.report(second)
        assert report is not None
        tx.new_story(report)
    apart = world.count("(SELECT DISTINCT story_id FROM v_matches)")

    assert relink_stories(world.store, clock=world.clock) == 1
    assert (apart, world.count("(SELECT DISTINCT story_id FROM v_matches)")) == (2, 1)
    assert first != second


def test_two_programs_judging_at_once_tell_once(world: World) -> None:
    """When another program judges the same reports in between, nothing is stored or told twice."""
    world.later(river=[EVACUATED])
    runs = []

    def meanwhile(name: str) -> None:
        if name == "match: scored" and not runs:
            with open_store(world.folder / "monitor.db", clock=world.clock) as other:
                runs.append(match(other, [BASELINE], world.settings, clock=world.clock, memory=MatchMemory()))

    late = match(world.store, [BASELINE], world.settings, clock=world.clock, memory=world.memory, failpoint=meanwhile)

    assert (runs[0].alerts, late.reports) == (1, 0)
    assert world.count("alerts WHERE state = 'pending'") == world.count("deliveries") == 1


def test_feed_removed_while_it_was_polled_is_dropped(world: World) -> None:
    """What comes in for a feed that just left the configuration is not stored."""
    world.feeds.items["river"] = [EVACUATED, FOOTBALL]
    world.clock.forward(hours=2)

    def remove(name: str) -> None:
        if name == "poll: before fetching":
            world.store.sync_feeds([])

    run = world.poll(failpoint=remove)
    assert (run.feeds, run.new) == (2, 0)
    assert world.count("reports") == 2


def test_mails_show_the_readers_time(world: World) -> None:
    """Times in an alert are in the configured zone."""
    world.settings = make_settings(world.folder, digest={"timezone": "Asia/Baghdad"})
    world.later(river=[EVACUATED])
    world.match()

    [row] = world.store.query("SELECT text FROM deliveries")
    assert "11:00" in row["text"]  # 08:00 UTC


def test_contents_of_old_messages_are_removed(world: World) -> None:
    """Half a year after a mail was sent its text is gone, and that it was sent is still known; what waits is whole."""
    _two_people(world)
    bo, ada = (row["delivery_id"] for row in world.store.deliveries())
    world.deliver(stopping=lambda: world.count("deliveries WHERE state = 'sent'") == 1)
    world.clock.forward(days=179)
    remove_old(world.store, world.settings, clock=world.clock)
    assert world.store.delivery(ada)["text"]  # type: ignore[index]
    world.clock.forward(days=2)
    remove_old(world.store, world.settings, clock=world.clock)

    sent, waiting = world.store.delivery(ada), world.store.delivery(bo)
    assert sent is not None
    assert waiting is not None
    assert (sent["state"], sent["text"]) == ("sent", "")
    assert sent["subject"]
    assert waiting["state"] == "waiting"
    assert EVACUATED[1] in " ".join(waiting["text"].split())
    assert world.deliver().sent == 1
