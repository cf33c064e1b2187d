"""Several polls in one transaction, ended by this thread or by another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from store_samples import SOURCE, Clock, Poll, make_outcome, make_report

from monitor.model import FeedSource, FeedState
from monitor.store import PollStored, Store

OTHER = FeedSource(url="https://hill.example/atom", title="Hill Times")
STATE, OTHER_STATE = FeedState(url=SOURCE.url), FeedState(url=OTHER.url)


def test_another_thread_may_end_the_transaction(store: Store, clock: Clock) -> None:
    """What the polls brought is there for good when the commit returns, with its words in the search."""
    store.sync_feeds([SOURCE])
    with ThreadPoolExecutor(1) as elsewhere, store.together() as polls:
        stored = polls.look(SOURCE, make_outcome(make_report("1"), make_report("2"))).record(STATE)
        elsewhere.submit(polls.commit).result()
        assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 2}]  # seen by another connection

    assert stored == PollStored(new=2)
    assert len(store.search(make_report("1").title)) == 1


def test_fault_after_the_commit_takes_nothing_back(store: Store) -> None:
    """A commit is a promise; one before it leaves nothing."""
    store.sync_feeds([SOURCE])

    def faulty(*, is_committed: bool) -> None:
        with store.together() as polls:
            polls.look(SOURCE, make_outcome(make_report("1"))).record(STATE)
            if is_committed:
                polls.commit()
            raise RuntimeError

    for is_committed, kept in ((False, 0), (True, 1)):
        with pytest.raises(RuntimeError):
            faulty(is_committed=is_committed)
        assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": kept}]


def test_report_of_one_transaction_repeats_another_of_it(store: Store) -> None:
    """Two feeds that bring the same page at one moment: the second is a duplicate of the first, as if it came later."""
    store.sync_feeds([SOURCE, OTHER])
    one = make_report("1")
    cut = replace(one, key="other", summary="Cut.", feed_url=OTHER.url)
    with store.together() as polls:
        polls.look(SOURCE, make_outcome(one, make_report("2"))).record(STATE)
        polls.look(OTHER, make_outcome(cut, make_report("3"), url=OTHER.url)).record(OTHER_STATE)
        polls.commit()

    rows = store.query("SELECT key, duplicate_of FROM reports ORDER BY id")
    assert [(row["key"], row["duplicate_of"]) for row in rows] == [("1", None), ("2", None), ("other", 1), ("3", None)]


def test_reports_before_one_that_comes_twice_are_held(store: Store, poll: Poll) -> None:
    """A document with one key twice: what stands before the second is in the feed like all else."""
    poll(make_report("0"))
    poll(make_report("1"), make_report("2"), make_report("1"))

    rows = store.query("SELECT key, in_feed FROM reports ORDER BY id")
    assert [(row["key"], row["in_feed"]) for row in rows] == [("0", 0), ("1", 1), ("2", 1)]
