"""Servers for hostile cases: one that sends documents, one that follows scripts, and a canary that counts visitors."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100
    documents: Mapping[str, tuple[bytes, str | None]]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on purpose."""


class _Documents(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Quiet

    def do_GET(self) -> None:
        body, content_type = self.server.documents[self.path]
        self.send_response(200)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serve_documents(documents: Mapping[str, tuple[bytes, str | None]]) -> Iterator[str]:
    """A server that sends each path its document; gives its address."""
    httpd = _Quiet(("127.0.0.1", 0), _Documents)
    httpd.documents = documents
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


Script = Callable[[socket.socket, threading.Event], None]


class ScriptedServer:
    """Reads a request's head from each visitor and then does what the script of its path says, byte by byte.

    It listens on every loopback address, so that it can be many hosts; `host` is the one it calls itself.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.scripts: dict[str, Script] = {}
        self.asked: list[tuple[str, str]] = []  # path and whole head
        self.closing = threading.Event()
        self._socket = socket.create_server(("0.0.0.0", 0), backlog=200)
        self.host, self.port = host, self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def url(self, path: str, host: str | None = None) -> str:
        """The address of a path."""
        return f"http://{host or self.host}:{self.port}{path}"

    def close(self) -> None:
        """Stops; scripts that wait see `closing`."""
        self.closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(visitor,), daemon=True).start()

    def _answer(self, visitor: socket.socket) -> None:
        with visitor, suppress(OSError):
            visitor.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = visitor.recv(65536)
                if not chunk:
                    return
                head += chunk
            path = head.split(b" ", 2)[1].decode("latin-1")
            self.asked.append((path, head.decode("latin-1")))
            self.scripts.get(path, _not_found)(visitor, self.closing)


def _not_found(visitor: socket.socket, closing: threading.Event) -> None:
    visitor.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class Canary:
    """Listens on every loopback address and counts who comes; nobody may."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("0.0.0.0", 0), backlog=50)
        self.port = self._socket.getsockname()[1]
        self._sockets = [self._socket]
        with suppress(OSError):  # machines without IPv6
            self._sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6, dualstack_ipv6=False))
        for listening in self._sockets:
            threading.Thread(target=self._count, args=(listening,), daemon=True).start()

    def _count(self, listening: socket.socket) -> None:
        while True:
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Stops listening."""
        for listening in self._sockets:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
