"""The real daemon, watched: by systemd's socket, by its endpoints, by a service that expects its calls."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline_world import BASELINE

from monitor.baseline.profile import dump_profile
from monitor.store.backup import backups_of, verify
from monitor.store.migrations import SCHEMA_VERSION

CONFIG = """
baselines = ["dam.toml"]
[daemon]
poll_tick_s = 0.1
deliver_tick_s = 0.1
[health]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that a service speaks to."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(15)
        yield listening


def heard(systemd: socket.socket, word: str) -> str:
    """The next message that begins so."""
    while True:
        message = systemd.recv(500).decode()
        if message.startswith(word):
            return message


def test_watched_daemon(tmp_path: Path, systemd: socket.socket) -> None:
    """It says when it is ready, alive, reloading and stopping; answers for its health; and makes its first backup."""
    (tmp_path / "monitor.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    (tmp_path / "dam.toml").write_text(dump_profile(BASELINE), encoding="utf-8")
    environ = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
    words = [sys.executable, "-m", "monitor", "daemon", "--config", str(tmp_path / "monitor.toml")]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as daemon:
        limit = Timer(30, daemon.kill)  # a line that never comes must not hold up the tests
        limit.start()
        assert daemon.stdout is not None
        line = next(line for line in daemon.stdout if "status served" in line)
        port = int(line.rstrip().rpartition(":")[2])
        heard(systemd, "READY=1")
        heard(systemd, "WATCHDOG=1")
        assert heard(systemd, "STATUS=") == "STATUS=all is well"
        next(line for line in daemon.stdout if "backed up" in line)
        assert get(port, "/healthz") == 200
        assert get(port, "/metrics") == 200
        daemon.send_signal(signal.SIGHUP)
        heard(systemd, "RELOADING=1\nMONOTONIC_USEC=")
        heard(systemd, "READY=1")
        daemon.send_signal(signal.SIGTERM)
        heard(systemd, "STOPPING=1")
        assert daemon.wait(10) == 0
        limit.cancel()

    assert [verify(one.path) for one in backups_of(tmp_path / "monitor.db")] == [SCHEMA_VERSION]


def get(port: int, path: str) -> int:
    """The status of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status
