"""SQLite's errors become ours in one place: what is wrong, with which file, what to do."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_samples import BASELINE, SOURCE, START, Clock, make_outcome
from test_store_outbox import ADA, make_message

from monitor.errors import StoreError
from monitor.model import FeedState, Mute
from monitor.model_digest import Notice
from monitor.model_pages import PageRead
from monitor.store import Store, open_store
from monitor.store.translate import sentence_for

NOTICE = Notice(kind="gap", baseline_id="dam", baseline_title="", headline="", reason="")

WRITES: dict[str, Callable[[Store], object]] = {
    "sync_feeds": lambda store: store.sync_feeds([SOURCE]),
    "together": lambda store: store.together().__enter__(),
    "record_poll": lambda store: store.record_poll(SOURCE, make_outcome(), FeedState(url=SOURCE.url)),
    "sync_baseline": lambda store: store.sync_baseline(BASELINE),
    "sync_baselines": lambda store: store.sync_baselines([BASELINE]),
    "matching_transaction": lambda store: store.matching_transaction().__enter__(),
    "claim_deliveries": lambda store: store.claim_deliveries(START),
    "release_deliveries": lambda store: store.release_deliveries(),
    "empty_messages": lambda store: store.empty_messages(START),
    "mark_sent": lambda store: store.mark_sent(1, START),
    "mark_failed": lambda store: store.mark_failed(1, START, "no", None),
    "retry_delivery": lambda store: store.retry_delivery(1),
    "close_address": lambda store: store.close_address(1, "410", START),
    "drop_delivery": lambda store: store.drop_delivery(1),
    "resend_alert": lambda store: store.resend_alert(1, ADA, make_message(1)),
    "mute": lambda store: store.mute(Mute(id=0, kind="mute", until=START)),
    "unmute": lambda store: store.unmute(1),
    "add_notice": lambda store: store.add_notice(NOTICE, []),
    "record_digest": lambda store: store.record_digest(ADA, make_message(1), [], START.date(), START),
    "skip_digest": lambda store: store.skip_digest(ADA, START.date(), START),
    "ack_alert": lambda store: store.ack_alert(1),
    "dismiss_alert": lambda store: store.dismiss_alert(1),
    "mark": lambda store: store.mark(1, "dam", None, "noise"),
    "unmark": lambda store: store.unmark(1),
    "remove_reports": lambda store: store.remove_reports(START, None),
    "record_page": lambda store: store.record_page(PageRead(report_id=1, host="", state="failed")),
    "tell_of_feeds": lambda store: store.tell_of_feeds([], "", []),
    "tell_of_flood": lambda store: store.tell_of_flood(SOURCE.url, "", []),
}

READS: dict[str, Callable[[Store], object]] = {
    "due_feeds": lambda store: store.due_feeds(START),
    "next_due": lambda store: store.next_due(),
    "count_new": lambda store: store.count_new(SOURCE, make_outcome()),
    "feed_history": lambda store: store.feed_history(SOURCE.url),
    "latest_errors": lambda store: store.latest_errors(START),
    "arrivals": lambda store: store.arrivals(SOURCE.url),
    "feed_standings": lambda store: store.feed_standings(),
    "floods": lambda store: store.floods(START),
    "wanted_pages": lambda store: store.wanted_pages(near=True, since=START, limit=1),
    "report": lambda store: store.report(1),
    "unmatched": lambda store: store.unmatched(BASELINE, 1),
    "count_unmatched": lambda store: store.count_unmatched(BASELINE),
    "newest_report": lambda store: store.newest_report(),
    "story_ids": lambda store: store.story_ids(START),
    "story_members": lambda store: list(store.story_members(START)),
    "judged_since": lambda store: list(store.judged_since(START)),
    "alert_view": lambda store: store.alert_view(1, "Ada"),
    "judged": lambda store: store.judged(1),
    "told_to": lambda store: store.told_to("dam", 1, ["Ada"]),
    "told": lambda store: store.told("dam", 1),
    "alerts_of_feed": lambda store: store.alerts_of_feed("https://feed.example", START),
    "longest_tried": lambda store: store.longest_tried(),
    "delivery": lambda store: store.delivery(1),
    "story_of_alert": lambda store: store.story_of_alert(1),
    "story_facts": lambda store: store.story_facts(1),
    "told_lately": lambda store: store.told_lately("Ada", START),
    "mutes": lambda store: store.mutes(),
    "mute_rows": lambda store: store.mute_rows(),
    "story_starts": lambda store: store.story_starts("dam", START),
    "watched_since": lambda store: store.watched_since("dam"),
    "last_answer": lambda store: store.last_answer(),
    "last_notice": lambda store: store.last_notice("dam", "gap"),
    "digest_material": lambda store: store.digest_material(ADA, ["dam"]),
    "last_digest": lambda store: store.last_digest("Ada"),
    "last_told_day": lambda store: store.last_told_day("Ada"),
    "last_digest_at": lambda store: store.last_digest_at("Ada"),
    "ledger": lambda store: store.ledger(),
    "baselines": lambda store: store.baselines(),
    "matches": lambda store: store.matches(),
    "marks": lambda store: store.marks(),
    "marked": lambda store: store.marked("dam"),
    "claim_passages": lambda store: store.claim_passages("dam"),
    "alerts": lambda store: store.alerts(),
    "deliveries": lambda store: store.deliveries(),
    "feeds": lambda store: store.feeds(),
    "near_misses": lambda store: store.near_misses(),
    "search": lambda store: store.search("water"),
    "query": lambda store: store.query("SELECT 1"),
    "check": lambda store: store.check(),
}


@pytest.fixture
def locked(path: Path, clock: Clock) -> Iterator[Store]:
    """A store whose file another program is writing to."""
    with open_store(path, clock=clock, create=True, busy_timeout_s=0) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield store
        other.close()


def test_every_method_is_tried_here() -> None:
    """A new question or transaction adds its line to one of the two lists."""
    own = [one for one in Store.__mro__ if one.__module__.startswith("monitor.")]
    public = {name for one in own for name in vars(one) if not name.startswith("_")} - {"close", "path"}

    assert public == WRITES.keys() | READS.keys()


@pytest.mark.parametrize("name", WRITES)
def test_every_write_says_that_the_file_is_locked(locked: Store, name: str) -> None:
    """While another program writes, each transaction gives the same sentence; it never fails in silence."""
    with pytest.raises(StoreError, match="locked by another program; stop that program, or try again later"):
        WRITES[name](locked)


@pytest.mark.parametrize("name", READS)
def test_every_question_is_answered_while_another_writes(locked: Store, name: str) -> None:
    """Reading never waits for a writer."""
    READS[name](locked)


@pytest.mark.parametrize("name", sorted(READS.keys() - {"check", "query"}))  # these two look for themselves
def test_no_question_answers_no_when_the_file_has_gone_bad(store: Store, name: str) -> None:
    """A question to a database that cannot be read is an error, never an empty answer."""
    store.sync_baseline(BASELINE)
    store.sync_feeds([SOURCE])
    for pragma in ("wal_checkpoint(TRUNCATE)", "cache_size = 0"):
        store._connection.pragma(pragma)
    raw = bytearray(store.path.read_bytes())
    raw[4096:] = b"\x0d" * (len(raw) - 4096)
    store.path.write_bytes(raw)
    with store._connection.write():  # has the connection look at the file anew
        pass

    with pytest.raises(StoreError, match="damaged"):
        READS[name](store)


def test_error_keeps_its_cause(locked: Store) -> None:
    """The foreign error stays attached, for the log."""
    with pytest.raises(StoreError) as caught:
        locked.sync_feeds([SOURCE])

    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


CODES = {
    name: value
    for name, value in vars(sqlite3).items()
    if name in ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_READONLY", "SQLITE_CANTOPEN")
    or name.startswith(("SQLITE_IOERR", "SQLITE_BUSY_", "SQLITE_READONLY_", "SQLITE_CORRUPT_"))
}


@pytest.mark.parametrize("name", CODES)
def test_every_trouble_of_the_file_has_a_sentence(name: str, path: Path) -> None:
    """Whatever SQLite says of file, disk or lock, people get one line with the path and what to do."""
    error = sqlite3.OperationalError("detail")
    error.sqlite_errorcode = CODES[name]
    sentence = sentence_for(error, path)

    assert sentence is not None
    assert sentence.startswith(f"{path}: ")
    assert ";" in sentence


def test_fault_of_ours_is_not_dressed_up(path: Path) -> None:
    """An error in our own SQL is no trouble of the user's and passes on as it is."""
    error = sqlite3.OperationalError("no such column: x")
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR

    assert sentence_for(error, path) is None


def test_write_outside_of_a_transaction_is_a_fault_of_ours(store: Store) -> None:
    """No statement can slip past the lock."""
    with pytest.raises(RuntimeError, match=r"outside of Connection\.write"):
        store._connection.run("DELETE FROM reports")
