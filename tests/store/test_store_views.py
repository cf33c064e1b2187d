"""The views that people query: the ledger's rule, and that each view and each documented example answers."""

import asyncio
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import (
    BASELINE,
    SOURCE,
    START,
    Clock,
    Judge,
    Poll,
    make_match,
    make_outcome,
    make_report,
)
from test_store_outbox import ADA, ALERT, make_message

from monitor.model import FeedSource, FeedState, Relation
from monitor.model_pages import PageRead
from monitor.store import Store
from monitor.store.views import VIEWS

DOCS = Path(__file__).parent.parent.parent / "docs" / "database.md"
EXAMPLES = re.findall(r"```sql\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)

SUPPORTS, CONTRADICTS, UPDATES, RELATED = Relation.SUPPORTS, Relation.CONTRADICTS, Relation.UPDATES, Relation.RELATED


def _standing(store: Store, claim: str = "C1") -> str:
    [row] = [row for row in store.ledger(BASELINE.id) if row["claim_id"] == claim]
    return str(row["standing"])


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ([], "unreported"),
        ([RELATED], "unreported"),
        ([(CONTRADICTS, 0.3)], "unreported"),
        ([SUPPORTS], "supported"),
        ([SUPPORTS, (CONTRADICTS, 0.4)], "supported"),
        ([(SUPPORTS, 0.2)], "supported"),
        ([SUPPORTS, SUPPORTS, CONTRADICTS], "disputed"),
        ([CONTRADICTS, SUPPORTS, SUPPORTS], "disputed"),
        ([UPDATES], "overtaken"),
        ([SUPPORTS, SUPPORTS, UPDATES], "overtaken"),
        ([UPDATES, SUPPORTS], "supported"),
        ([UPDATES, UPDATES, SUPPORTS], "overtaken"),
        ([CONTRADICTS, UPDATES], "overtaken"),
        ([CONTRADICTS, CONTRADICTS, UPDATES], "disputed"),
    ],
    ids=str,
)
def test_standing_follows_the_stories(
    store: Store, poll: Poll, judge: Judge, said: list[Relation | tuple[Relation, float]], standing: str
) -> None:
    """Each case: what one story after another says of the claim, oldest first, and what it adds up to."""
    store.sync_baseline(BASELINE)
    for number, one in enumerate(said):
        relation, confidence = one if isinstance(one, tuple) else (one, 0.8)
        poll(make_report(str(number), published=START + timedelta(hours=number)))
        judge(make_match("C1", relation, confidence=confidence))

    assert _standing(store) == standing
    assert _standing(store, "C3") == "unreported"


def test_copies_count_as_one_story(store: Store, poll: Poll, judge: Judge) -> None:
    """Ten reports of one story are one voice for the ledger, and publishers are counted by name."""
    for number in range(3):
        poll(make_report(str(number), outlet=f"Outlet {number % 2}"))
        judge(make_match(), story_id=None if number == 0 else 1)

    [row, *_] = store.ledger()
    assert (row["supports"], row["reports"], row["publishers"]) == (1, 3, 2)


def test_best_passage_speaks_for_the_standing(store: Store, poll: Poll, judge: Judge) -> None:
    """The ledger quotes the surest match of the relation that decided, not the highest score of all."""
    for number, (relation, score, passage) in enumerate(
        [(SUPPORTS, 0.99, "It holds."), (CONTRADICTS, 0.6, "Perhaps not."), (CONTRADICTS, 0.9, "It does not.")]
    ):
        poll(make_report(str(number)))
        judge(make_match("C1", relation, score=score, passage=passage))

    assert store.ledger()[0]["best_passage"] == "It does not."


def test_noise_leaves_the_ledger(store: Store, poll: Poll, judge: Judge) -> None:
    """A match marked as noise no longer counts; marked relevant again, it does."""
    poll(make_report("1"))
    report_id = judge(make_match("C1", CONTRADICTS))
    store.mark(report_id, BASELINE.id, "C1", "noise")
    assert _standing(store) == "unreported"
    store.mark(report_id, BASELINE.id, "C1", "relevant")

    assert _standing(store) == "disputed"


def test_match_says_what_text_was_read(store: Store, poll: Poll, judge: Judge) -> None:
    """Whether a match rests on a summary, on the full text of the feed, or on the article's page."""
    poll(make_report("0"))
    judge(make_match("C1"))
    poll(make_report("1", content="The water at the dam stood at mark one, and the mill below it was shut."))
    judge(make_match("C1"))
    number = store.query("SELECT id FROM reports WHERE key = '0'")[0]["id"]
    assert _sources(store) == ["summary", "feed"]
    store.record_page(PageRead(report_id=int(str(number)), host="river.example", state="read", text="The mill." * 99))

    assert _sources(store) == ["page", "feed"]


def _sources(store: Store) -> list[object]:
    return [row["text_source"] for row in store.query("SELECT text_source FROM v_matches ORDER BY report_id")]


def test_retired_claim_leaves_the_ledger_but_keeps_its_matches(store: Store, poll: Poll, judge: Judge) -> None:
    """A claim that left the profile is no longer listed; what was found for it stays."""
    from dataclasses import replace

    poll(make_report("1"))
    judge(make_match("C1"))
    store.sync_baseline(replace(BASELINE, claims=BASELINE.claims[1:], revision="r2"))

    assert [row["claim_id"] for row in store.ledger()] == ["C2", "C3"]
    assert len(store.matches()) == 1


def test_baseline_that_left_the_configuration_leaves_the_ledger(store: Store, poll: Poll, judge: Judge) -> None:
    """Its claims are no longer listed, what was found stays, and all is there again when it comes back."""
    poll(make_report("1"))
    judge(make_match("C1"))
    store.sync_baselines([])
    assert (store.ledger(), len(store.matches())) == ([], 1)
    store.sync_baselines([BASELINE])

    assert [row["standing"] for row in store.ledger()] == ["supported", "unreported", "unreported"]


@pytest.fixture
def full(store: Store, poll: Poll, judge: Judge, clock: Clock) -> Store:
    """A store with something to see in every view."""
    poll(make_report("0"), known=True)
    judge(make_match("C1"), make_match("C2", CONTRADICTS))
    poll(make_report("1"))
    judge()  # a near miss
    poll(make_report("0"), source=FeedSource(url="https://hill.example/atom"))
    store.record_poll(
        SOURCE, make_outcome(feed=None, error="no answer", error_kind="timeout"), FeedState(url=SOURCE.url, failures=1)
    )
    with store.matching_transaction() as tx:
        tx.add_delivery(tx.add_alert(ALERT, make_match()), ADA, make_message(1))
    return store


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_answers_and_is_documented(full: Store, view: str) -> None:
    """Each view gives rows, and docs/database.md has a section with an example for it."""
    rows = full.query(f"SELECT * FROM {view}")

    assert rows
    assert f"### {view}\n" in DOCS.read_text(encoding="utf-8")
    assert any(f"FROM {view}" in example for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: " ".join(text.split())[:60])
def test_every_documented_example_runs(full: Store, example: str) -> None:
    """What the documentation says can be typed in."""
    assert all(isinstance(row, dict) for row in full.query(example))


def test_every_table_is_documented(store: Store) -> None:
    """A table that is not in the documentation is nobody's."""
    text = DOCS.read_text(encoding="utf-8")
    tables = [
        row["name"]
        for row in store.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not re.match(r"sqlite_|_sqlite|reports_fts_", str(row["name"]))
    ]

    assert len(tables) > 17
    assert [name for name in tables if f"`{name}`" not in text] == []


def test_near_miss_names_claim_and_reason(full: Store) -> None:
    """A near miss says which claim it nearly touched and why it did not."""
    [row] = full.near_misses()

    assert (row["claim_id"], row["score"], row["reason"]) == ("C2", 0.4, "just below the threshold")


def test_feed_health_names_the_failure(full: Store) -> None:
    """A failing feed comes first, with its error."""
    row = full.feeds()[0]

    assert (row["url"], row["health"], row["last_error"]) == (SOURCE.url, "failing", "no answer")
    assert (row["polls"], row["failed_polls"], row["reports"], row["matched_reports"]) == (4, 1, 2, 1)


def test_silent_feed_is_noticed(store: Store, poll: Poll, clock: Clock) -> None:
    """A feed that answers but brings nothing new for weeks is called silent."""
    poll(make_report("1"))
    clock.forward(days=20)
    poll(make_report("1"))

    assert store.feeds()[0]["health"] == "silent"


def test_timeline_tells_what_each_report_said(full: Store) -> None:
    """The reports of a story stand in order with the claims they touch."""
    rows = full.query("SELECT kind, claims FROM v_story_timeline WHERE story_id = 1")

    assert rows == [{"kind": "own", "claims": "C1 supports, C2 contradicts"}]


def test_datasette_opens_it_as_it_is(full: Store) -> None:
    """Datasette shows the file without any preparation, and every view answers."""
    full.close()
    from datasette.app import Datasette

    async def ask() -> dict[str, int]:
        datasette = Datasette([str(full.path)], settings={"num_sql_threads": 1})
        answers = {}
        for view in VIEWS:
            response = await datasette.client.get(f"/monitor/{view}.json?_shape=array")
            answers[view] = len(response.json()) if response.status_code == 200 else 0
        answers["page"] = (await datasette.client.get("/monitor")).status_code
        answers["search"] = (await datasette.client.get("/monitor/reports?_search=water")).status_code
        return answers

    answers = asyncio.run(ask())
    assert (answers.pop("page"), answers.pop("search")) == (200, 200)
    assert [view for view, rows in answers.items() if not rows] == []


def test_sqlite_utils_opens_it_as_it_is(full: Store) -> None:
    """The command line of sqlite-utils lists the views and their rows."""
    full.close()
    command = [sys.executable, "-m", "sqlite_utils", "rows", str(full.path), "v_ledger"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert '"standing": "disputed"' in done.stdout


def test_sqlite_utils_searches_the_reports(full: Store) -> None:
    """The full-text index is found by the tools that look for one: `search` works without any setting."""
    title = full.query("SELECT title FROM reports ORDER BY id LIMIT 1")[0]["title"]
    word = max(re.findall("[A-Za-z]+", title), key=len)
    full.close()
    command = [sys.executable, "-m", "sqlite_utils", "search", str(full.path), "reports", word, "-c", "title"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert title in [row["title"] for row in json.loads(done.stdout)]
