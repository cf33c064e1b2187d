"""The files by which other programs run the monitor: systemd's unit and the compose file, judged by those programs."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.config import load_settings

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "config" / "systemd" / "monitor.service"
COMPOSE = ROOT / "compose.yaml"
PROGRAM = "/srv/monitor/.venv/bin/monitor"
MOST_EXPOSED = 20  # of 100; systemd calls this OK


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def systemd() -> str:
    """systemd's own judge."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    found = re.search(r"\d+", run(program, "--version").stdout)
    if found is None or int(found[0]) < 250:
        pytest.skip("systemd-analyze judges files only from version 250 on")
    return program


def test_systemd_takes_the_unit(systemd: str, tmp_path: Path) -> None:
    """No unknown or misspelt setting, and a program that can be started."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace(PROGRAM, sys.executable), encoding="utf-8")
    judged = run(systemd, "verify", "--man=no", copy)

    assert (judged.returncode, judged.stderr) == (0, "")


def test_systemd_finds_the_service_well_shut(systemd: str) -> None:
    """The service is exposed less than systemd asks of careful ones."""
    judged = run(systemd, "security", "--no-pager", "--offline=yes", f"--threshold={MOST_EXPOSED}", UNIT)

    assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_unit_starts_a_command_that_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """The unit's words are ours, and the exit code for wrong configuration is one after which nobody starts again."""
    unit = UNIT.read_text(encoding="utf-8")
    (started,) = re.findall(rf"^ExecStart={PROGRAM} (.*)$", unit, re.MULTILINE)

    assert main(started.split()) == 2
    assert "/srv/monitor/config/monitor.toml" in capsys.readouterr().err
    assert re.search(r"^RestartPreventExitStatus=2$", unit, re.MULTILINE)


def test_compose_takes_the_file() -> None:
    """Services, profiles and limits are as compose understands them."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]) and run(*words, "version").returncode == 0:
            judged = run(*words, "-f", COMPOSE, "--profile", "mail", "config", "-q")
            assert judged.returncode == 0, judged.stderr
            return
    pytest.skip("neither docker compose nor docker-compose is installed")


def test_settings_for_the_mail_catcher_are_those_of_compose(tmp_path: Path) -> None:
    """What the page on containers says of the catcher is valid, and names its service."""
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    (block,) = [one for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[smtp]" in one]
    (tmp_path / "monitor.toml").write_text(block, encoding="utf-8")
    smtp = load_settings(tmp_path / "monitor.toml", {}).smtp

    assert tomllib.loads(block)["smtp"]["port"] == 1025
    assert smtp is not None
    assert re.search(rf"^  {smtp.host}:$", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)


def test_compose_publishes_to_this_machine_only_and_pins_what_it_takes() -> None:
    """No port is open to others, and no image may change under its name from one day to the next."""
    compose = COMPOSE.read_text(encoding="utf-8")
    ports = re.findall(r'^ +- "(.*:\d+)"$', compose, re.MULTILINE)
    images = re.findall(r"^ +image: (\S+)$", compose, re.MULTILINE)

    assert ports
    assert all(one.startswith("127.0.0.1:") for one in ports)
    assert all(re.search(r":v\d+\.\d+", one) for one in images if one != "monitor")
