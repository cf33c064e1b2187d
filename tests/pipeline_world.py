"""A small world for the stages: a feed server on loopback that says what it is told, a baseline, settings, a clock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

from monitor.config.settings import RecipientTable, Settings
from monitor.model import Baseline, Claim, Entity, FeedSource

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

BASELINE = Baseline(
    id="dam",
    title="The dam will hold",
    claims=(
        Claim(id="C1", text="The Vale Dam holds 40 million cubic metres of water."),
        Claim(id="C2", text="No village below the Vale Dam was evacuated."),
        Claim(id="C3", text="The repair of the Vale Dam wall ends in May."),
    ),
    entities=(Entity(name="Vale Dam", type="place", aliases=("the dam",)),),
    revision="r1",
)

# (key, title, summary): two on the claims, two about other things.
EVACUATED = ("e", "Village below Vale Dam evacuated", "Three hundred people left the village below the dam by boat.")
LEVEL = (
    "l",
    "Vale Dam holds 35 million cubic metres",
    "The dam holds 35 million cubic metres of water, its operator said.",
)
FOOTBALL = ("f", "Late goal decides the derby", "The match in the city stadium ended two to one on Sunday.")
BAKERY = ("b", "Oldest bakery closes", "After ninety years the bakery in the market street sells its last loaf.")

Item = tuple[str, str, str]


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> datetime:
        """Move on by so many hours, days ...; gives the new time."""
        self.now += timedelta(**units)
        return self.now


class FeedServer:
    """Serves `/NAME` as an RSS feed of `items[NAME]`; answers 304 to the validators of an unchanged feed."""

    def __init__(self) -> None:
        self.items: dict[str, list[Item]] = {}
        self.pages: dict[str, str] = {}
        self.answered: list[int] = []
        self.url = ""
        self.before_answer: Callable[[], object] = lambda: None  # hooks for tests that end who asks
        self.half_way: Callable[[], object] = lambda: None

    def answer(self, path: str, etag: str | None) -> tuple[int, str, str, bytes]:
        """Status, type, etag and body for a path."""
        name = path.strip("/")
        if name in self.pages:
            return 200, "text/html", '"page"', self.pages[name].encode()
        if name not in self.items:
            return 404, "text/plain", "", b"no such feed"
        body = self._document(name)
        own = f'"{hash(body)}"'
        return (304, "", own, b"") if etag == own else (200, "application/rss+xml", own, body)

    def _document(self, name: str) -> bytes:
        items = "".join(
            f"<item><guid>{escape(key)}</guid><title>{escape(title)}</title><link>{self.url}/{name}/{escape(key)}</link>"
            f"<description>{escape(text)}</description><pubDate>{format_datetime(START)}</pubDate></item>"
            for key, title, text in self.items[name]
        )
        return (
            f'<rss version="2.0"><channel><title>{name}</title><link>{self.url}</link>{items}</channel></rss>'.encode()
        )


@contextmanager
def serving() -> Iterator[FeedServer]:
    """A running feed server."""
    feeds = FeedServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feeds.before_answer()
            status, kind, etag, body = feeds.answer(self.path, self.headers.get("If-None-Match"))
            feeds.answered.append(status)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have been killed meanwhile
                self.wfile.write(body[: len(body) // 2])
                feeds.half_way()
                self.wfile.write(body[len(body) // 2 :])

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        feeds.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield feeds
        finally:
            server.shutdown()
            thread.join()


def make_settings(folder: Path, **tables: object) -> Settings:
    """Settings for loopback: no waiting between requests, one reader who gets files."""
    values: dict[str, object] = {
        "database": folder / "monitor.db",
        "fetch": {"allow_private": ["127.0.0.0/8"], "per_host_delay_s": 0, "per_host": 4, "user_agent_contact": None},
        "recipient_tables": (RecipientTable(name="Ada", channel="file", address=str(folder / "mail")),),
    }
    return Settings.model_validate(values | tables)


def sources_of(feeds: FeedServer) -> list[FeedSource]:
    """The server's feeds as they would be configured."""
    return [FeedSource(url=f"{feeds.url}/{name}", title=name) for name in feeds.items]
