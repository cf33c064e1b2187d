"""A store in a fresh file, and the two ways in which things get into it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import BASELINE, SOURCE, Clock, Judge, Poll, make_outcome, make_scored

from monitor.model import Baseline, FeedSource, FeedState, Match, Report, Validators
from monitor.store import PollStored, Store, open_store


@pytest.fixture
def clock() -> Clock:
    """A clock that moves only when told."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will be."""
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    """An open store in a new file."""
    with open_store(path, clock=clock, create=True) as opened:
        yield opened


@pytest.fixture
def poll(store: Store, clock: Clock) -> Poll:
    """Stores a poll of a feed (the river's, unless told otherwise) that brought these reports."""

    def poll_once(*reports: Report, source: FeedSource = SOURCE, etag: str = '"1"', known: bool = False) -> PollStored:
        """`known` polls the feed once without reports before, so that these are not its first sight."""
        configured = {url["url"] for url in store.feeds()}
        if source.url not in configured:
            sources = [FeedSource(url=url) for url in configured] + [source]
            store.sync_feeds(sources)
        if known:
            poll_once(source=source)
        state = FeedState(
            url=source.url,
            validators=Validators(etag=etag),
            first_polled_at=clock(),
            next_poll_at=clock() + timedelta(hours=1),
        )
        return store.record_poll(source, make_outcome(*reports, url=source.url), state)

    return poll_once


@pytest.fixture
def judge(store: Store) -> Judge:
    """Gives a waiting report of the dam's baseline a verdict with these matches, in a story; gives the report's id."""

    def judge_first(*matches: Match, story_id: int | None = None, baseline: Baseline = BASELINE) -> int:
        store.sync_baseline(baseline)
        waiting = store.unmatched(baseline, 1)[0]
        with store.matching_transaction() as tx:
            if story_id is None:
                tx.new_story(waiting)
            else:
                tx.join_story(waiting.report_id, story_id)
            tx.save_scored(waiting.report_id, baseline, make_scored(*matches, key=waiting.report.key))
        return waiting.report_id

    return judge_first
