import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from monitor.demo.server import FeedServer

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Bay News</title><link>https://bay.example/</link>
<item><title>Harbour Bridge reopens on 4 May</title><guid>b1</guid><link>https://bay.example/1</link>
<description>The Harbour Bridge in Larnport reopens on 4 May 2026; repairs cost 30 million euros.</description></item>
</channel></rss>"""
PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"
[[claims]]
id = "B1"
text = "The Harbour Bridge in Larnport will reopen on 4 May 2026 after repairs that cost 30 million euros."
[[entities]]
name = "Harbour Bridge"
"""
CONFIG = """
baselines = ["bridge.toml"]
[fetch]
per_host_delay_s = 0
allow_private = ["127.0.0.0/8"]
[alerts]
first_sight = "alert"
[daemon]
poll_tick_s = 0.1
deliver_tick_s = 0.1
digest_tick_s = 0.1
[[recipients]]
name = "desk"
channel = "file"
address = "outbox"
"""


def watch(folder: Path, url: str) -> Path:
    """A configuration with one feed and one claim."""
    (folder / "monitor.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "bridge.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "feeds.toml").write_text(f'[[feeds]]\nurl = "{url}"\n', encoding="utf-8")
    return folder / "monitor.toml"


class Running:
    """A daemon in a process of its own, and the log it writes."""

    def __init__(self, arguments: list[str]) -> None:
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: list[str] = []

    def until(self, *words: str) -> str:
        """Reads on to the line that holds all of these words."""
        assert self.process.stdout is not None
        limit = Timer(20, self.process.kill)  # a line that never comes must not hold up the tests
        limit.start()
        try:
            for line in self.process.stdout:
                self.lines.append(line)
                if all(word in line for word in words):
                    return line
        finally:
            limit.cancel()
        raise AssertionError(f"no line with {words} in:\n{''.join(self.lines)}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Sends the signal; the exit code, and how long the end took."""
        start = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=15)
        return code, time.monotonic() - start


@contextmanager
def daemon(config: Path, *options: str) -> Iterator[Running]:
    """`monitor daemon`, ended at the end of the block whatever happens."""
    running = Running([sys.executable, "-m", "monitor", "daemon", "--config", str(config), *options])
    with running.process:
        try:
            yield running
        finally:
            running.process.kill()


@pytest.fixture
def feed() -> Iterator[str]:
    """The address of a feed with one report."""
    with FeedServer({"/rss": (RSS, "application/rss+xml")}) as server:
        yield server.url("/rss")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/rss"


def test_daemon_polls_matches_tells_and_stops(tmp_path: Path, feed: str) -> None:
    """A report goes from its feed into an alert mail by the ticks alone; SIGTERM ends the daemon with exit code 0."""
    with daemon(watch(tmp_path, feed)) as running:
        running.until("feed read", f"feed={feed}", "items=1")
        running.until("matched", "reports=1", "alerts=1")
        running.until("delivered", "failed=0")  # the alert alone or with the digest, whichever tick came first
        code, seconds = running.stop()

    assert code == 0
    assert seconds < 5
    assert list((tmp_path / "outbox").glob("*.eml"))
    assert (tmp_path / "monitor.db").stat().st_mode & 0o077 == 0


def test_sigterm_gives_up_requests_under_way(tmp_path: Path, silent: str) -> None:
    """A server that never answers does not hold up the end: the request is given up, and made again next time."""
    with daemon(watch(tmp_path, silent)) as running:
        running.until("started")
        running.until("digest")  # the poll has begun before this tick
        code, seconds = running.stop()

    assert code == 0
    assert seconds < 5


def test_second_daemon_is_refused(tmp_path: Path, feed: str) -> None:
    """A second daemon on the same database ends at once with exit code 1 and one line that names the first."""
    config = watch(tmp_path, feed)
    with daemon(config) as running:
        running.until("started")
        with daemon(config) as second:
            line = second.until("already runs on it", f"process {running.process.pid}")
            assert second.process.wait(timeout=15) == 1

    assert second.lines == [line]


def test_changed_configuration_is_read_again_or_kept(tmp_path: Path, feed: str) -> None:
    """A wrong file leaves the old configuration in force and says why; a right one is taken over; SIGHUP asks too."""
    config = watch(tmp_path, feed)
    with daemon(config) as running:
        running.until("started")
        config.write_text(CONFIG + "\n[fetsch]\n", encoding="utf-8")
        running.until("configuration kept as it was", "fetsch: no such setting, did you mean fetch?")
        config.write_text(CONFIG, encoding="utf-8")
        running.until("configuration reloaded")
        running.process.send_signal(signal.SIGHUP)
        running.until("configuration reloaded")

        assert running.stop(signal.SIGINT)[0] == 0


def test_log_can_be_json(tmp_path: Path, feed: str) -> None:
    """With --log-format json each line is one object."""
    with daemon(watch(tmp_path, feed), "--log-format", "json") as running:
        line = running.until('"message": "started"')

    assert line.startswith('{"time": "')


def test_wrong_configuration_refuses_to_start(tmp_path: Path, feed: str) -> None:
    """At the first start there is no old configuration to keep: one line, exit code 2, no database."""
    config = watch(tmp_path, feed)
    config.write_text("x = 1", encoding="utf-8")
    with daemon(config) as running:
        running.until("x: no such setting")
        assert running.process.wait(timeout=15) == 2

    assert not (tmp_path / "monitor.db").exists()


STUBBORN = """
import logging, os, sys, time
from pathlib import Path
import monitor.daemon.run as run
from monitor.cli.daemon import load_watch
from monitor.cli.options import utc_now
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
run.GRACE_S = float(sys.argv[2])
def hang(settings, clock):
    print("hanging", flush=True)
    time.sleep(60)
sys.exit(run.Daemon(lambda: load_watch(Path(sys.argv[1])), utc_now, hang).run())
"""


def test_what_cannot_be_stopped_is_cut_off_after_the_grace_time(tmp_path: Path, feed: str) -> None:
    """A job that does not end by itself does not keep the daemon beyond the grace time; the exit code is still 0."""
    running = Running([sys.executable, "-c", STUBBORN, str(watch(tmp_path, feed)), "1"])
    with running.process:
        running.until("hanging")
        code, seconds = running.stop()

    assert code == 0
    assert 0.9 < seconds < 5


def test_second_signal_ends_at_once(tmp_path: Path, feed: str) -> None:
    """Who asks twice does not wait: the second SIGTERM ends the process on the spot."""
    running = Running([sys.executable, "-c", STUBBORN, str(watch(tmp_path, feed)), "30"])
    with running.process:
        running.until("hanging")
        os.kill(running.process.pid, signal.SIGTERM)
        running.until("stopping")
        code, seconds = running.stop()

    assert code == 128 + signal.SIGTERM
    assert seconds < 2
