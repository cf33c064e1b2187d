"""The demonstration's course: two rounds of the real stages, then what came of them."""

import os
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from monitor.baseline.profile import load_profile
from monitor.config import Settings, load_settings
from monitor.demo.corpus import Corpus
from monitor.demo.documents import feed_document
from monitor.demo.folder import prepare_folder
from monitor.demo.server import FeedServer
from monitor.demo.show import Page
from monitor.feeds.sources import load_feeds
from monitor.model import Baseline
from monitor.pipeline import MatchMemory, deliver, digest, match, poll
from monitor.store import Store, open_store

_POLLS = """
SELECT
    f.title, p.status, p.new_reports, p.revised_reports,
    ROW_NUMBER() OVER (PARTITION BY f.id ORDER BY p.id) AS round
FROM fetches p
JOIN feeds f ON f.id = p.feed_id
ORDER BY f.id
"""
# What stands against the article first, and of that first what has a figure to show.
_ALERTS = """
SELECT a.*, COALESCE(r.published_at, r.first_seen_at) AS at
FROM v_alerts a
JOIN reports r ON r.id = a.report_id
JOIN alerts own ON own.id = a.alert_id
WHERE a.state <> 'held'
ORDER BY a.severity <> 'high', a.relation, own.figures = '[]', a.score DESC
"""

Documents = dict[str, tuple[bytes, str]]


def show_rounds(folder: Path, corpus: Corpus, page: Page) -> int:
    """Runs and prints everything; gives the exit code."""
    with FeedServer(_documents(corpus, 1)) as server:
        outlets = tuple((outlet, server.url(f"/{outlet.id}")) for outlet in corpus.outlets)
        settings = load_settings(prepare_folder(folder, outlets), {})
        baseline = load_profile(settings.baselines[0])
        address = server.url("").removeprefix("http://")
        page.opening(baseline.title, len(baseline.claims), len(baseline.entities), address)
        with open_store(settings.database, clock=_now, create=True) as store:
            demo = _Demo(store, settings, baseline, corpus, page)
            page.heading("Round 1", "March 2020: what a feed already holds goes into the digest")
            demo.round(1)
            server.documents = _documents(corpus, 2)
            page.heading("Round 2", "April 2020 and after: stories grow, figures change")
            demo.round(2)
            demo.alerts()
            demo.ledger()
            demo.digest()
    _ending(folder, page)
    return 0


def _documents(corpus: Corpus, round_: int) -> Documents:
    return {f"/{outlet.id}": feed_document(outlet, corpus.held(outlet, round_)) for outlet in corpus.outlets}


def _now() -> datetime:
    return datetime.now(UTC)


class _Demo:
    def __init__(self, store: Store, settings: Settings, baseline: Baseline, corpus: Corpus, page: Page) -> None:
        self._store = store
        self._settings = settings
        self._baseline = baseline
        self._corpus = corpus
        self._page = page
        self._memory = MatchMemory()
        self._rng = Random(1)  # each demonstration asks the feeds in the same order, and so is like the last
        self._judged: Counter[str] = Counter()
        self._related: Counter[str] = Counter()

    def round(self, number: int) -> None:
        """One round of all stages, as `monitor poll` does it; forced, since no feed is due again so soon."""
        store, settings = self._store, self._settings
        poll(store, load_feeds(settings.feeds), settings, clock=_now, rng=self._rng, force=number > 1)
        match(store, [self._baseline], settings, clock=_now, memory=self._memory)
        deliver(store, settings, clock=_now, rng=self._rng)
        self._page.polled(self._polls(number))
        judged = self._counts("SELECT decision, COUNT(*) AS n FROM verdicts GROUP BY decision")
        related = self._counts("SELECT relation, COUNT(*) AS n FROM matches GROUP BY relation")
        self._page.matched(judged - self._judged, related - self._related)
        self._judged, self._related = judged, related

    def _polls(self, number: int) -> list[tuple[str, str, int, int, int]]:
        formats = {outlet.name: outlet.format for outlet in self._corpus.outlets}
        rows = self._store.query(_POLLS)
        return [
            (row["title"], formats[row["title"]], row["status"], row["new_reports"], row["revised_reports"])
            for row in rows
            if row["round"] == number
        ]

    def _counts(self, sql: str) -> Counter[str]:
        return Counter({name: count for name, count in (row.values() for row in self._store.query(sql))})

    def alerts(self) -> None:
        """What was told, what stands against the article first; then an example of what is only related."""
        rows = self._store.query(_ALERTS)
        held = self._store.query("SELECT COUNT(DISTINCT story_id) AS n FROM alerts WHERE state = 'held'")[0]["n"]
        self._page.heading("Alerts", f"{len(rows)} told by mail; matches of {held} stories wait for the digest")
        self._page.alerts(_mixed(rows))
        related = self._store.matches(relation="related", limit=1)
        if related:
            self._page.heading("Related", "a claim's subject, neither for nor against it: no alert")
            self._page.card(related[0])

    def ledger(self) -> None:
        """Each claim's standing."""
        self._page.ledger(self._store.ledger())

    def digest(self) -> None:
        """The digest mail, into the outbox and from there into the folder."""
        digest(self._store, self._settings, [self._baseline.id], clock=_now)
        deliver(self._store, self._settings, clock=_now, rng=self._rng)


def _mixed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One of each relation before the next of any, so that the first page shows all kinds."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, row in enumerate(rows):
        seen[row["relation"]] += 1
        ranked.append((seen[row["relation"]], place, row))
    return [row for _, _, row in sorted(ranked, key=lambda entry: entry[:2])]


def _ending(folder: Path, page: Page) -> None:
    mails = sorted((folder / "outbox").glob("alert-*.eml"))
    digests = sorted((folder / "outbox").glob("digest-*.html"))
    files = [
        (folder / "monitor.db", "everything, in SQLite: reports, matches with their reasons, alerts, views"),
        *((path, "the digest mail; beside it as .txt and .eml") for path in digests),
        *((path, f"the first of {len(mails)} alert mails") for path in mails[:1]),
        (folder / "monitor.toml", "the configuration, beside it feeds and baseline"),
    ]
    page.files(files)
    config = folder / "monitor.toml"
    command = "monitor" if shutil.which("monitor") else os.path.relpath(Path(sys.prefix, "bin", "monitor"))
    page.commands(
        [
            (f"{command} claims -c {config}", "the ledger in full, with the passages that decided"),
            (f"{command} matches -c {config} --relation updates", "what has changed since the article, and why"),
            (f"{command} search -c {config} Taji", "any word, in every report"),
        ]
    )
