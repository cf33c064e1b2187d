"""The stages one after the other, over a real feed server, a real database and real files: up to the alerts."""

import sqlite3
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from pipeline_stages import World, world
from pipeline_world import (
    BAKERY,
    BASELINE,
    EVACUATED,
    FOOTBALL,
    LEVEL,
    sources_of,
)

from monitor.model import Claim, FeedSource
from monitor.pipeline import (
    DeliverRun,
    MatchMemory,
    MatchRun,
    match,
    poll,
    read_articles,
    relink_stories,
)
from monitor.store import open_store

__all__ = ["world"]


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


def test_report_that_cannot_be_kept_takes_no_other_feed_with_it(world: World) -> None:
    """A fault over what one feed brought is raised, once those that answered at the same moment are kept."""
    world.feeds.items["river"] = [LEVEL]
    world.feeds.items["hill"] = [("x", "Poison", "No table takes this.")]
    world.clock.forward(hours=2)
    with sqlite3.connect(world.store.path) as connection:
        connection.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON reports WHEN NEW.title = 'Poison' "
            "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
        )
    connection.close()

    with pytest.raises(sqlite3.IntegrityError, match="poisoned"):
        poll(world.store, sources_of(world.feeds), world.settings, clock=world.clock, rng=Random(1))
    assert [row["title"] for row in world.store.query("SELECT title FROM reports ORDER BY id DESC LIMIT 1")] == [
        LEVEL[1]
    ]


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
