"""Secrets are planted everywhere a configuration may name them, and looked for in everything that comes out."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "deliver"))

from pipeline_world import BASELINE, EVACUATED, serving
from smtp_servers import Inbox, mail_server

from monitor.baseline.profile import dump_profile
from monitor.cli import main

SECRETS = {
    "MONITOR_SMTP_PASSWORD": "pA55word-of-the-mail-server",
    "HOOK": "http://127.0.0.1:1/hook/t0ken-of-the-hook",
    "HOOK_KEY": "whsec_s1gningkeyofthehooks",
    "CHAT": "json://127.0.0.1:1/t0ken-of-the-chat",
    "PING": "http://127.0.0.1:1/ping/t0ken-of-the-ping",
}
LOOK_FOR = ("pA55word", "t0ken", "s1gningkey", "l0gin-of-the-feed")

CONFIG = """
baselines = ["dam.toml"]
[fetch]
per_host_delay_s = 0
allow_private = ["127.0.0.0/8"]
[alerts]
first_sight = "alert"
[daemon]
poll_tick_s = 0.1
deliver_tick_s = 0.1
digest_tick_s = 0.1
log_format = "json"
[health]
ping = "env:PING"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
username = "ann"
from_address = "monitor@example.org"
[[recipients]]
name = "Ann"
address = "ann@example.org"
[[recipients]]
name = "hook"
channel = "webhook"
address = "env:HOOK"
secret = "env:HOOK_KEY"
[[recipients]]
name = "chat"
channel = "apprise"
address = "env:CHAT"
"""
COMMANDS = (
    ["doctor"],
    ["doctor", "--format", "json"],
    ["poll", "--force", "-vv"],
    ["alerts", "list", "--all", "--format", "json"],
    ["query", "SELECT * FROM v_deliveries", "--format", "json"],
    ["digest", "preview"],
    ["backup", "-vv"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A configuration full of secrets; the mail server refuses the login, hook and chat are not there."""
    with serving() as server, mail_server(Inbox(), password="another") as port:
        server.items = {"river": [EVACUATED]}
        (tmp_path / "monitor.toml").write_text(CONFIG.format(port=port), encoding="utf-8")
        host = server.url.removeprefix("http://")
        feeds = [f"{server.url}/river", f"http://ann:l0gin-of-the-feed@{host}/river2"]
        (tmp_path / "feeds.toml").write_text("".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds), encoding="utf-8")
        (tmp_path / "dam.toml").write_text(dump_profile(BASELINE), encoding="utf-8")
        yield tmp_path


# The server asks for a login without encryption: it is on this machine.
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # a library below Apprise
def test_no_secret_comes_out(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in logs, listings, errors, the database, its backups, the lock file or the list of processes."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    said = ""
    for command in COMMANDS:
        main([*command, "--config", str(folder / "monitor.toml")])
        said += "".join(capsys.readouterr())
    words = [sys.executable, "-m", "monitor", "daemon", "-v", "--config", str(folder / "monitor.toml")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as daemon:
        assert daemon.stdout is not None
        for line in daemon.stdout:
            said += line
            if "ping failed" in line:
                break
        said += Path(f"/proc/{daemon.pid}/cmdline").read_text() if Path("/proc/self/cmdline").exists() else ""
        daemon.send_signal(signal.SIGTERM)
        said += daemon.stdout.read()

    assert "refused the login" in said
    assert "ann@example.org" in said
    own_files = {"monitor.toml", "feeds.toml"}
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in own_files}
    assert any(path.parent.name == "backups" for path in written)
    for secret in LOOK_FOR:
        assert secret not in said.replace("http://ann:l0gin-of-the-feed", ""), secret
        if not secret.startswith("l0gin"):  # the address of a feed is its name in the database
            assert [path for path, content in written.items() if secret.encode() in content] == []
