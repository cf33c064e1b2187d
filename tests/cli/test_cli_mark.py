"""`monitor mark`: what is said of a match is kept, learnt from, shown and taken back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from stored_world import add_reports, make_world, report_ids

from monitor.cli import main
from monitor.matching.feedback_thresholds import suggest


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("world")).parent


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Path:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    return tmp_path / "monitor.toml"


@pytest.fixture
def ids(config: Path) -> dict[str, int]:
    return report_ids(config)


def run(config: Path, *words: object) -> int:
    return main([*map(str, words), "--config", str(config)])


def rows(capsys: pytest.CaptureFixture[str], config: Path, *words: object) -> Any:
    capsys.readouterr()
    assert run(config, *words, "--format", "json") == 0
    return json.loads(capsys.readouterr().out)


def test_noise_says_what_it_changes(config: Path, ids: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    """The mark is told with its number, and how the report's own score would move."""
    assert run(config, "mark", "noise", ids["concert"], "B1", "--note", "a concert") == 0
    out = capsys.readouterr().out

    assert f"marked report {ids['concert']} as noise for B1 (mark 1)" in out
    assert "B1  its score moves from" in out


def test_next_report_is_judged_by_what_was_said(config: Path, ids: dict[str, int]) -> None:
    """Reports that come after a mark are scored with its lesson, their mode says so, and shares still add up."""
    from stored_world import START

    from monitor.config import load_settings
    from monitor.store import open_store

    run(config, "mark", "noise", ids["concert"], "B1")
    run(config, "mark", "relevant", ids["reopens"], "--claim", "B1")
    add_reports(config, [("again", "Harbour Bridge reopens on 4 May at noon", "Repairs in Larnport are done.", 3)])
    with open_store(load_settings(config, {}).database, clock=lambda: START) as store:
        found = store.query("SELECT key, terms, score, mode FROM v_matches m JOIN reports r ON r.id = m.report_id")
    by_key = {row["key"]: row for row in found}
    terms = json.loads(by_key["again"]["terms"])

    assert by_key["again"]["mode"].endswith("/marks-2")
    assert "marks" not in by_key["reopens"]["mode"]
    assert any(term.startswith("m:") for term, _ in terms)
    assert sum(share for _, share in terms) == pytest.approx(by_key["again"]["score"], abs=1e-9)


def test_list_shows_marks_and_the_words_they_teach(
    config: Path, ids: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Newest first; each claim's learnt words stand with their weights, in the table and in the other formats."""
    run(config, "mark", "noise", ids["concert"], "B1", "--note", "a concert")
    run(config, "mark", "relevant", ids["ferry"], "B2")
    found = rows(capsys, config, "mark", "list")

    assert [(row["mark"], row["claim_id"]) for row in found] == [("relevant", "B2"), ("noise", "B1")]
    assert dict(found[1]["weights"])["choir"] < 0
    assert run(config, "mark", "list") == 0
    out = capsys.readouterr().out
    assert "a concert" in out
    assert "choir -0." in out
    assert rows(capsys, config, "mark", "list", "--claim", "B2")[0]["report_id"] == ids["ferry"]


def test_undo_takes_back_the_mark_and_its_lesson(
    config: Path, ids: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest mark goes first, or the one that is named; then there is nothing left to undo."""
    run(config, "mark", "noise", ids["concert"], "B1")
    run(config, "mark", "noise", ids["ferry"])

    assert run(config, "mark", "undo", 1) == 0
    assert run(config, "mark", "undo") == 0
    assert f"report {ids['ferry']} is no longer marked as noise" in capsys.readouterr().out
    assert rows(capsys, config, "mark", "list") == []
    assert run(config, "mark", "undo") == 1
    assert "there is no mark to undo" in capsys.readouterr().err


def test_noise_without_claim_lowers_all_that_it_comes_near(
    config: Path, ids: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A report that is noise as a whole teaches every claim that it resembles, and no other."""
    run(config, "mark", "noise", ids["concert"])

    out = capsys.readouterr().out
    assert "B1  its score moves from" in out
    assert "B2" not in out


def test_few_marks_suggest_no_threshold(config: Path, ids: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    """A suggestion needs a handful of marks of both kinds; without them the reason is told."""
    assert rows(capsys, config, "mark", "thresholds") == []
    run(config, "mark", "noise", ids["concert"], "B1")
    (found,) = rows(capsys, config, "mark", "thresholds")

    assert (found["claim"], found["suggested"], found["now"]) == ("B1", None, 0.5)
    assert "too few marks" in found["reason"]
    assert run(config, "mark", "thresholds") == 0
    assert "too few marks" in capsys.readouterr().out


def test_suggested_threshold_is_the_lowest_that_is_precise_enough() -> None:
    """The lowest step at which the wanted share of marked reports is relevant; none where no step is."""
    scored = [(0.9, True), (0.8, True), (0.72, True), (0.71, False), (0.4, False), (0.3, False)]
    found = suggest("B1", scored, 0.5, 0.75)

    assert (found.suggested, found.relevant, found.noise) == (0.45, 3, 3)
    assert suggest("B1", scored, 0.5, 0.9).suggested == 0.75
    assert suggest("B1", [(1 - score, good) for score, good in scored], 0.5, 0.9).suggested is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("mark", "noise", 999, "B1"),
            1,
            "report 999: not stored; `monitor matches` and `monitor search`",
        ),
        (("mark", "noise", 1, "B9"), 2, "--claim: no claim is called B9, `monitor claims` lists them"),
        (("mark", "noise", 1, "--claim", "B9"), 2, "--claim: no claim is called B9"),
        (("mark", "noise", 1, "B1", "--claim", "B2"), 2, "the claim is named twice, as B1 and as B2"),
        (("mark", "noise", 1, "--baseline", "other"), 2, "--baseline: no baseline is called other, use bridge"),
        (("mark", "undo", 7), 1, "there is no mark 7"),
    ],
)
def test_marks_on_nothing_are_refused(
    config: Path, words: tuple[object, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not there cannot be marked; one line says so."""
    assert run(config, *words) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
