"""One request over guarded connections: httpcore's connections with a network backend of our own.

No httpx client around it: that would follow the environment's proxies, keep cookies, and look into redirects.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from types import TracebackType
from typing import Self

import httpcore
import httpx
from anyio import CancelScope, Event, Lock  # noqa: F401  (httpcore's: loaded now, not within the first request)

from monitor.feeds.guard import GuardedBackend

with suppress(ImportError):  # what these locks are made of on asyncio: loaded now, too
    import_module("anyio._backends._asyncio")

KEPT_IDLE_S = 15.0  # many servers close after that


class Answer:
    """The head of an answer, with its body still on the wire."""

    def __init__(self, response: httpcore.Response, close: Callable[[], Awaitable[None]]) -> None:
        self._response = response
        self._close = close
        self.status = response.status
        self.headers = _by_name(response.headers)  # names in small letters; one given twice is joined by commas

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, not unpacked."""
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        """Gives the connection back; one whose body was not read to its end is closed."""
        try:
            await self._response.aclose()
        finally:
            await self._close()


class GuardedTransport:
    """Asks over connections that only lead to allowed addresses, used as `async with`.

    Connections that wait for their next request are kept here: httpcore's pool looks through all of them several times
    at each request, to limit their number, which is the caller's business.
    """

    def __init__(self, backend: GuardedBackend, most_idle: int) -> None:
        self._backend = backend
        self._most_idle = most_idle
        self._idle: list[httpcore.AsyncHTTPConnection] = []  # the one used last is the last

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            await self._idle.pop().aclose()

    async def ask(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], *, timeout_s: float, body: bytes | None = None
    ) -> Answer:
        """The answer's head."""
        lines = [(b"Host", url.netloc)]
        lines += [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
        if body is not None:
            lines.append((b"Content-Length", b"%d" % len(body)))
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=lines,
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)},
        )
        connection = await self._connection(request.url.origin)
        may_repeat = connection.is_idle() and body is None
        try:
            response = await _over(connection, request)
        except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError):
            if not may_repeat:
                raise
            # The other side gave up waiting just when we asked. A question does no harm twice, unlike a message.
            connection = self._new(request.url.origin)
            response = await _over(connection, request)
        return Answer(response, partial(self._give_back, connection))

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """One that waits and is still good, else a new one."""
        for connection in reversed([one for one in self._idle if one.can_handle_request(origin)]):
            self._idle.remove(connection)
            if (
                not connection.has_expired()
            ):  # nor closed by the other side, nor with something to read that nobody asked
                return connection
            await connection.aclose()
        return self._new(origin)

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=_trust() if origin.scheme == b"https" else None,
            keepalive_expiry=KEPT_IDLE_S,
            network_backend=self._backend,
        )

    async def _give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        # Its answer was not read to the end, or was the last, or was not all that came.
        if not connection.is_idle() or _has_more(connection):
            await connection.aclose()
            return
        self._idle.append(connection)
        if len(self._idle) > self._most_idle:
            await self._idle.pop(0).aclose()


async def _over(connection: httpcore.AsyncHTTPConnection, request: httpcore.Request) -> httpcore.Response:
    try:
        return await connection.handle_async_request(request)
    except BaseException:
        await connection.aclose()
        raise


def _has_more(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Whether bytes came in behind the answer, which httpcore would take for the next one; if in doubt, yes."""
    state = getattr(connection._connection, "_h11_state", None)
    return state is None or bool(state.trailing_data[0])


def _by_name(lines: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in lines:
        name, value = _text(raw_name).lower(), _text(raw_value)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@cache
def _trust() -> ssl.SSLContext:
    """Whom we trust. Reading the certificates takes longer than most polls, and they are the same for all."""
    return httpx.create_ssl_context(trust_env=False)
