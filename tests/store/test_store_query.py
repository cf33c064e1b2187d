"""Questions of the user's own: SQL that can only read, and searches that are always valid."""

import sqlite3
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import BASELINE, Judge, Poll, make_match, make_report

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.search import quote


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) AS n FROM reports",
        "WITH some AS (SELECT 1 AS n) SELECT n FROM some",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c",
        "VALUES (1)",
        "EXPLAIN QUERY PLAN SELECT * FROM v_ledger",
        "PRAGMA table_info(reports)",
        "SELECT rowid FROM reports_fts WHERE reports_fts MATCH 'water'",
        "SELECT json_extract('[1]', '$[0]') AS n; ",
    ],
)
def test_reading_is_allowed(store: Store, poll: Poll, sql: str) -> None:
    """Whatever only reads gives rows."""
    poll(make_report("1"))

    assert store.query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM reports",
        "INSERT INTO stories (title, started_at, last_report_at) VALUES ('x', 'y', 'z')",
        "WITH gone AS (SELECT 1) DELETE FROM reports",
        "CREATE TABLE mine (x)",
        "CREATE TEMP TABLE mine (x)",
        "DROP VIEW v_ledger",
        "UPDATE sqlite_master SET sql = ''",
        "ATTACH '/tmp/other.db' AS other",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "VACUUM INTO '/tmp/copy.db'",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM reports",
        "SELEKT 1",
        "SELECT nonsense FROM reports",
        "",
        "-- nothing",
    ],
)
def test_all_else_is_refused_in_one_line(store: Store, poll: Poll, sql: str) -> None:
    """Writing, attaching, settings and mistakes give one line that says what to do, and change nothing."""
    poll(make_report("1"))

    with pytest.raises(StoreError, match=r"^query: ") as caught:
        store.query(sql)
    assert "\n" not in str(caught.value)
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 1}]


def test_endless_question_is_stopped(store: Store) -> None:
    """A question without end is cut off after its time limit."""
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT MAX(n) FROM c"
    began = time.monotonic()

    with pytest.raises(StoreError, match=r"stopped after 0\.1 s"):
        store.query(endless, limit_s=0.1)
    assert time.monotonic() - began < 2


def test_parameters_are_bound(store: Store, poll: Poll) -> None:
    """Values go in beside the SQL, by name or by place."""
    poll(make_report("1"))

    assert store.query("SELECT key FROM reports WHERE key = :key", {"key": "1"}) == [{"key": "1"}]
    assert store.query("SELECT key FROM reports WHERE key = ?", ["2"]) == []


def test_search_finds_words_in_any_order_and_form(store: Store, poll: Poll) -> None:
    """All words must occur; accents and case do not matter; phrases and beginnings work."""
    poll(make_report("1", "Überfall am Wehr", summary="The old mill was flooded."), make_report("2", "Mill rebuilt"))

    assert [row["report_id"] for row in store.search("mill FLOODED")] == [1]
    assert [row["report_id"] for row in store.search("uberfall")] == [1]
    assert [row["report_id"] for row in store.search('"old mill"')] == [1]
    assert {row["report_id"] for row in store.search("mil*")} == {1, 2}
    assert store.search("mill absent") == []


def test_search_follows_edits(store: Store, poll: Poll) -> None:
    """The index forgets old words and knows new ones, and stays in step with the table."""
    poll(make_report("1", "Level", summary="yesterday's words"))
    poll(make_report("1", "Level", summary="altogether different"))

    assert store.search("yesterday") == []
    assert len(store.search("altogether")) == 1
    assert [finding.level for finding in store.check() if finding.where == "search"] == ["ok"]


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_a_valid_search(text: str) -> None:
    """Whatever is typed, quotes and operators included, SQLite understands the query made of it."""
    wanted = quote(text)
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE f USING fts5 (t)")
    found = index.execute("SELECT * FROM f WHERE f MATCH ?", [wanted]).fetchall() if wanted else []
    index.close()

    assert found == []


@pytest.mark.parametrize("text", ['"', "NEAR(", "a AND", "title:x", "^x", "x\x00y", "-", "*", "(((", "a OR b"])
def test_operators_are_just_words(store: Store, poll: Poll, text: str) -> None:
    """Signs that mean something to the index mean nothing special in a search."""
    poll(make_report("1"))

    assert len(store.search(text)) <= 1


def test_mark_on_something_unknown_is_one_sentence(store: Store, poll: Poll, judge: Judge) -> None:
    """A mark on a report, baseline or claim that is not there says so."""
    poll(make_report("1"))
    judge(make_match())

    with pytest.raises(StoreError, match="there is no report 9, baseline dam, claim C1"):
        store.mark(9, BASELINE.id, "C1", "noise")


def test_filters_of_matches(store: Store, poll: Poll, judge: Judge) -> None:
    """Matches can be asked for by baseline, claim, relation and score."""
    poll(make_report("1"))
    judge(make_match("C1", score=0.9), make_match("C2", score=0.6))

    assert [row["claim_id"] for row in store.matches(claim="C2")] == ["C2"]
    assert [row["claim_id"] for row in store.matches(min_score=0.8)] == ["C1"]
    assert store.matches(relation="updates") == []
    assert store.matches(baseline_id="another") == []
