"""Requests over guarded connections: the public way to bring a network backend of one's own under httpx's records."""

import ssl
from collections.abc import AsyncIterator
from functools import cache

import httpcore
import httpx

from monitor.feeds.guard import GuardedBackend


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over an httpcore pool of our own: the public way to bring the guarded backend in."""

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trust(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head, with its body still on the wire."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        response = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._pool.aclose()


@cache
def _trust() -> ssl.SSLContext:
    """Whom we trust. Reading the certificates takes longer than most polls, and they are the same for all."""
    return httpx.create_ssl_context(trust_env=False)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
