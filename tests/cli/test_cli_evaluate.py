"""`monitor evaluate` over the labelled reports of two topics and over small files."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor.cli import main
from monitor.matching.evaluation import Judged, evaluate

DATA = Path(__file__).parents[1] / "data"
PROFILE = DATA / "quake.toml"
LABELLED = DATA / "quake.jsonl"

SMALL_PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"

[[claims]]
id = "B1"
text = "The Harbour Bridge reopens on 4 May."

[[entities]]
name = "Harbour Bridge"
type = "place"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "bridge.toml"
    path.write_text(SMALL_PROFILE, encoding="utf-8")
    return path


def test_figures_are_those_of_match(capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are computed from what `monitor match` prints for the same reports and profile."""
    from monitor.cli.evaluate_reading import read_labelled

    assert main(["match", "-b", str(PROFILE), str(LABELLED)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    judged = {
        line["id"]: Judged(
            score=line["score"],
            matches={match["claim"]: (match["score"], match["relation"]) for match in line["matches"]},
            story=line["story"],
        )
        for line in lines
    }
    gold, _ = read_labelled(LABELLED, [f"Q{number:02}" for number in range(1, 26)])

    assert main(["evaluate", str(LABELLED), "-b", str(PROFILE), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = evaluate(gold, judged)

    assert {name: found[name] for name in expected} == expected
    assert found["claim_f1_interval"][0] < found["claim"]["f1"] < found["claim_f1_interval"][1]
    at_default = next(row for row in found["sweep"] if row["threshold"] == found["threshold"])
    assert at_default["f1"] == found["claim"]["f1"]
    assert found["calibration"]["brier"] < found["calibration"]["brier_of_base_rate"]
    assert len(found["claims"]) == 25


def test_table_and_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table tells each group of figures; `--plot` leaves three pictures that are well-formed."""
    plots = tmp_path / "plots"

    assert main(["evaluate", str(LABELLED), "-b", str(PROFILE), "--plot", str(plots)]) == 0
    out = capsys.readouterr().out
    for heading in ("reports", "claims, all", "change", "stories", "Thresholds", "Brier score"):
        assert heading in out
    assert sorted(path.name for path in plots.iterdir()) == ["calibration.svg", "claims.svg", "sweep.svg"]
    for path in plots.iterdir():
        assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_csv_holds_one_number_a_row(tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV and JSON lines have the same four columns for every number."""
    file = tmp_path / "labelled.jsonl"
    report = {"id": 1, "title": "Harbour Bridge reopens 4 May", "labels": [{"claim": "B1", "relation": "supports"}]}
    file.write_text(json.dumps(report) + '\n{"id": 2, "title": "Cup final goes to extra time"}\n', encoding="utf-8")

    assert main(["evaluate", str(file), "-b", str(small), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert list(rows[0]) == ["part", "at", "measure", "value"]
    assert {"part": "figures", "at": "", "measure": "claim.f1", "value": "1.0"} in rows
    assert {row["part"] for row in rows} == {"figures", "claims", "sweep", "calibration"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 1, "labels": [{"claim": "Z9", "relation": "supports"}]}', "no claim 'Z9'"),
        ('{"id": 1, "labels": [{"claim": "B1", "relation": "denies"}]}', "'denies' is no relation"),
        ('{"id": 1, "labels": "B1"}', '"labels" is not a list'),
        ('{"id": 1, "kind": "maybe"}', "'maybe' is no kind"),
        ('{"id": 1, "story": []}', '"story" is not a text'),
        ('{"id": 1}\n{"id": "1"}', "'1' stands twice"),
        ("", "holds no report"),
    ],
)
def test_wrong_labels_are_named(
    tmp_path: Path, small: Path, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label that cannot be right ends the command with exit code 2 and its line."""
    file = tmp_path / "labelled.jsonl"
    file.write_text(f"{line}\n", encoding="utf-8")

    assert main(["evaluate", str(file), "-b", str(small)]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_configured_baseline_is_taken_if_none_is_named(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --baseline it is the configured one; of several one must be named."""
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"id": 1, "title": "Harbour Bridge reopens"}\n', encoding="utf-8")
    config = tmp_path / "monitor.toml"
    config.write_text('baselines = ["bridge.toml"]\n', encoding="utf-8")

    assert main(["evaluate", str(file), "--config", str(config), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["baseline"] == "bridge"
    config.write_text('baselines = ["bridge.toml", "bridge.toml"]\n', encoding="utf-8")
    assert main(["evaluate", str(file), "--config", str(config)]) == 2
    assert "--baseline" in capsys.readouterr().err
