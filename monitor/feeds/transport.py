"""One request over guarded connections: httpcore's pool with a network backend of our own.

No httpx client around it: that would follow the environment's proxies, keep cookies, and look into redirects.
"""

import ssl
from collections.abc import AsyncIterator, Mapping
from functools import cache
from types import TracebackType
from typing import Self

import httpcore
import httpx
from anyio import CancelScope, Event, Lock  # noqa: F401  (httpcore's: loaded now, not within the first request)

from monitor.feeds.guard import GuardedBackend


class Answer:
    """The head of an answer, with its body still on the wire."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        self.status = response.status
        self.headers = _by_name(response.headers)  # names in small letters; one given twice is joined by commas

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, not unpacked."""
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        """Gives the connection back; one whose body was not read to its end is closed."""
        await self._response.aclose()


class GuardedTransport:
    """Asks over connections that only lead to allowed addresses, used as `async with`."""

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trust(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

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
        return Answer(await self._pool.handle_async_request(request))


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
