"""Marks reach the matching stage of a program that keeps running."""

from pathlib import Path

from pipeline_world import BASELINE, Clock, make_settings

from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report
from monitor.pipeline import MatchMemory, match
from monitor.store import Store, open_store

FEED = FeedSource(url="https://river.example/feed", title="River Post")


def _arrive(store: Store, clock: Clock, key: str, title: str) -> int:
    report = Report(key=key, title=title, summary="The village lies below the Vale Dam.", published=clock())
    feed = ParsedFeed(title="River Post", reports=(report,), format="rss20")
    outcome = FeedOutcome(url=FEED.url, started_at=clock(), duration_s=0.1, status=200, feed=feed)
    store.record_poll(FEED, outcome, FeedState(url=FEED.url, first_polled_at=clock()))
    found: int = store.query("SELECT id FROM reports WHERE key = ?", [key])[0]["id"]
    return found


def test_mark_counts_from_the_next_report_on_and_until_it_is_taken_back(tmp_path: Path) -> None:
    """With the same memory: before the mark, after it, after undo."""
    clock, settings, memory = Clock(), make_settings(tmp_path), MatchMemory()
    with open_store(settings.database, clock=clock, create=True) as store:
        store.sync_feeds([FEED])
        marked = 0
        for key, title in (("1", "Choir in the village"), ("2", "Choir again"), ("3", "Choir once more")):
            clock.forward(hours=1)
            report_id = _arrive(store, clock, key, title)
            match(store, [BASELINE], settings, clock=clock, memory=memory)
            if key == "1":
                marked = store.mark(report_id, BASELINE.id, "C2", "noise")
            elif key == "2":
                store.unmark(marked)
        rows = store.query("SELECT key, best_claim_score FROM verdicts v JOIN reports r ON r.id = v.report_id")
    scores = {row["key"]: row["best_claim_score"] for row in rows}

    assert scores["2"] < scores["1"]
    assert scores["2"] < scores["3"]
