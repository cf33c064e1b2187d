"""The demonstration itself: what it prints, what it leaves behind."""

import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.demo import run
from monitor.errors import ConfigError
from monitor.pipeline import relink_stories
from monitor.store import open_store


@dataclass
class Shown:
    """What a demonstration printed, and its folder."""

    text: str
    folder: Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("shown") / "demo"
    parts: list[str] = []

    assert run(folder, parts.append, colour=False) == 0
    return Shown(text="".join(parts), folder=folder)


def _rows(shown: Shown, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(shown.folder / "monitor.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_all_four_relations_are_matched(shown: Shown) -> None:
    """The shipped matcher finds support, contradiction, change and mere relation in the demonstration's news."""
    relations = {row[0] for row in _rows(shown, "SELECT DISTINCT relation FROM v_matches")}

    assert relations == {"supports", "contradicts", "updates", "related"}


def test_alerts_are_told_with_passage_and_reason(shown: Shown) -> None:
    """At least eight alerts reach the outbox, each with a passage and a reason; the page shows eight of them."""
    told = _rows(shown, "SELECT passage, reason FROM v_alerts WHERE state = 'sent'")

    assert len(told) >= 8
    assert all(passage and reason for passage, reason in told)
    assert shown.text.count("    why    ") >= 8


def test_changed_figure_is_told(shown: Shown) -> None:
    """The claim of 25 attacks meets a report of 33, and the ledger calls the claim overtaken."""
    notes = [
        row[0] for row in _rows(shown, "SELECT note FROM v_matches WHERE claim_id = 'C13' AND relation = 'updates'")
    ]
    standing = _rows(shown, "SELECT standing FROM v_ledger WHERE claim_id = 'C13'")

    assert any("25 attacks" in str(note) and "33 attacks" in str(note) for note in notes)
    assert standing == [("overtaken",)]


def test_what_feeds_already_held_is_left_to_the_digest(shown: Shown) -> None:
    """Nothing of the first round is an alert, and the digest mail lies in the folder as .eml, .html and .txt."""
    first = _rows(
        shown, "SELECT DISTINCT a.state FROM v_alerts a JOIN reports r ON r.id = a.report_id WHERE r.first_sight"
    )
    digests = {path.suffix for path in (shown.folder / "outbox").glob("digest-*")}

    assert first == [("held",)]
    assert digests == {".eml", ".html", ".txt"}


def test_rewritten_report_is_judged_again(shown: Shown) -> None:
    """The outlet that corrected its toll is stored with both wordings; the new one contradicts the claim."""
    wordings = _rows(shown, "SELECT COUNT(*) FROM revisions")
    relation = _rows(
        shown,
        "SELECT relation FROM v_matches WHERE claim_id = 'C15' AND title LIKE '%now reports six dead'",
    )

    assert wordings == [(1,)]
    assert relation == [("contradicts",)]


def test_noise_is_matched_with_nothing(shown: Shown) -> None:
    """News of Mars, proteins and soup touches no claim."""
    titles = [str(row[0]) for row in _rows(shown, "SELECT DISTINCT title FROM v_matches")]

    assert not [title for title in titles if any(word in title for word in ("Mars", "proteins", "soup", "Tesla"))]


def test_page_fits_a_terminal(shown: Shown) -> None:
    """No line is wider than 80 columns, file names apart, and without a terminal there is no colour."""
    paths = str(shown.folder)

    assert [line for line in shown.text.splitlines() if len(line) > 80 and paths not in line] == []
    assert "\x1b" not in shown.text


def test_named_files_are_there(shown: Shown) -> None:
    """Each file that the page names exists, and the configuration is one that other commands can use."""
    named = [Path(line.strip()) for line in shown.text.splitlines() if line.startswith(f"  {shown.folder}")]
    config = tomllib.loads((shown.folder / "monitor.toml").read_text(encoding="utf-8"))

    assert len(named) >= 4
    assert all(path.exists() for path in named)
    assert config["fetch"]["allow_private"] == ["127.0.0.0/8"]


def test_second_demonstration_replaces_the_first(shown: Shown) -> None:
    """The same folder can be used again: it is made anew, and the result is the same."""
    before = _rows(shown, "SELECT claim_id, standing FROM v_ledger")
    run(shown.folder, lambda text: None, colour=False)

    assert _rows(shown, "SELECT claim_id, standing FROM v_ledger") == before


def test_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A folder that holds other files is refused, and nothing in it is touched."""
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(ConfigError, match="somebody else"):
        run(tmp_path, lambda text: None, colour=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_readme_shows_what_is_printed(shown: Shown) -> None:
    """The README's example is the demonstration's own output; tests/demo/readme_example.py writes it."""
    from readme_example import README, cut_example, example_of

    assert example_of(README.read_text(encoding="utf-8")) == cut_example(shown.text)


def test_second_look_at_stories_keeps_every_report(shown: Shown) -> None:
    """Whatever it merges, each report that matches still has a story, and nothing told is forgotten."""
    before = _rows(shown, "SELECT COUNT(*) FROM alerts")
    with open_store(shown.folder / "monitor.db", clock=lambda: datetime.now(UTC)) as store:
        relink_stories(store, clock=lambda: datetime.now(UTC))
    orphans = _rows(
        shown, "SELECT COUNT(*) FROM v_matches m LEFT JOIN stories s ON s.id = m.story_id WHERE s.id IS NULL"
    )

    assert orphans == [(0,)]
    assert _rows(shown, "SELECT COUNT(*) FROM alerts") == before
