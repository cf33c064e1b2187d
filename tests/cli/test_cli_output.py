import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.options import Format
from monitor.cli.output import clean, print_rows, to_csv, to_json
from monitor.cli.tables import cell_text
from monitor.model import Relation

NASTY = "a\x1b[31mred\x07\x9b2J\u202egnp\u2028b\r\nc\ud800"


def test_clean_text_has_nothing_a_terminal_obeys() -> None:
    """Escapes, controls, bidirectional overrides, line breaks and lone surrogates are gone; the words stay."""
    assert clean(NASTY) == "a [31mred 2J gnp b c"


@given(st.text())
def test_clean_text_is_printable_for_any_input(text: str) -> None:
    """Whatever a feed holds, the cleaned text can be encoded, stays on one line and has no control character."""
    cleaned = clean(text)

    cleaned.encode("utf-8")
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) <= 0x9F for letter in cleaned)


@given(st.text())
def test_json_survives_and_is_safe_to_look_at(text: str) -> None:
    """JSON gives back the very text, and holds no control character itself."""
    printed = to_json({"title": text})

    assert json.loads(printed)["title"] == text
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) <= 0x9F for letter in printed)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\uff1d1", "\r=1"])
def test_csv_defuses_formulas(cell: str) -> None:
    """A text that a spreadsheet would run gets an apostrophe in front; numbers stay numbers."""
    rows = list(csv.reader(io.StringIO(to_csv([{"title": cell, "score": -0.5}], ["title", "score"]))))

    assert rows[1][0].startswith("'")
    assert rows[1][1] == "-0.5"


def test_values_become_plain_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    """Times are ISO in UTC, enumerations their word, lists JSON in a CSV cell."""
    row = {"at": datetime(2020, 4, 7, 6, 0, tzinfo=UTC), "relation": Relation.UPDATES, "tags": ("a", "b"), "no": None}
    print_rows([row], Format.JSONL)
    print_rows([row], Format.CSV)
    out = capsys.readouterr().out.splitlines()

    assert json.loads(out[0]) == {"at": "2020-04-07T06:00:00Z", "relation": "updates", "tags": ["a", "b"], "no": None}
    assert out[1:] == ["at,relation,tags,no", '2020-04-07T06:00:00Z,updates,"[""a"", ""b""]",']


def test_empty_listing_says_so_to_people_and_is_empty_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """A table without rows is a word on standard error; JSON is an empty list, JSON lines are nothing."""
    for form in (Format.TABLE, Format.JSON, Format.JSONL):
        print_rows([], form, empty="no feeds")
    captured = capsys.readouterr()

    assert captured.out == "[]\n"
    assert captured.err == "no feeds\n"


def test_table_shows_texts_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Square brackets are no markup, and nothing is cut off."""
    print_rows([{"title": "[bold]x[/] " + "word " * 60}], Format.TABLE)
    out = capsys.readouterr().out

    assert "[bold]x[/]" in out
    assert out.count("word") == 60


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "yes"), (0.666, "0.67"), (["a", 1], "a, 1"), ("2020-04-07T06:01:02Z", "2020-04-07 06:01")],
)
def test_cells(value: object, shown: str) -> None:
    """Cells are short: scores with two places, times to the minute, lists by commas."""
    assert cell_text(value) == shown


def test_row_too_wide_for_the_terminal_is_a_block(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the columns do not fit, each value stands on a line of its own, whole; what is empty is left out."""
    monkeypatch.setenv("COLUMNS", "60")
    row = {f"column_{number}": f"value-{number}-of-the-row" for number in range(8)} | {"nothing": None}
    print_rows([row], Format.TABLE)
    lines = capsys.readouterr().out.splitlines()

    assert [line.split() for line in lines if line.strip()] == [
        ["column", str(number), f"value-{number}-of-the-row"] for number in range(8)
    ]
