import io
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.cli.reading import InputError, parse_time, read_reports

PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"
[[claims]]
id = "B1"
text = "The Harbour Bridge in Larnport will reopen on 4 May 2026 after repairs that cost 30 million euros."
phrases = ["Harbour Bridge to open again in May"]
[[claims]]
id = "B2"
text = "Ferry operator Nordlink will stop its line across the bay when the bridge reopens."
[[entities]]
name = "Harbour Bridge"
aliases = ["Larnport bridge"]
[[entities]]
name = "Nordlink"
type = "organisation"
"""

REPORTS = [
    {
        "id": 7,
        "title": "Larnport bridge to reopen on 4 May",
        "summary": "The Harbour Bridge in Larnport reopens on 4 May 2026, it is said; repairs cost 30 million euros.",
        "published": "2026-04-02",
    },
    {"id": "b", "title": "Cup final ends in a draw", "summary": "Both keepers had a quiet afternoon."},
    {
        "id": "c",
        "title": "Larnport bridge to reopen on 4 May",
        "summary": "The Harbour Bridge in Larnport reopens on 4 May 2026, it is said; repairs cost 30 million euros.",
    },
]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A small baseline."""
    path = tmp_path / "bridge.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Three reports as JSON lines, a blank line among them."""
    path = tmp_path / "reports.jsonl"
    path.write_text("\n\n".join(json.dumps(report) for report in REPORTS) + "\n", encoding="utf-8")
    return path


def verdicts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was printed, read as JSON lines."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_line_a_report_in_order(profile: Path, reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each report gets one line, in the order of the input, with its id as it was given."""
    assert main(["match", "--baseline", str(profile), str(reports)]) == 0
    found = verdicts(capsys)

    assert [one["id"] for one in found] == [7, "b", "c"]
    assert all(list(one) == ["id", "score", "decision", "story", "matches"] for one in found)
    assert found[0]["decision"] == "matched"
    assert found[1]["matches"] == []
    assert found[0]["score"] > found[1]["score"]


def test_reports_of_one_story_share_its_number(
    profile: Path, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`story` is equal for reports of one story and differs otherwise."""
    main(["match", "--baseline", str(profile), str(reports)])
    stories = [one["story"] for one in verdicts(capsys)]

    assert stories[0] == stories[2] != stories[1]


def test_match_carries_its_explanation(profile: Path, reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Matches are best first; each has passage, relation, entities, and terms whose shares add up to the score."""
    main(["match", "--baseline", str(profile), str(reports)])
    matches = verdicts(capsys)[0]["matches"]
    best = matches[0]

    assert best["claim"] == "B1"
    assert [m["score"] for m in matches] == sorted((m["score"] for m in matches), reverse=True)
    assert list(best) == ["claim", "score", "relation", "passage", "terms", "entities", "figures", "note"]
    assert "Harbour Bridge" in best["entities"]
    assert "4 May" in best["passage"]
    assert sum(share for _, share in best["terms"]) == pytest.approx(best["score"], abs=1e-4)


def test_standard_input_and_table(
    profile: Path, reports: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` reads standard input; the table shows decision, claim and passage for people."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(reports.read_bytes())))

    assert main(["match", "-b", str(profile), "--format", "table", "-"]) == 0
    out = capsys.readouterr().out
    assert "matched" in out
    assert "B1" in out
    assert "Cup final" in out


def test_no_reports_give_no_lines(profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty input is no error."""
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    assert main(["match", "-b", str(profile), str(empty)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": "a"', "reports.jsonl:2: not JSON"),
        (b"[1, 2]", "reports.jsonl:2: not a JSON object"),
        (b'{"title": "x"}', 'reports.jsonl:2: no "id"'),
        (b'{"id": "a", "title": 3}', 'reports.jsonl:2: "title" is not a text'),
        (b'{"id": "a", "title": "\xff"}', "reports.jsonl:2: not UTF-8 text"),
        (b"[" * 100_000, "reports.jsonl:2: not JSON"),
    ],
)
def test_bad_line_is_named_and_nothing_printed(
    profile: Path, reports: Path, line: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that is no report ends the command with exit code 2, its number, and no verdicts at all."""
    reports.write_bytes(json.dumps(REPORTS[0]).encode() + b"\n" + line + b"\n")

    assert main(["match", "-b", str(profile), str(reports)]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize("missing", ["profile", "reports"])
def test_missing_file_is_exit_code_2(
    profile: Path, reports: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile or a file of reports that is not there is named."""
    files = {"profile": profile, "reports": reports} | {missing: Path("gone")}

    assert main(["match", "-b", str(files["profile"]), str(files["reports"])]) == 2
    assert "gone" in capsys.readouterr().err


def test_controls_in_reports_are_gone() -> None:
    """Texts are made plain before anything sees them."""
    _, reports = read_reports([b'{"id": "a", "title": "x\\u001b[31m\\u0000y"}'], "f")

    assert not any(ord(letter) < 32 for letter in reports[0].title)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020-04-07", "2020-04-07T00:00:00+00:00"),
        ("2020-04-07T08:00:00+02:00", "2020-04-07T06:00:00+00:00"),
        ("2020-04-07T06:00:00Z", "2020-04-07T06:00:00+00:00"),
        ("Tue, 07 Apr 2020 08:00:00 +0200", "2020-04-07T06:00:00+00:00"),
    ],
)
def test_dates_in_usual_forms_are_read(text: str, iso: str) -> None:
    """ISO 8601 and mail dates become UTC."""
    moment = parse_time(text)

    assert moment is not None
    assert moment.isoformat() == iso


def test_unreadable_date_is_kept_as_written_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A date that cannot be read does not stop the report; one line says where the first is, and how many there are."""
    lines = [b'{"id": "a", "published": "2026-01-05"}', *[b'{"id": "b", "published": "last Tuesday"}'] * 3]
    _, reports = read_reports(lines, "f")

    assert reports[1].published is None
    assert reports[1].published_raw == "last Tuesday"
    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith('f:2 (and 2 more such lines): "published" is no date, the report counts as undated; ')


def test_absent_date_needs_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    """A report without a date is as good as any."""
    read_reports([b'{"id": "a"}', b'{"id": "b", "published": null}', b'{"id": "c", "published": ""}'], "f")

    assert capsys.readouterr().err == ""


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    """JSON nested beyond reason is refused like any other bad line."""
    with pytest.raises(InputError):
        read_reports([b'{"id":' + b"[" * 50_000], "f")
