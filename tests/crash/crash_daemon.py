"""The real daemon in a process of its own, which ends itself by SIGKILL at a point, or by SIGTERM after one round.

Points in our code are reached through the `failpoint` arguments, points inside transactions through SQLite's trace;
the servers of the other side, in the test's process, kill it at theirs.
"""

import base64
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline_world import BASELINE

import monitor.daemon.caring as caring
import monitor.daemon.stages as stages
import monitor.pipeline as pipeline
import monitor.pipeline.delivering as delivering
import monitor.store.connection as connection
from monitor.baseline.profile import dump_profile
from monitor.cli.daemon import load_watch
from monitor.daemon.logs import TextFormatter
from monitor.daemon.run import Daemon
from monitor.deliver.webhook import Answer, Post
from monitor.feeds.fetch import Fetcher
from monitor.store.backup import make_backup

HOOK_KEY = b"a key for the tests, 32 bytes..."
ROUND = ("poll", "match", "digest", "deliver", "backup")

CONFIG = """
baselines = ["dam.toml"]
[fetch]
per_host_delay_s = 0
per_host = 4
allow_private = ["127.0.0.0/8"]
[daemon]
poll_tick_s = 0.02
deliver_tick_s = 0.02
digest_tick_s = 0.02
maintenance_tick_s = 0.05
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
from_address = "monitor@example.org"
[[recipients]]
name = "Ada"
address = "ada@example.org"
[[recipients]]
name = "desk"
channel = "webhook"
address = "{webhook}"
secret = "file:webhook.key"
digest = false
"""


@dataclass(frozen=True, kw_only=True)
class Course:
    """What one life of the daemon needs to know; travels to the other process."""

    folder: Path
    now: datetime  # what its clock shows at the start
    point: str | None = None  # die there
    turn: int = 1  # … at its so-manieth time
    ends: bool = True  # by itself, after one round


# Points inside transactions: the statement at which the process ends, before it is done.
STATEMENTS = {
    "poll: report being written": "INSERT INTO reports ",
    "poll: validators being written": "UPDATE feeds SET title",
    "poll: before commit": "INSERT INTO fetches",
    "match: story being made": "INSERT INTO stories",
    "match: verdict being written": "INSERT INTO verdicts",
    "match: match being written": "INSERT INTO matches",
    "match: alert being written": "INSERT INTO alerts",
    "match: message being written": "INSERT INTO deliveries",
    "digest: being written": "INSERT INTO digests",
    "deliver: being claimed": "UPDATE deliveries SET state = 'sending'",
    "deliver: being marked": "UPDATE deliveries SET state = 'sent'",
    "start: tables being made": "CREATE TABLE",
    "start: views being made": "CREATE VIEW",
}
FAILPOINTS = (
    "poll: before fetching",
    "poll: fetched",
    "poll: stored",
    "match: scored",
    "match: before alerts",
    "match: before commit",
    "match: committed",
    "digest: composed",
    "digest: recorded",
    "deliver: claimed",
    "deliver: accepted",
    "deliver: marked",
    "backup: copied",
    "backup: verified",
)
# The same places of delivering, counted only while a webhook's message is on its way.
WEBHOOK = (
    "webhook: to be posted",
    "webhook: answered",
    "webhook: accepted",
    "webhook: being marked",
    "webhook: marked",
)


def write_config(folder: Path, *, feeds: tuple[str, ...], smtp: int, webhook: str) -> None:
    """The files of a configuration."""
    (folder / "monitor.toml").write_text(CONFIG.format(smtp=smtp, webhook=webhook), encoding="utf-8")
    (folder / "feeds.toml").write_text("".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds), encoding="utf-8")
    (folder / "dam.toml").write_text(dump_profile(BASELINE), encoding="utf-8")
    (folder / "webhook.key").write_text("whsec_" + base64.b64encode(HOOK_KEY).decode(), encoding="utf-8")


class Points:
    """Counts how often each point was reached, and dies at the one it was told."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._lock = threading.Lock()
        self._posting = False
        self.seen: Counter[str] = Counter()

    def reached(self, name: str) -> None:
        """Here we are."""
        if name == "deliver: claimed":
            self._posting = False
        with self._lock:
            self.seen[name] += 1
            if (name, self.seen[name]) == (self._course.point, self._course.turn):
                os.kill(os.getpid(), signal.SIGKILL)
        if self._posting and name.startswith("deliver: "):
            self.reached(name.replace("deliver", "webhook"))

    def posting(self, make_post: Callable[..., Post]) -> Callable[..., Post]:
        """The way to the web, with a point on either side of it."""

        def make(*arguments: Any) -> Post:
            post = make_post(*arguments)

            def watched(url: str, headers: dict[str, str], body: bytes) -> Answer:
                self.reached("webhook: to be posted")
                answer = post(url, headers, body)
                self.reached("webhook: answered")
                self._posting = True
                return answer

            return watched

        return make

    def traced(self, sql: str) -> None:
        """SQLite is about to do this."""
        words = " ".join(sql.split())
        for name, beginning in STATEMENTS.items():
            if words.startswith(beginning):
                self.reached(name)


class Round:
    """Lets match and digest wait for what they need, so that all courses give the same; ends the daemon after it.

    Where the daemon is to die at a point, its jobs take turns: else one of them could be anywhere at that moment.
    """

    def __init__(self, course: Course) -> None:
        self._ends = course.ends
        self._done = 0
        self._turn = threading.Lock() if course.point else nullcontext()

    def wrap(self, name: str, stage: Callable[[], None]) -> Callable[[], None]:
        """The stage, as part of the round."""
        place = ROUND.index(name)

        def run() -> None:
            mine = self._done == place
            if name in ("match", "digest") and self._done < place:
                return
            with self._turn:
                stage()
            if mine:
                self._done += 1
                if self._done == len(ROUND) and self._ends:
                    os.kill(os.getpid(), signal.SIGTERM)

        return run


def run_daemon(course: Course) -> None:
    """One life of the daemon; what it reached is written down at a peaceful end."""
    points = Points(course)
    _lay_points(points)
    log = logging.FileHandler(course.folder / "daemon.log")
    log.setFormatter(TextFormatter())
    logging.getLogger().handlers[:] = [log]
    logging.getLogger("monitor").setLevel(logging.INFO)
    began = time.monotonic()

    def clock() -> datetime:
        return course.now + timedelta(seconds=time.monotonic() - began)

    daemon = Daemon(lambda: load_watch(course.folder / "monitor.toml"), clock, Fetcher)
    turns = Round(course)
    for name in ROUND:
        owner: Any = daemon.care if name == "backup" else daemon.stages
        setattr(owner, name, turns.wrap(name, getattr(owner, name)))
    code = daemon.run()
    (course.folder / "reached.json").write_text(json.dumps(points.seen))
    sys.exit(code)


def _lay_points(points: Points) -> None:
    names = ("poll", "match", "digest", "deliver")
    laid = {name: partial(getattr(pipeline, name), failpoint=points.reached) for name in names}
    others = {name: getattr(pipeline, name) for name in pipeline.__all__ if name not in names}
    stages.pipeline = SimpleNamespace(**others, **laid)  # type: ignore[assignment]
    delivering.make_post = points.posting(delivering.make_post)
    caring.make_backup = partial(make_backup, failpoint=points.reached)  # type: ignore[assignment]
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(*arguments, **options)
        opened.set_trace_callback(points.traced)
        return opened

    connection.sqlite3 = SimpleNamespace(**vars(sqlite3) | {"connect": traced})  # type: ignore[assignment]
