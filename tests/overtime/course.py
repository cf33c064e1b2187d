"""A feed on a loopback server that behaves by a script, polled fifty times by a clock that jumps from poll to poll."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from pipeline_world import BASELINE, START, Clock, Item, make_settings

from monitor.model import FeedSource
from monitor.pipeline import MatchMemory, PollRun, match, poll
from monitor.store import Store, open_store

POLLS = 50


@dataclass
class Answer:
    """What the server sends once."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    path: str
    at: datetime
    conditional: bool


Script = Callable[[int, "Server"], Answer]  # (number of the poll, from 0)


def rss(items: list[Item], *, dated: datetime = START, prefix: str = "", etag: str = "", link: str = "") -> Answer:
    """A feed of these items; `prefix` stands before each guid, `link` before the last part of each link."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{escape(prefix + key)}</guid><title>{escape(title)}</title>"
        f"<link>http://paper.example/{link}{escape(key)}</link><description>{escape(text)}</description>"
        f"<pubDate>{format_datetime(dated)}</pubDate></item>"
        for key, title, text in items
    )
    body = f'<rss version="2.0"><channel><title>River Post</title>{entries}</channel></rss>'.encode()
    headers = {"Content-Type": "application/rss+xml"} | ({"ETag": etag} if etag else {})
    return Answer(body=body, headers=headers)


class Server:
    """Answers `/feed` by its script, other paths by `pages`; remembers what was asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.script: Script = lambda number, server: Answer(status=404)
        self.pages: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.poll = 0
        self.url = ""
        self.conditions: dict[str, str] = {}  # of the request being answered

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.conditions = {name: value for name, value in headers.items() if name.startswith("if-")}
        self.asked.append(Asked(path, self.clock(), bool(self.conditions)))
        if path == "/feed":
            return self.script(self.poll, self)
        return self.pages.get(path, Answer(status=404))


@contextmanager
def serving(clock: Clock) -> Iterator[Server]:
    """A running server."""
    book = Server(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = book.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(answer.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(clock(), usegmt=True)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        book.url = f"http://127.0.0.1:{httpd.server_port}"
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield book
        finally:
            httpd.shutdown()
            thread.join()


class Course:
    """One feed, its server, its database."""

    def __init__(self, folder: Path, store: Store, server: Server, clock: Clock) -> None:
        self.store = store
        self.server = server
        self.clock = clock
        self.settings = make_settings(folder)
        self.source = FeedSource(url=f"{server.url}/feed", title="River Post")
        self.memory = MatchMemory()
        self.waits_s: list[float] = []  # from each poll to the next one, as planned
        self.runs: list[PollRun] = []
        self._rng = Random(7)

    def run(self, script: Script | None = None, *, polls: int = POLLS, judged: bool = False) -> "Course":
        """Poll so often, each time just when the feed falls due; a feed that never does is left alone for a day."""
        self.server.script = script or self.server.script
        for _ in range(polls):
            self.step(judged=judged)
            self.server.poll += 1
        return self

    def step(self, *, judged: bool = False) -> None:
        """One poll at its time."""
        feed = self.feed() if self.runs else {}
        if feed and feed["next_poll_at"] and not feed["retired"]:
            self.clock.now = max(self.clock.now, datetime.fromisoformat(feed["next_poll_at"]).astimezone(UTC))
            self.clock.forward(seconds=1)
        elif feed:
            self.clock.forward(days=1)
        run = poll(self.store, [self.source], self.settings, clock=self.clock, rng=self._rng)
        self.runs.append(run)
        if judged:
            match(self.store, [BASELINE], self.settings, clock=self.clock, memory=self.memory)
        due = self.feed()["next_poll_at"]
        self.waits_s.append((datetime.fromisoformat(due) - self.clock.now).total_seconds())

    def feed(self) -> dict[str, Any]:
        """The feed's row."""
        return self.rows("SELECT * FROM feeds")[0]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self.store.query(sql)

    def count(self, what: str) -> int:
        return int(self.rows(f"SELECT COUNT(*) AS n FROM {what}")[0]["n"])

    def notices(self) -> list[str]:
        """The subjects of the notices in the outbox."""
        return [row["subject"] for row in self.rows("SELECT subject FROM deliveries WHERE kind = 'notice' ORDER BY id")]

    def asked(self, path: str = "/feed") -> list[Asked]:
        return [one for one in self.server.asked if one.path == path]


@contextmanager
def course(folder: Path) -> Iterator[Course]:
    """A course that is ready to run."""
    clock = Clock()
    with serving(clock) as server, open_store(folder / "monitor.db", clock=clock, create=True) as store:
        yield Course(folder, store, server, clock)


def numbered(first: int, last: int) -> list[Item]:
    """Items of no interest, newest first."""
    return [
        (
            str(n),
            f"Market notes number {n} from stall {n * 7}",
            f"Stall {n * 7} sold {n * 3} crates of pears on the day.",
        )
        for n in range(last, first - 1, -1)
    ]


def span(days: float) -> timedelta:
    return timedelta(days=days)
