"""Mail servers for the tests: a real one with handlers that misbehave on order, and a raw one for broken protocol."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "localhost.pem"


class Inbox:
    """Keeps accepted mails; answers a command as told instead of accepting."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mails: list[tuple[list[str], bytes]] = []
        self.tls = False

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        envelope.mail_from = address
        self.tls = session.ssl is not None
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        answer = self.answers.get(address, self.answers.get("RCPT", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250") or answer == "drop":
            self.mails.append((list(envelope.rcpt_tos), envelope.content or b""))
        if answer == "drop":
            server.transport.abort()
        return answer


class FreePortController(Controller):
    """The library's controller with a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def server_tls() -> ssl.SSLContext:
    """The server's side of an encrypted connection, with a certificate for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_tls() -> ssl.SSLContext:
    """A client's side that trusts that certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@contextmanager
def mail_server(inbox: Inbox, *, starttls: bool = False, password: str | None = None) -> Iterator[int]:
    """A real server on a free loopback port; gives the port."""

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == (password or "").encode(), handled=False)

    options: dict[str, Any] = {"tls_context": server_tls(), "require_starttls": True} if starttls else {}
    if password is not None:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": starttls}
    controller = FreePortController(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def raw_server(talk: Callable[[Any], None]) -> Iterator[int]:
    """A server that says whatever `talk` writes to the connection; gives the port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client hangs up, as it should
                talk(self)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
