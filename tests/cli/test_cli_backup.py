from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.daemon.lock import single_instance
from monitor.store import open_store
from monitor.store.backup import verify

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with an empty database."""
    path = tmp_path / "monitor.toml"
    path.write_text("", encoding="utf-8")
    with open_store(tmp_path / "monitor.db", clock=lambda: NOW, create=True):
        pass
    return path


def test_backup_and_restore_go_round(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup is made where told or beside the database, and restored; the old file is kept and named."""
    assert main(["backup", "--config", str(config)]) == 0
    assert main(["backup", str(tmp_path / "copy.db"), "--config", str(config)]) == 0
    assert verify(next((tmp_path / "backups").iterdir())) == verify(tmp_path / "copy.db")
    assert main(["vacuum", "--config", str(config)]) == 0
    assert main(["restore", str(tmp_path / "copy.db"), "--config", str(config)]) == 0

    said = capsys.readouterr().out
    assert said.count("whole") == 2
    assert "before-restore-" in said


def test_restore_is_refused_while_a_daemon_runs(config: Path, tmp_path: Path) -> None:
    """The daemon's lock protects the database from being replaced under its hands."""
    assert main(["backup", str(tmp_path / "copy.db"), "--config", str(config)]) == 0
    before = (tmp_path / "monitor.db").stat().st_ino
    with single_instance(tmp_path / "monitor.db", NOW):
        assert main(["restore", str(tmp_path / "copy.db"), "--config", str(config)]) == 1
    assert (tmp_path / "monitor.db").stat().st_ino == before


@pytest.mark.parametrize("command", [["backup"], ["vacuum"]])
def test_no_database_is_one_line(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not there cannot be copied; nothing is made."""
    (tmp_path / "monitor.toml").write_text("", encoding="utf-8")

    assert main([*command, "--config", str(tmp_path / "monitor.toml")]) == 1
    assert "no database there" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["monitor.toml"]
