"""A small real HTTP server on loopback that serves feed documents, with ETag and 304."""

import hashlib
import sys
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType


class FeedServer:
    """Serves documents by path: `with FeedServer({"/a.xml": (body, type)}) as server: server.url("/a.xml")`.

    `documents` may be replaced at any time; the next answer takes the new ones. `answers` counts (path, status).
    """

    def __init__(self, documents: Mapping[str, tuple[bytes, str]]) -> None:
        self.documents = documents
        self.answers: Counter[tuple[str, int]] = Counter()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "FeedServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        """The full address of a path."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in the middle is its own affair; all else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler_of(owner: FeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, content_type = owner.documents.get(self.path, (b"", ""))
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if not content_type:
                self._answer(404, b"no such feed\n", {"Content-Type": "text/plain"})
            elif self.headers.get("If-None-Match") == etag:
                self._answer(304, b"", {"ETag": etag})
            else:
                self._answer(200, body, {"Content-Type": content_type, "ETag": etag})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            owner.answers[self.path, status] += 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the demonstration prints what matters itself."""

    return Handler
