"""The other side for the crash tests: feeds, a mail server, a webhook's receiver. They can kill who speaks to them."""

import base64
import hashlib
import hmac
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "deliver"))

from aiosmtpd.smtp import Envelope, Session
from crash_daemon import HOOK_KEY
from pipeline_world import FeedServer, serving
from smtp_servers import FreePortController

# Where the servers can kill the daemon. After the last three the message may come twice: it was taken, unanswered.
POINTS = (
    "feed: asked",
    "feed: half answered",
    "smtp: greeted",
    "smtp: recipient named",
    "smtp: text refused",
    "webhook: head read",
    "webhook: asked",
    "webhook: refused",
    "smtp: text taken",
    "webhook: taken",
    "webhook: half answered",
)


class World:
    """What the servers saw and kept, and whom they are to kill where."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()  # Message-IDs
        self.posts: Counter[str] = Counter()  # webhook ids
        self.faults: list[str] = []  # posts that a careful receiver would not have believed
        self.seen: Counter[str] = Counter()
        self.feeds = FeedServer()
        self.smtp = 0
        self.webhook = ""
        self._victim: tuple[int, str, int] | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Forget what was."""
        self.mails.clear()
        self.posts.clear()
        self.faults.clear()
        self.seen.clear()
        self._victim = None

    def aim(self, pid: int, point: str, turn: int) -> None:
        """Kill that process when the point is reached for the so-manieth time."""
        with self._lock:
            self._victim = (pid, point, turn)

    def reached(self, point: str) -> bool:
        """Here we are; whether the process was killed for it."""
        with self._lock:
            self.seen[point] += 1
            if self._victim and self._victim[1:] == (point, self.seen[point]):
                with suppress(ProcessLookupError):
                    os.kill(self._victim[0], signal.SIGKILL)
                return True
        return False


class _Mailbox:
    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_EHLO(
        self, server: Any, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._world.reached("smtp: greeted")
        return responses

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        self._world.reached("smtp: recipient named")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self._world.reached("smtp: text refused"):
            return "451 not now"
        head = bytes(envelope.content or b"").decode("ascii", "replace").partition("\r\n\r\n")[0]
        identity = next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("Message-ID: "))
        self._world.mails[identity] += 1
        self._world.reached("smtp: text taken")
        return "250 OK"


def why_not_believed(headers: Message, body: bytes) -> str | None:
    """What a receiver of Standard Webhooks finds wrong, by its own reading of the specification."""
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    code = base64.b64encode(hmac.digest(HOOK_KEY, signed, hashlib.sha256)).decode()
    given = [one.partition(",")[2] for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    if not any(hmac.compare_digest(code, one) for one in given):
        return f"signature {headers['webhook-signature']!r} of {headers['webhook-id']}"
    return None


def _hook_of(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if world.reached("webhook: head read"):
                return
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if world.reached("webhook: asked") or len(body) < length:  # whoever posted died in the middle of it
                return
            if world.reached("webhook: refused"):
                with suppress(OSError):
                    self.send_error(503)
                return
            if fault := why_not_believed(self.headers, body):
                world.faults.append(fault)
            world.posts[self.headers["webhook-id"]] += 1
            world.reached("webhook: taken")
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 204 ")
                world.reached("webhook: half answered")
                self.wfile.write(b"No Content\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def running() -> Iterator[World]:
    """All servers."""
    world = World()
    with ExitStack() as stack:
        world.feeds = stack.enter_context(serving())
        world.feeds.before_answer = lambda: world.reached("feed: asked")
        world.feeds.half_way = lambda: world.reached("feed: half answered")
        mail = FreePortController(_Mailbox(world), hostname="127.0.0.1", port=0)
        mail.start()
        stack.callback(mail.stop)
        world.smtp = mail.port
        hook = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _hook_of(world)))
        hook.daemon_threads = True
        thread = threading.Thread(target=hook.serve_forever, args=(0.01,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(hook.shutdown)
        world.webhook = f"http://127.0.0.1:{hook.server_port}/hook"
        yield world
