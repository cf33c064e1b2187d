import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli import main

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80", **environ},
        cwd=ROOT,
        timeout=60,
        check=False,
    )


HEAVY = {
    "apscheduler", "feedparser", "httpx", "jinja2", "lxml", "numpy", "pydantic", "scipy", "sklearn", "sqlite_utils",
    "trafilatura",
}  # fmt: skip


def test_help_names_the_commands_without_heavy_imports() -> None:
    """`monitor --help` answers at once, since heavy imports wait until they are used."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitor", "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}

    assert done.returncode == 0
    for command in ("init", "demo", "poll", "match", "daemon", "claims", "alerts", "query", "digest", "doctor"):
        assert command in done.stdout
    assert "typer" in imported
    assert not imported & HEAVY


def test_help_imports_nothing_heavy() -> None:
    """Neither the package nor the help text brings in the libraries that do the work."""
    code = (
        "import sys, monitor.cli.app as a; a.run(['--help']); "
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'sklearn','numpy','feedparser','httpx','trafilatura','sqlite_utils','apscheduler','pydantic','jinja2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mtch"], "No such command 'mtch'"),
        (["match"], "Missing option '--baseline'"),
        (["match", "--nonsense"], "No such option: --nonsense"),
        (["claims", "--format", "xml"], "Invalid value for '--format'"),
        (["matches", "--limit", "0"], "Invalid value for '--limit'"),
        (["claims", "--config", "/nowhere.toml"], "/nowhere.toml: no such file"),
        (["--config", "/nowhere.toml", "claims"], "/nowhere.toml: no such file"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong use and wrong configuration are one line on standard error, nothing on standard output, exit code 2."""
    code = main(arguments)
    captured = capsys.readouterr()

    assert code == 2
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_later_config_option_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--config` may stand before and after the command."""
    code = main(["--config", str(tmp_path / "first.toml"), "claims", "--config", str(tmp_path / "second.toml")])

    assert code == 2
    assert "second.toml" in capsys.readouterr().err


def test_version() -> None:
    """`--version` names the program and its version."""
    assert run("--version").stdout.startswith("monitor 0.")


def test_closed_pipe_is_quiet(tmp_path: Path) -> None:
    """A reader that goes away ends the command without a word."""
    reports = tmp_path / "reports.jsonl"
    reports.write_text('{"id": "1", "title": "x"}\n' * 3000, encoding="utf-8")
    command = f"{sys.executable} -m monitor match -b config/baselines/coalition-withdrawal.toml {reports} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)

    assert done.stdout.startswith('{"id": "1"')
    assert done.stderr == ""


def test_public_classes_come_with_the_package() -> None:
    """`from monitor import Baseline, ClaimMatcher, Report` works, and `import monitor` alone stays light."""
    import monitor

    assert {"Baseline", "ClaimMatcher", "Report"} <= set(dir(monitor))
    assert monitor.ClaimMatcher.__name__ == "ClaimMatcher"
    with pytest.raises(AttributeError):
        _ = monitor.Nonsense  # type: ignore[attr-defined]
