"""The connections below httpcore's pool, against a real server on loopback."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpcore
import pytest

from monitor.feeds.wire import HIGH_WATER_BYTES, Wire, open_wire

CERTIFICATE = Path(__file__).parent.parent / "deliver" / "localhost.pem"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def talk(serve: Serve, talk_to: Callable[[Wire], Awaitable[object]], **options: object) -> object:
    """What `talk_to` gives, over a connection to a server that treats each one by `serve`."""

    async def run() -> object:
        async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(closing, "127.0.0.1", 0, **options)  # type: ignore[arg-type]
        async with server:
            port = server.sockets[0].getsockname()[1]
            wire = await open_wire("127.0.0.1", port, 5.0)
            try:
                return await talk_to(wire)
            finally:
                await wire.aclose()

    return asyncio.run(run())


async def read_all(wire: Wire) -> bytes:
    found = b""
    while data := await wire.read(1000, 5.0):
        found += data
    return found


def test_bytes_go_both_ways_and_end() -> None:
    """What is written arrives, what comes back is read in order, and the end is no bytes."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5) * 1000)
        await writer.drain()

    async def ask(wire: Wire) -> bytes:
        await wire.write(b"hello")
        return await read_all(wire)

    assert talk(echo, ask) == b"hello" * 1000


def test_flood_is_held_back_while_nobody_reads() -> None:
    """A server that sends without end fills no memory here: it waits until what came is read, and nothing is lost."""
    size = 20 * HIGH_WATER_BYTES
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        for _ in range(size // 1000):
            writer.write(b"x" * 1000)
            await writer.drain()
            sent += 1000

    async def ask(wire: Wire) -> tuple[int, int]:
        first = await wire.read(1, 5.0)
        before = -1
        while before != sent:  # until the server is stuck
            before = sent
            for _ in range(50):
                await asyncio.sleep(0)
        most = len(wire._buffer.data)
        return most, len(first + await read_all(wire))

    most, all_of_it = talk(flood, ask)  # type: ignore[misc]
    assert most <= 4 * HIGH_WATER_BYTES
    assert all_of_it == size // 1000 * 1000


def test_slow_reader_holds_a_flood_back_too() -> None:
    """Reading a little does not let a lot come in: what waits stays within bounds at every step."""

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 40 * HIGH_WATER_BYTES)
        await reader.read()

    async def ask(wire: Wire) -> int:
        most = 0
        for _ in range(30):
            await wire.read(1, 5.0)
            for _ in range(20):
                await asyncio.sleep(0)
            most = max(most, len(wire._buffer.data))
        return most

    assert talk(flood, ask) <= 4 * HIGH_WATER_BYTES  # type: ignore[operator]


def test_connection_that_says_something_unasked_is_not_used_again() -> None:
    """httpcore asks whether an idle connection is readable; bytes that nobody asked for, or its end, make it so."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()

    async def ask(wire: Wire) -> tuple[bool, bool]:
        quiet = wire.get_extra_info("is_readable")
        await wire.write(b"x")
        while not wire._buffer.data:
            await asyncio.sleep(0)
        return quiet, wire.get_extra_info("is_readable")

    assert talk(speak, ask) == (False, True)


def test_silence_is_a_timeout() -> None:
    """A read that takes too long ends under httpcore's name for it."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def ask(wire: Wire) -> object:
        with pytest.raises(httpcore.ReadTimeout):
            await wire.read(10, 0.01)
        return None

    talk(silent, ask)


def test_refused_connection_is_a_connect_error() -> None:
    """A port where nobody listens is an error under httpcore's name, with the system's behind it."""

    async def run() -> None:
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        with pytest.raises(httpcore.ConnectError) as caught:
            await open_wire("127.0.0.1", port, 5.0)
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)

    asyncio.run(run())


def test_encrypted_connection_checks_the_certificate() -> None:
    """TLS works where the certificate is trusted, and is refused where it is not."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(CERTIFICATE)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        await writer.drain()

    async def ask(wire: Wire) -> bytes:
        inner = await wire.start_tls(trusting, "localhost", 5.0)
        await inner.write(b"hello")
        found = await inner.read(5, 5.0)
        await inner.aclose()
        return found

    async def distrust(wire: Wire) -> object:
        with pytest.raises(httpcore.ConnectError, match="CERTIFICATE"):
            await wire.start_tls(ssl.create_default_context(), "localhost", 5.0)
        return None

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert talk(echo, ask, ssl=serving) == b"hello"
    talk(quiet, distrust, ssl=serving)
