"""A configuration with a database in which reports on a bridge are stored, judged and told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.baseline.profile import load_profile
from monitor.config import load_settings
from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report
from monitor.pipeline import MatchMemory, match
from monitor.store import open_store

PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"
[[claims]]
id = "B1"
text = "The Harbour Bridge in Larnport will reopen on 4 May 2026 after repairs that cost 30 million euros."
[[claims]]
id = "B2"
text = "Ferry operator Nordlink will stop its line across the bay when the bridge reopens."
[[entities]]
name = "Harbour Bridge"
[[entities]]
name = "Nordlink"
"""
CONFIG = """
baselines = ["bridge.toml"]
[alerts]
first_sight = "alert"
[[recipients]]
name = "desk"
channel = "file"
address = "outbox"
"""
START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
FEED = FeedSource(url="https://bay.example/feed", title="Bay News")

# key, title, summary, days after START
REPORTS = (
    ("reopens", "Harbour Bridge reopens on 4 May", "The Harbour Bridge in Larnport reopens after repairs.", 0),
    ("ferry", "Nordlink to stop its ferry line", "The ferry operator Nordlink ends its line across the bay.", 0),
    ("concert", "Choir sings on Harbour Bridge", "Singers from Larnport will stand on the bridge in May.", 1),
    ("encore", "Choir to sing on Harbour Bridge again", "The singers from Larnport stand on the bridge again.", 2),
    ("fares", "Nordlink raises its fares", "The company asks two euros more for bicycles.", 2),
    ("final", "Cup final ends in a draw", "Both keepers had a quiet afternoon.", 2),
)


def make_world(folder: Path) -> Path:
    """Lays all of it into the folder; gives the configuration's path."""
    (folder / "bridge.toml").write_text(PROFILE, encoding="utf-8")
    config = folder / "monitor.toml"
    config.write_text(CONFIG, encoding="utf-8")
    for day in range(3):
        add_reports(config, [one for one in REPORTS if one[3] == day])
    return config


def add_reports(config: Path, items: list[tuple[str, str, str, int]]) -> None:
    """Stores these reports, each on its day, and runs the matching stage."""
    settings = load_settings(config, {})
    baselines = [load_profile(path) for path in settings.baselines]
    memory = MatchMemory()
    for key, title, summary, days in items:
        now = START + timedelta(days=days)

        def clock(at: datetime = now) -> datetime:
            return at

        report = Report(key=key, title=title, summary=summary, published=now, outlet="Bay News", feed_url=FEED.url)
        with open_store(settings.database, clock=clock, create=True) as store:
            store.sync_feeds([FEED])
            outcome = FeedOutcome(
                url=FEED.url, started_at=now, duration_s=0.1, status=200,
                feed=ParsedFeed(title="Bay News", reports=(report,), format="rss20"),
            )  # fmt: skip
            store.record_poll(FEED, outcome, FeedState(url=FEED.url, first_polled_at=START))
            match(store, baselines, settings, clock=clock, memory=memory)


def report_ids(config: Path) -> dict[str, int]:
    """The number of each stored report by its key."""
    settings = load_settings(config, {})
    with open_store(settings.database, clock=lambda: START) as store:
        rows: list[dict[str, Any]] = store.query("SELECT key, id FROM reports")
    return {row["key"]: row["id"] for row in rows}
