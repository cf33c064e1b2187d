"""One round of the stage `poll` over hostile feeds, into a real database, and what it left there."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import html5lib

from monitor.config.settings import FetchSettings, Settings
from monitor.feeds.fetch import Fetcher
from monitor.feeds.guard import Resolve
from monitor.model import FeedOutcome, FeedSource
from monitor.pipeline.polling import poll
from monitor.store import Store, open_store

MEANINGLESS = re.compile("item|guid|channel|rss|.*\ufffd.*")  # to a browser, without attributes
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
FETCH = {"per_host": 10, "per_host_delay_s": 0, "allow_private": ["127.0.0.1/32"], "deadline_s": 5}


def now() -> datetime:
    """The time of all hostile polls."""
    return NOW


@dataclass(frozen=True)
class Round:
    """What came of it, by address."""

    outcomes: dict[str, FeedOutcome]
    reports: dict[str, list[dict[str, Any]]]

    def titles(self, url: str) -> list[str]:
        """The titles stored for a feed."""
        return [report["title"] for report in self.reports.get(url, [])]


def poll_round(
    path: Path, urls: list[str], *, resolve: Resolve | None = None, keep: bool = True, **fetch: object
) -> Round:
    """Polls these feeds once, each as if new; with `keep` off, without what the feeds hold."""
    settings = Settings.model_validate({"fetch": FETCH | fetch})
    outcomes: dict[str, FeedOutcome] = {}

    def make(fetch: FetchSettings, clock: Callable[[], datetime]) -> Fetcher:
        return Fetcher(fetch, clock, resolve=resolve)

    with open_store(path, clock=now, create=not path.exists()) as store:
        poll(
            store,
            [FeedSource(url=url) for url in urls],
            settings,
            clock=now,
            rng=Random(1),
            force=True,
            make_fetcher=make,
            on_outcome=lambda outcome: outcomes.update({outcome.url: outcome if keep else replace(outcome, feed=None)}),
        )
        return Round(outcomes, _reports(store) if keep else {})


def _reports(store: Store) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    rows = store.query("SELECT r.*, f.url AS feed_url FROM reports r JOIN feeds f ON f.id = r.feed_id ORDER BY r.id")
    for row in rows:
        found.setdefault(row["feed_url"], []).append(row)
    return found


def live_elements(text: str) -> list[str]:
    """The elements that a browser would make of a text if it were pasted into a page unescaped."""
    tree = html5lib.parseFragment(text, namespaceHTMLElements=False)
    nodes = [node for node in tree.iter() if node is not tree and isinstance(node.tag, str)]
    return [node.tag for node in nodes if node.attrib or not MEANINGLESS.fullmatch(node.tag)]


def faults(report: dict[str, Any]) -> list[str]:
    """What a stored report should never hold."""
    found = []
    for name in ("key", "title", "summary", "content", "outlet", "publisher", "published_raw", "url"):
        text = report[name] or ""
        if UNSEEN.search(text):
            found.append(f"{name} holds {UNSEEN.search(text)!r}")
        # Keys are kept as the feed writes them; they are shown nowhere as markup.
        if name != "key" and live_elements(text):
            found.append(f"{name} makes {live_elements(text)}")
    if report["url"] and urlsplit(report["url"]).scheme not in ("http", "https"):
        found.append(f"links to {report['url']!r}")
    limits = {"title": 500, "summary": 10_000, "content": 100_000, "url": 2048, "key": 505, "published_raw": 120}
    found += [f"{name} is long" for name, limit in limits.items() if len(report[name] or "") > limit]
    if report["published_at"] and not "1990" <= report["published_at"] <= "2026-03-06":
        found.append(f"published {report['published_at']}")
    return found
