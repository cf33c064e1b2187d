"""A clock that was a day ahead for a while, and is right again."""

from datetime import timedelta
from pathlib import Path

from store_samples import SOURCE, Clock, Poll, make_report

from monitor.store import Store
from monitor.store.future import mend_future

DAY = timedelta(days=1)


def test_feed_polled_by_a_wrong_clock_is_due_again(store: Store, path: Path, clock: Clock, poll: Poll) -> None:
    """Polled while the clock showed tomorrow, the feed would rest until then; mended, it is due now."""
    clock.forward(days=1)
    poll(make_report("1"))
    clock.forward(days=-1)
    assert store.due_feeds(clock()) == []

    assert mend_future(path, clock(), longest=DAY) == 1
    assert [source.url for source, _ in store.due_feeds(clock())] == [SOURCE.url]
    assert mend_future(path, clock(), longest=DAY) == 0


def test_right_times_are_left_alone(store: Store, path: Path, clock: Clock, poll: Poll) -> None:
    """Where nothing lies in the future, nothing is written: not even the lock is taken."""
    poll(make_report("1"))
    with store._connection.write():
        assert mend_future(path, clock(), longest=DAY) == 0
    assert store.due_feeds(clock()) == []
