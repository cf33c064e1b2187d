"""`monitor backtest`: what a change would have alerted on stored reports, and that it touches nothing."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stored_world import make_world, report_ids

from monitor.cli import main
from monitor.model import Decision, Match, Recipient, Relation, Report, Rule, Scored
from monitor.pipeline.replaying import Replayed, compare, replay
from monitor.store import StoredReport


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("world")).parent


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Path:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    return tmp_path / "monitor.toml"


def backtest(capsys: pytest.CaptureFixture[str], config: Path, *words: object) -> Any:
    capsys.readouterr()
    assert main(["backtest", *map(str, words), "--config", str(config), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def told(config: Path) -> list[tuple[str, int]]:
    """What was really told: claim and report."""
    from monitor.config import load_settings
    from monitor.store import open_store

    with open_store(load_settings(config, {}).database, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC)) as store:
        rows = store.query("SELECT claim_id, report_id FROM alerts WHERE state <> 'held' ORDER BY report_id")
    return [(row["claim_id"], row["report_id"]) for row in rows]


def changes(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["title"]: row["change"] for row in rows}


def test_without_a_change_it_is_what_was_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The replay raises the very alerts that the matching stage raised, each unchanged."""
    rows = backtest(capsys, config)

    assert [(row["claim"], row["report_id"]) for row in rows] == told(config)
    assert {row["change"] for row in rows} == {"unchanged"}
    assert all(row["score_now"] == row["score_then"] for row in rows)


def test_higher_threshold_loses_alerts(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A claim's own threshold loses alerts of that claim alone; one for all of every claim without its own."""
    one = changes(backtest(capsys, config, "--claim", "B2=1.0"))
    every = changes(backtest(capsys, config, "--threshold", "1.0"))

    assert one["Nordlink to stop its ferry line"] == "lost"
    assert one["Harbour Bridge reopens on 4 May"] == "unchanged"
    assert set(every.values()) == {"lost"}


def test_lower_threshold_wins_alerts(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the profile's own threshold kept out comes in, with the score that it would have."""
    profile = config.parent / "bridge.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace('id = "B2"', 'id = "B2"\nthreshold = 0.999'), encoding="utf-8")
    rows = backtest(capsys, config, "--claim", "B2=0.5")
    (found,) = [row for row in rows if row["change"] == "new"]

    assert (found["claim"], found["title"], found["score_now"]) == ("B2", "Nordlink to stop its ferry line", None)
    assert 0.5 < found["score_then"] < 0.999


def test_phrase_finds_what_was_missed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A further phrase lets the claim find reports in other words."""
    rows = backtest(
        capsys, config, "--phrase", "B2=Nordlink raises fares", "--phrase", "B2=two euros more for bicycles"
    )

    assert changes(rows)["Nordlink raises its fares"] == "new"


def test_rules_from_a_file_take_the_place_of_the_configured(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule on one claim loses the alerts on the other."""
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rules]]\nname = "ferry"\nclaims = ["B2"]\n', encoding="utf-8")
    rows = backtest(capsys, config, "--rule", rules)

    assert {row["claim"]: row["change"] for row in rows} == {"B1": "lost", "B2": "unchanged"}


def test_marks_can_be_left_out(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What marks changed shows by leaving them out."""
    for key in ("concert", "encore"):
        assert main(["mark", "noise", str(report_ids(config)[key]), "B1", "--config", str(config)]) == 0
    rows = backtest(capsys, config, "--without-marks", "--since", "2026-05-02")

    assert changes(rows)["Choir sings on Harbour Bridge"] == "new"


def test_since_leaves_older_reports_out(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only reports first seen since then count."""
    titles = changes(backtest(capsys, config, "--since", "2026-05-02"))

    assert "Harbour Bridge reopens on 4 May" not in titles
    assert "Choir sings on Harbour Bridge" in titles


def test_nothing_is_touched(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The database is as it was, whatever was tried."""
    database = config.parent / "monitor.db"
    before = (database.read_bytes(), told(config))
    backtest(capsys, config, "--threshold", "0.05", "--phrase", "B1=choir sings")

    assert (database.read_bytes(), told(config)) == before
    assert not (config.parent / "outbox").exists()


def test_table_tells_counts_and_days(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people: how many now and then, by day, and the alerts that differ."""
    assert main(["backtest", "--claim", "B2=1", "--config", str(config)]) == 0
    out = capsys.readouterr().out

    assert "bridge: 6 stored reports" in out
    assert "1 lost" in out
    assert "2026-05-01" in out
    assert "Nordlink" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--claim", "B1"), "write CLAIM=VALUE"),
        (("--claim", "B1=high"), "high: not a threshold"),
        (("--claim", "B1=nan"), "nan: not a threshold"),
        (("--claim", "B7=0.5"), "no claim B7"),
        (("--phrase", "B7=x"), "no claim B7"),
        (("--since", "soon"), "--since soon"),
        (("--rule", "gone.toml"), "gone.toml: no such file"),
        (("--baseline", "other"), "no baseline other"),
    ],
)
def test_wrong_wishes_are_refused(
    config: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be tried ends with exit code 2 and one line."""
    assert main(["backtest", *words, "--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('[[rules]]\nname = "x"\nclaim = ["B1"]\n', "rules[1].claim: no such setting"),
        ('[[rules]]\nname = "x"\nrecipients = ["nobody"]\n', "nobody is called 'nobody'"),
        ("rules = []\n", "rules"),
    ],
)
def test_faulty_rules_are_named(config: Path, rules: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule file is checked like the configuration."""
    path = config.parent / "rules.toml"
    path.write_text(rules, encoding="utf-8")

    assert main(["backtest", "--rule", str(path), "--config", str(config)]) == 2
    assert said in capsys.readouterr().err


def alert(story: int, claim: str, report: int = 1) -> Replayed:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    return Replayed(
        story_id=story, claim=claim, relation="updates", day=day, report_id=report, title="", publisher="", score=0.7,
        rule="default", reason="", headline="",
    )  # fmt: skip


def test_same_story_claim_and_relation_is_the_same_alert() -> None:
    """An alert that another report of the story raises is unchanged; a second one on it is told apart."""
    found = compare([alert(1, "A", 1), alert(2, "A", 5)], [alert(1, "A", 3), alert(1, "A", 4), alert(1, "B", 4)])

    assert [(one.change, one.alert.story_id, one.alert.claim) for one in found] == [
        ("unchanged", 1, "A"),
        ("new", 1, "A"),
        ("new", 1, "B"),
        ("lost", 2, "A"),
    ]


def test_replay_asks_each_recipient_by_themselves() -> None:
    """Who waits for two publishers is told by the second report, and neither of the two a second time."""
    match = Match(
        claim="B1",
        score=0.9,
        threshold=0.5,
        relation=Relation.SUPPORTS,
        confidence=0.9,
        passage="It reopens.",
        terms=(),
    )
    verdict = Scored(key="k", score=0.9, decision=Decision.MATCHED, reason="", matches=(match,))
    reports = [
        StoredReport(
            report_id=number,
            report=Report(key=str(number), title="It reopens", url=f"https://{name}.example/{number}"),
            version=1,
            feed_url=f"https://{name}.example/feed",
            feed_tags=(),
            first_sight=False,
            publisher=name,
            seen=datetime(2026, 5, 1, tzinfo=UTC),
            story_id=1,
        )
        for number, name in enumerate(("bay", "hill", "coast"), 1)
    ]
    people = [Recipient(name=name, channel="file", address="") for name in ("Ada", "Bo")]
    rules = [Rule(name="all", recipients=("Ada",)), Rule(name="sure", min_publishers=2, recipients=("Bo",))]
    found = replay(reports, [verdict] * 3, "bridge", rules, people, first_sight="alert", more_publishers=0)

    assert [one.report_id for one in found] == [1, 2]
