"""`/healthz`, `/readyz` and `/metrics` over HTTP, on this machine only unless the configuration says otherwise."""

import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from monitor.config import HealthSettings

PATHS = ("/healthz", "/readyz", "/metrics")
TIMEOUT_S = 5.0

Answer = tuple[int, str]
log = logging.getLogger("monitor.daemon")


class StatusServer:
    """Answers with what `answer` says of a path; follows the configuration, which may name another address later."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self._answer = answer
        self._listens: str | None = None
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def follow(self, health: HealthSettings) -> None:
        """Listen where the configuration says; an address that is taken is told, and the daemon goes on without."""
        if health.listen == self._listens and (self._server is not None or health.listen is None):
            return
        self.close()
        self._listens = health.listen
        if health.listen is None:
            return
        host, _, port = health.listen.rpartition(":")
        try:
            self._server = _server(host.strip("[]"), int(port), self._answer)
        except OSError as exc:
            log.error("status not served", extra={"listen": health.listen, "error": exc.strerror or str(exc)})
            return
        self._thread = threading.Thread(target=self._server.serve_forever, name="status", daemon=True)
        self._thread.start()
        bound = self._server.server_address
        log.info("status served", extra={"listen": f"http://{_bracketed(str(bound[0]))}:{bound[1]}"})

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None


def _server(host: str, port: int, answer: Callable[[str], Answer]) -> ThreadingHTTPServer:
    closed = ip_address(host).is_loopback

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S
        server_version = "monitor"
        sys_version = ""

        def do_GET(self) -> None:
            # A page of another site whose name leads here must not read it through somebody's browser.
            if closed and not _is_here(self.headers.get("Host", "")):
                self._send(403, "ask for it by an address of this machine\n")
                return
            path = self.path.partition("?")[0]
            self._send(*answer(path) if path in PATHS else (404, f"there is {', '.join(PATHS)}\n"))

        do_HEAD = do_GET

        def _send(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: health checks come every few seconds."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def handle_error(self, request: object, client_address: object) -> None:
            """Who asks and goes away in the middle is no matter of ours; a fault of ours is told."""
            log.debug("status request failed", exc_info=True)

    return Server((host, port), Handler)


def _is_here(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    name = name.strip("[]")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name in ("localhost", "")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
