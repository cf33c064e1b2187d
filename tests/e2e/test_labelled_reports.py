"""The whole way, on labelled reports of two topics: served as feeds, polled twice, matched, told."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from monitor.baseline.profile import load_profile
from monitor.config import load_settings
from monitor.demo.corpus import Item, Outlet
from monitor.demo.documents import feed_document
from monitor.demo.server import FeedServer
from monitor.feeds.sources import load_feeds
from monitor.pipeline import PollRun, match, poll
from monitor.store import open_store

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
PROFILES = {
    "iraq": ROOT / "config" / "baselines" / "coalition-withdrawal.toml",
    "quake": DATA / "quake.toml",
}
FORMATS = ("rss20", "atom10", "rss10", "json11")
Row = dict[str, Any]


def _now() -> datetime:
    return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Watched:
    """What is in the database after two rounds, beside what was served."""

    served: list[Row]
    stored: list[Row]
    scores: dict[str, float]
    alerts: list[Row]
    rounds: list[PollRun]
    answers: dict[int, int]


def _documents(rows: list[Row]) -> dict[str, tuple[Outlet, tuple[bytes, str]]]:
    """One feed for each outlet, the four formats in turn; by path."""
    by_outlet: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_outlet[row["outlet"]].append(row)
    documents = {}
    for number, (name, own) in enumerate(sorted(by_outlet.items())):
        outlet = Outlet(
            id=str(number),
            name=name,
            format=FORMATS[number % len(FORMATS)],
            language="en",
            site=f"https://outlet-{number}.example/",
        )
        documents[f"/{number}"] = (outlet, feed_document(outlet, [_item(row) for row in own]))
    return documents


def _item(row: Row) -> Item:
    published = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC) if row["published"] else None
    return Item(
        id=row["id"],
        title=row["title"],
        summary=row["summary"],
        link=f"https://reports.example/{row['id']}",
        published=published,
    )


@pytest.fixture(scope="module", params=sorted(PROFILES))
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    topic = request.param
    folder = tmp_path_factory.mktemp(topic)
    served = [json.loads(line) for line in (DATA / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()]
    documents = _documents(served)
    with FeedServer({path: document for path, (_, document) in documents.items()}) as server:
        config = folder / "monitor.toml"
        config.write_text(
            f'database = "monitor.db"\nfeeds = "feeds.toml"\nbaselines = [{json.dumps(str(PROFILES[topic]))}]\n'
            '[fetch]\nper_host = 8\nper_host_delay_s = 0\nallow_private = ["127.0.0.0/8"]\n'
            '[alerts]\nfirst_sight = "alert"\n'
            '[[recipients]]\nname = "desk"\nchannel = "file"\naddress = "outbox"\n',
            encoding="utf-8",
        )
        (folder / "feeds.toml").write_text(
            "".join(
                f"[[feeds]]\nurl = {json.dumps(server.url(path))}\ntitle = {json.dumps(outlet.name)}\n"
                for path, (outlet, _) in documents.items()
            ),
            encoding="utf-8",
        )
        settings = load_settings(config, {})
        baselines = [load_profile(path) for path in settings.baselines]
        sources = load_feeds(settings.feeds)
        with open_store(settings.database, clock=_now, create=True) as store:
            rounds = []
            for _ in range(2):
                rounds.append(poll(store, sources, settings, clock=_now, rng=Random(0), force=True))
                match(store, baselines, settings, clock=_now)
            yield Watched(
                served=served,
                stored=store.query("SELECT url, title, publisher FROM reports"),
                scores={
                    _id(row): row["score"]
                    for row in store.query("SELECT r.url, v.score FROM verdicts v JOIN reports r ON r.id = v.report_id")
                },
                alerts=store.query("SELECT * FROM v_alerts"),
                rounds=rounds,
                answers={
                    status: sum(n for (_, s), n in server.answers.items() if s == status) for status in (200, 304)
                },
            )


def _id(row: Row) -> str:
    return str(row["url"]).rsplit("/", 1)[1]


def _average_precision(ranked: list[bool]) -> float:
    """Of a ranking, best first: the mean precision at each relevant place."""
    hits = 0
    total = 0.0
    for place, relevant in enumerate(ranked, 1):
        hits += relevant
        total += relevant * hits / place
    return total / hits


def test_every_report_is_stored_once(watched: Watched) -> None:
    """Two polls of every feed, in four formats, leave each report in the database exactly once, under its outlet."""
    expected = sorted((row["id"], row["title"], row["outlet"]) for row in watched.served)

    assert sorted((_id(row), row["title"], row["publisher"]) for row in watched.stored) == expected


def test_second_poll_brings_nothing(watched: Watched) -> None:
    """Each feed answers the second poll with 304, since its validators were kept with its reports."""
    outlets = len({row["outlet"] for row in watched.served})

    assert [(run.new, run.failed) for run in watched.rounds] == [(len(watched.served), 0), (0, 0)]
    assert watched.answers == {200: outlets, 304: outlets}


def test_scores_rank_reports_that_touch_the_baseline_first(watched: Watched) -> None:
    """Ranked by score, the reports that bear on a claim come before all others: average precision of 0.98 or more."""
    kinds = {row["id"]: row["kind"] == "positive" for row in watched.served}
    ranked = [kinds[name] for name, _ in sorted(watched.scores.items(), key=lambda pair: (-pair[1], pair[0]))]

    assert watched.scores.keys() == kinds.keys()
    assert _average_precision(ranked) >= 0.98


def test_news_of_other_subjects_raises_no_alert(watched: Watched) -> None:
    """No report that has nothing to do with the baseline is told to anybody."""
    others = {row["id"] for row in watched.served if row["kind"] == "easy_negative"}

    assert others & {_id(row) for row in watched.alerts} == set()


def test_every_alert_names_claim_passage_and_reason(watched: Watched) -> None:
    """An alert quotes its report's own words, names one claim, and says why it was told."""
    texts = {row["id"]: f"{row['title']} {row['summary']}" for row in watched.served}

    assert len(watched.alerts) >= 8
    for alert in watched.alerts:
        assert alert["claim"]
        assert alert["reason"]
        assert alert["passage"]
        assert alert["passage"] in texts[_id(alert)]
