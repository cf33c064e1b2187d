"""Bytes to and from an address for httpcore, straight over asyncio.

httpcore's own way leads through anyio, which looks at the socket anew whenever the pool asks how a connection fares,
for every connection at every request: that took a third of the time of an answer "unchanged".
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpcore

HIGH_WATER_BYTES = 1 << 18  # unread bytes from which the other side is kept waiting


class _Buffer(asyncio.Protocol):
    """What came in and was not read yet."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.data = bytearray()
        self.ended = False
        self.broken: Exception | None = None
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        self._readable.set()
        if len(self.data) > HIGH_WATER_BYTES and self.transport is not None:
            self.transport.pause_reading()
            self._held = True

    def eof_received(self) -> bool:
        self.ended = True
        self._readable.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.broken = True, exc
        self._readable.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def take(self, most: int) -> bytes:
        """The next bytes; none at the end."""
        while not self.data and not self.ended:
            self._readable.clear()
            await self._readable.wait()
        if not self.data and self.broken is not None:
            raise self.broken
        taken = bytes(self.data[:most])
        del self.data[:most]
        if self._held and len(self.data) <= HIGH_WATER_BYTES and not self.ended and self.transport is not None:
            self._held = False
            self.transport.resume_reading()
        return taken

    async def put(self, data: bytes) -> None:
        """Send, and wait while the other side does not take it."""
        if self.ended or self.transport is None:
            raise self.broken or ConnectionResetError("the other side has closed the connection")
        self.transport.write(data)
        await self._writable.wait()
        if self.broken is not None:
            raise self.broken


class Wire(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, buffer: _Buffer) -> None:
        self._buffer = buffer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none at the end."""
        if self._buffer.data:
            return await self._buffer.take(max_bytes)
        with _named(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._buffer.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends them all."""
        if buffer:
            with _named(httpcore.WriteTimeout, httpcore.WriteError):
                async with asyncio.timeout(timeout):
                    await self._buffer.put(buffer)

    async def aclose(self) -> None:
        """Gives the connection up."""
        if self._buffer.transport is not None:
            self._buffer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "Wire":
        """The same connection, encrypted."""
        plain, inner = self._buffer.transport, _Buffer()
        assert plain is not None
        try:
            with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    inner.transport = await asyncio.get_running_loop().start_tls(
                        plain, inner, ssl_context, server_hostname=server_hostname
                    )
        except BaseException:
            plain.abort()
            raise
        return Wire(inner)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore wants to know of a connection."""
        if info == "is_readable":  # of one that waits for its next request: it was closed, or says what nobody asked
            return self._buffer.ended or bool(self._buffer.data)
        names = {"server_addr": "peername", "client_addr": "sockname", "socket": "socket", "ssl_object": "ssl_object"}
        transport = self._buffer.transport
        return transport.get_extra_info(names[info]) if transport is not None and info in names else None


async def open_wire(host: str, port: int, timeout_s: float, local_address: str | None = None) -> Wire:
    """A connection to that address; httpcore's ConnectError or ConnectTimeout if there is none."""
    local = None if local_address is None else (local_address, 0)
    with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
        async with asyncio.timeout(timeout_s):
            _, buffer = await asyncio.get_running_loop().create_connection(_Buffer, host, port, local_addr=local)
    return Wire(buffer)


@contextmanager
def _named(too_slow: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Errors under the names that httpcore and those above it know."""
    try:
        yield
    except TimeoutError as exc:
        raise too_slow(str(exc)) from exc
    except OSError as exc:  # of ssl, too
        raise broken(str(exc)) from exc
