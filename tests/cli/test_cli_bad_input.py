"""What a user meets who gives the command something bad: one line, the right exit code, nothing half written."""

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from stored_world import make_world

from monitor.cli import main

COMMAND = [sys.executable, "-m", "monitor"]
FILES = {"monitor.toml", "bridge.toml", "feeds.toml"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and stored reports, to be copied."""
    folder = tmp_path_factory.mktemp("world")
    make_world(folder)
    (folder / "feeds.toml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def config(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the world, whose configuration is named by the environment."""
    folder = tmp_path / "watch"
    shutil.copytree(world, folder)
    monkeypatch.setenv("MONITOR_CONFIG", str(folder / "monitor.toml"))
    return folder / "monitor.toml"


def change(path: Path, old: str, new: str) -> None:
    """Puts one text in another's place."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def folder_instead(path: Path) -> None:
    """A folder where a file was."""
    path.unlink()
    path.mkdir()


FAULTS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "unknown key": ("monitor.toml", lambda p: change(p, "baselines", "baselins"), "did you mean baselines?"),
    "wrong type": ("monitor.toml", lambda p: change(p, '["bridge.toml"]', '"bridge.toml"'), "write a list in brackets"),
    "broken TOML": ("monitor.toml", lambda p: change(p, "[alerts]", "[alerts"), "not TOML"),
    "other encoding": ("monitor.toml", lambda p: p.write_bytes(b"# caf\xe9"), "save it as UTF-8"),
    "missing profile": ("bridge.toml", lambda p: p.unlink(), "no such file; check the path"),
    "profile is a folder": ("bridge.toml", folder_instead, "is a folder, not a file; check the path"),
    "profile is binary": ("bridge.toml", lambda p: p.write_bytes(bytes(range(256))), "save bridge.toml as UTF-8"),
    "profile without id": ("bridge.toml", lambda p: change(p, 'id = "bridge"', ""), "baseline.id: missing"),
    "missing feeds": ("feeds.toml", lambda p: p.unlink(), "`monitor init` makes one"),
    "feeds is a folder": ("feeds.toml", folder_instead, "check `feeds` in the configuration"),
    "feeds is binary": ("feeds.toml", lambda p: p.write_bytes(b"\xff\xfe"), "save it as UTF-8"),
    "broken feeds": ("feeds.toml", lambda p: p.write_text("[[feeds"), "feeds.toml: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_configuration_is_one_line_and_leaves_no_trace(
    config: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """The line names the file and the remedy; exit code 2; no database is made."""
    name, spoil, said = FAULTS[fault]
    for left in config.parent.glob("monitor.db*"):
        left.unlink()
    spoil(config.parent / name)
    capsys.readouterr()

    assert main(["poll"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert f"/{name}: " in captured.err
    assert said in captured.err
    assert {path.name for path in config.parent.iterdir()} <= FILES


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["claims", "--baseline", "brigde"], "no baseline is called brigde, use bridge"),
        (["matches", "--baseline", "brigde"], "no baseline is called brigde, use bridge"),
        (["matches", "--claim", "B9"], "no claim is called B9"),
        (["query", "SELECT 1 FROM nowhere"], "no such table: nowhere"),
        (["query", "DELETE FROM reports"], "only reading is allowed"),
        (["query", ""], "this reads nothing"),
    ],
)
def test_name_or_question_that_leads_nowhere_is_wrong_use(
    config: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """A misspelt filter does not look like an empty result; it is one line and exit code 2."""
    capsys.readouterr()

    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_file_that_is_no_opml_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be imported is named with its file, and the list of feeds stays as it was."""
    before = (config.parent / "feeds.toml").read_text(encoding="utf-8")
    capsys.readouterr()

    assert main(["feeds", "import", str(config)]) == 2
    assert str(config) in capsys.readouterr().err
    assert (config.parent / "feeds.toml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("kind", ["binary", "folder"])
def test_match_refuses_what_is_no_text(config: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """A binary file and a folder are one line each, before anything is printed."""
    source = config.parent / "reports"
    if kind == "folder":
        source.mkdir()
    else:
        source.write_bytes(os.urandom(64) + b"\xff\n")
    capsys.readouterr()

    assert main(["match", "--baseline", str(config.parent / "bridge.toml"), str(source)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert str(source) in captured.err


def test_digest_that_could_not_be_sent_is_named_until_it_is(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the mail server away the first run fails; a second one says what still waits, and makes no other."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and never listening: refused
        port = nobody.getsockname()[1]
        change(config, 'channel = "file"\naddress = "outbox"', 'channel = "smtp"\naddress = "desk@example.org"')
        with config.open("a", encoding="utf-8") as out:
            out.write(f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom_address = "m@example.org"\n')
        capsys.readouterr()

        assert main(["digest", "send"]) == 1
        assert "check smtp.host and smtp.port" in capsys.readouterr().err
        assert main(["digest", "send"]) == 0
    captured = capsys.readouterr()
    assert "nothing to tell" in captured.err
    assert "in the outbox, due from " in captured.err


@pytest.mark.parametrize("form", ["table", "csv"])
def test_full_disk_behind_standard_output_is_one_line(config: Path, form: str) -> None:
    """What cannot be printed ends the command with exit code 1, also at the interpreter's end."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "claims", "--format", form], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("monitor: standard output: cannot be written (")


def test_closed_standard_output_is_no_fault(config: Path) -> None:
    """A service without standard streams does its work in silence."""
    script = f'exec "{sys.executable}" -m monitor claims <&- >&- 2>&-'

    assert subprocess.run(["sh", "-c", script], timeout=60).returncode == 0


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_reader_that_leaves_ends_the_command_quietly(config: Path, form: str) -> None:
    """`monitor claims | head -0` is no error."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [*COMMAND, "claims", "--format", form], stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=60
        )

    assert (done.returncode, done.stderr) == (0, "")


def heed_interrupts() -> None:
    """A command started in the background inherits that Ctrl-C is ignored; the one under test must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupted_poll_says_so_and_leaves_a_whole_database(config: Path) -> None:
    """Ctrl-C while a feed keeps us waiting: exit code 130, one line, and what was stored is whole."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/feed"
        (config.parent / "feeds.toml").write_text(f'[[feeds]]\nurl = "{url}"\n', encoding="utf-8")
        change(config, "[alerts]", '[fetch]\nallow_private = ["127.0.0.0/8"]\n[alerts]')
        poll = subprocess.Popen(
            [*COMMAND, "poll"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_interrupts,
        )
        waiting, _ = silent.accept()
        poll.send_signal(signal.SIGINT)
        out, err = poll.communicate(timeout=30)
        waiting.close()

    assert poll.returncode == 130
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("monitor: interrupted; ")
    with sqlite3.connect(config.parent / "monitor.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT COUNT(*) FROM reports").fetchone() == (6,)
    connection.close()


def test_init_without_room_leaves_no_half_file(tmp_path: Path) -> None:
    """A file that does not fit is not there afterwards, so that the next try does not keep it."""

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = subprocess.run(
        [*COMMAND, "init", "watch"], cwd=tmp_path, preexec_fn=no_room, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr
    assert list((tmp_path / "watch").iterdir()) == []
