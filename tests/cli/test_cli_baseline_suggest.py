"""`monitor baseline suggest`: the words that stored reports share, shown and never taken over."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from stored_world import add_reports, make_world, report_ids

from monitor.cli import main

MORE = [
    ("queue", "Motorists queue as Harbour Bridge in Larnport reopens", "Many came early.", 10),
    ("ramp", "Repairs done: motorists at the ramp of Harbour Bridge in Larnport", "It was a long wait.", 20),
    ("toll", "Motorists pay for repairs of Harbour Bridge, 30 million euros", "The town needs it.", 30),
    ("lorry", "Harbour Bridge\u202e reopens for \x1b[31m motorists of Larnport after repairs", "Lorries follow.", 40),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_world(tmp_path_factory.mktemp("world"))
    add_reports(config, MORE)
    return config.parent


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Path:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    return tmp_path / "monitor.toml"


def run(config: Path, *words: object) -> int:
    return main(["baseline", "suggest", *map(str, words), "--config", str(config)])


def rows(capsys: pytest.CaptureFixture[str], config: Path, *words: object) -> dict[str, Any]:
    capsys.readouterr()
    assert run(config, *words, "--format", "jsonl") == 0
    return {row["claim_id"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def test_words_are_shown_with_their_stories_and_an_example(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The listing tells the word, how many stories use it, a sentence with its report, and how to make use of it."""
    assert run(config) == 0
    out, err = capsys.readouterr()

    assert "motorists 4" in out
    assert 'Motorists queue as Harbour Bridge in Larnport reopens"' in " ".join(out.split())
    assert "1 story, at least 3 needed" in out
    assert "write a phrase with it under its claim in the profile" in err
    assert '`monitor backtest --phrase B1="..."`' in err
    assert len(err.splitlines()) == 1


def test_other_formats_hold_every_column(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object a claim, also for claims without words, with nothing beside them on standard error."""
    found = rows(capsys, config)
    (word,) = (one for one in found["B1"]["words"] if one["word"] == "motorists")

    assert set(word) == {"word", "stories", "share", "elsewhere", "weight"}
    assert word["stories"] == 4
    assert found["B1"]["report_id"] == report_ids(config)["queue"]
    assert (found["B2"]["stories"], found["B2"]["needed"], found["B2"]["words"]) == (1, 3, [])
    assert set(rows(capsys, config, "bridge", "--claim", "B2")) == {"B2"}


def test_nothing_is_changed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Profile and database are the same bytes afterwards: people decide."""
    names = ("bridge.toml", "monitor.db")
    before = [(config.parent / name).read_bytes() for name in names]

    assert run(config) == 0
    assert [(config.parent / name).read_bytes() for name in names] == before


def test_phrase_taken_from_it_ends_the_suggestion(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the profile has is no longer suggested, without another poll."""
    profile = config.parent / "bridge.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace('euros."\n', 'euros."\nphrases = ["a motorist crosses the bridge"]\n'), "utf-8")

    assert "motorists" not in [one["word"] for one in rows(capsys, config)["B1"]["words"]]


def test_noise_is_left_out(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports marked as noise are not counted; with too few left, the claim says how many are needed."""
    before = rows(capsys, config)["B1"]["stories"]
    main(["mark", "noise", str(report_ids(config)["queue"]), "B1", "--config", str(config)])

    assert rows(capsys, config)["B1"]["stories"] == before - 1
    assert rows(capsys, config, "--least", "20")["B1"]["words"] == []
    assert run(config, "--least", "20") == 0
    out, err = capsys.readouterr()
    assert "stories, at least 20 needed" in out
    assert "no words to suggest" in err


def test_reports_cannot_steer_the_terminal(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and changes of direction in a passage reach the terminal in no format."""
    for form in ("table", "json", "jsonl", "csv"):
        assert run(config, "--least", "2", "--format", form) == 0
        out, err = capsys.readouterr()
        assert not {"\x1b", "\u202e"} & set(out + err)


def test_unknown_names_are_one_line_with_what_there_is(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong baseline or claim is wrong use, and the line names the right ones."""
    assert run(config, "tunnel") == 2
    assert capsys.readouterr().err == "monitor: no baseline is called tunnel; configured: bridge\n"
    assert run(config, "bridge", "--claim", "B9") == 2
    assert capsys.readouterr().err == "monitor: --claim: no claim is called B9; bridge has B1, B2\n"


def test_nothing_stored_is_one_line_with_what_to_do(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A baseline without matches, and a folder without a database, say what comes first."""
    profile = config.parent / "bridge.toml"
    profile.write_text(profile.read_text(encoding="utf-8").replace('id = "bridge"', 'id = "pier"'), "utf-8")
    assert run(config) == 0
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert "pier: no match is stored yet; `monitor poll`" in err

    (config.parent / "monitor.db").unlink()
    assert run(config) == 1
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "monitor poll" in err
