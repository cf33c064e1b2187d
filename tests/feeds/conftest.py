"""A real HTTP server on loopback whose answers each test writes down, and the fetcher's settings to reach it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from monitor.config import FetchSettings

# A busy machine is no fault of the code: examples have no deadline of their own.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


@dataclass
class Answer:
    """What the server sends for one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stall: bool = False  # sends one byte of the body, then nothing more until the server closes


@dataclass
class FeedServer:
    """Answers by path; remembers what was asked, with which headers."""

    answers: dict[str, Answer | Callable[[Any], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, body: bytes | str, path: str = "/feed", *, status: int = 200, **headers: str) -> str:
        """Lets a path answer with a body; header names are written with underscores."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(body=data, status=status, headers=named)
        return self.url(path)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    book: FeedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients of these tests hang up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        book = self.server.book
        book.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = book.answers.get(self.path, Answer(status=404))
        if callable(answer):
            answer = answer(self)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.stall:
            self.wfile.write(answer.body[:1])
            self.wfile.flush()
            book.closing.wait(20)
            return
        self.wfile.write(answer.body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server of one's own for each test."""
    book = FeedServer()
    httpd = _Server(("127.0.0.1", 0), _Handler)
    httpd.book = book
    book.port = httpd.server_address[1]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield book
    book.closing.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join(5)


@pytest.fixture
def settings() -> FetchSettings:
    """The usual limits, with loopback let through and no wait between requests."""
    return FetchSettings.model_validate({"per_host_delay_s": 0, "allow_private": ["127.0.0.0/8"], "deadline_s": 5})
