import asyncio
import gzip
import zlib
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError
from monitor.feeds.decode import BoundedBody
from monitor.feeds.fetch import Fetcher, FetchResult, user_agent
from monitor.feeds.gate import HostGate
from monitor.feeds.headers import MAX_HINT_S, max_age_s, retry_after_s
from monitor.model import Validators

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def get(settings, url: str) -> FetchResult:
    async def run() -> FetchResult:
        async with Fetcher(settings, now) as fetcher:
            return await fetcher.get(url)

    return asyncio.run(run())


def refusal(settings, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(settings, url)
    return caught.value


def test_gzip_is_unpacked(server, settings):
    """A compressed answer arrives as it was, also in several parts, also when it is just a .gz file."""
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0"

    assert get(settings, server.serve(packed, Content_Encoding="gzip")).body == b"one two"
    assert get(settings, server.serve(packed)).body == b"one two"


def test_connection_is_used_again_after_unchanged(server, settings):
    """An answer 304 has no body, so the next request goes over the same connection."""
    server.serve(b"", status=304)
    answer, clients = server.answers["/feed"], []

    def unchanged(handler) -> object:
        clients.append(handler.client_address)
        return answer

    server.answers["/feed"] = unchanged

    async def run() -> list[bool]:
        async with Fetcher(settings, now) as fetcher:
            return [(await fetcher.get(server.url(), Validators(etag='"a"'))).unchanged for _ in range(3)]

    assert asyncio.run(run()) == [True] * 3
    assert len(set(clients)) == 1


def ask_thrice(settings, answers: list[list[bytes]], validators: Validators | None = None) -> tuple[list[bytes], int]:
    """What three requests get from a server with these answers for each connection, and how many it had."""
    connections = 0

    async def run() -> list[bytes]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            try:
                for raw in answers[min(connections, len(answers)) - 1]:
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(raw)
            except asyncio.IncompleteReadError:  # the other side has had enough of this connection
                pass
            finally:
                writer.close()

        listener = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, Fetcher(settings, now) as fetcher:
            return [(await fetcher.get(f"http://127.0.0.1:{port}/", validators)).body for _ in range(3)]

    return asyncio.run(run()), connections


async def refusal_of(settings, answer) -> FetchError:
    """The error of a fetch from a server that answers so."""
    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, Fetcher(settings, now) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.get(f"http://127.0.0.1:{port}/")
    return caught.value


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
FORGED = GOOD.replace(b"good", b"evil")
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "expected"), [(GOOD + FORGED, b"good"), (UNCHANGED + FORGED, b""), (UNCHANGED + b"0\r\n\r\n", b"")]
)
def test_what_comes_behind_an_answer_is_no_answer(settings, answer, expected):
    """Bytes behind the end of an answer pass neither for that to the next request, nor do they spoil it."""
    bodies, _ = ask_thrice(settings, [[answer] * 3], Validators(etag='"a"'))

    assert bodies == [expected] * 3


def test_connection_closed_when_it_is_used_again_is_replaced(settings):
    """A server that closes a waiting connection just when it is asked over it is asked once more over a new one."""
    bodies, connections = ask_thrice(settings, [[GOOD, b""], [GOOD] * 3])

    assert bodies == [b"good"] * 3
    assert connections == 2


def test_new_connection_that_is_closed_is_not_replaced(settings):
    """A server that gives no answer over a new connection is not asked again at once."""
    connections = 0

    async def run() -> FetchError:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        return await refusal_of(settings, answer)

    assert asyncio.run(run()).kind == "protocol"
    assert connections == 1


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_codings_that_were_not_asked_for_are_refused(server, settings, coding):
    """Only gzip can be unpacked within bounds, and only once."""
    assert refusal(settings, server.serve(b"x", Content_Encoding=coding)).kind == "encoding"


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"x" * 5000)[:-9]], ids=["none", "cut"])
def test_damaged_compression_is_an_error(server, settings, body):
    """A damaged or cut-off compressed answer is told apart from a short feed."""
    assert refusal(settings, server.serve(body, Content_Encoding="gzip")).kind == "encoding"


def test_size_is_counted_after_unpacking():
    """Never much more than the limit is unpacked, whatever the pieces on the wire look like."""
    body = BoundedBody(100_000, "gzip")
    bomb = gzip.compress(bytes(10_000_000), 9)
    pieces = (bomb[at : at + 100] for at in range(0, len(bomb), 100))
    with pytest.raises(FetchError) as caught:
        list(map(body.feed, pieces))

    assert caught.value.kind == "too_big"
    assert len(next(pieces)) == 100  # it stopped on the way


def test_body_of_exactly_the_step_is_whole():
    """A body whose last step fills the buffer is not taken for one that broke off."""
    for size in (65_536, 131_072, 65_537):
        body = BoundedBody(1_000_000, "gzip")
        body.feed(gzip.compress(bytes(size)))

        assert len(body.finish()) == size


def test_plain_body_over_the_limit_is_refused(server, settings):
    """A large answer is cut off whether or not it is compressed."""
    small = settings.model_copy(update={"max_bytes": 1000})

    assert refusal(small, server.serve(b"x" * 2000)).kind == "too_big"


def test_endless_redirects_end(server, settings):
    """A circle of redirects ends at the limit of hops."""
    server.serve("", "/a", status=302, Location="/b")
    server.serve("", "/b", status=302, Location="/a")
    error = refusal(settings, server.url("/a"))

    assert error.kind == "redirect"
    assert len(server.asked) == settings.max_hops + 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "javascript:alert(1)", "data:text/xml,x", "http://[", "//"])
def test_redirects_elsewhere_are_refused(server, settings, location):
    """A redirect that leads out of the web is an error, not an exception of the library."""
    assert refusal(settings, server.serve("", status=301, Location=location)).kind in {"redirect", "address"}


def test_credentials_and_cookies_stay_home(server, settings):
    """What one server sets or was given is not carried to the next."""
    server.serve("", "/a", status=302, Location=f"http://localhost:{server.port}/b", Set_Cookie="id=1")
    server.serve(b"x", "/b")
    get(settings, f"http://user:secret@127.0.0.1:{server.port}/a")
    [(_, first), (_, second)] = server.asked

    assert "authorization" in first
    assert not {"authorization", "cookie"} & second.keys()


def test_garbage_in_place_of_http_is_an_error(settings):
    """A server that does not speak HTTP gives one sentence."""

    async def run() -> FetchError:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
            writer.close()

        return await refusal_of(settings, answer)

    assert asyncio.run(run()).kind == "protocol"


def test_headers_without_end_are_cut_off(settings):
    """Endless headers cost no memory and no patience."""

    async def run() -> FetchError:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"a" * 300_000)
            await reader.read()
            writer.close()

        return await refusal_of(settings, answer)

    assert asyncio.run(run()).kind in {"protocol", "timeout"}


def test_deadline_holds_over_all_hops(server, settings):
    """Many hops that are each quick enough share one deadline."""
    server.serve("", "/a", status=302, Location="/slow")
    server.serve(b"xx", "/slow")
    server.answers["/slow"].stall = True

    assert refusal(settings.model_copy(update={"deadline_s": 0.2}), server.url("/a")).kind == "timeout"


def test_we_say_who_we_are(server, settings):
    """The user agent names the program and how to reach whoever runs it; compression is limited to gzip."""
    get(settings, server.serve(b"x"))
    headers = server.asked[0][1]

    assert headers["user-agent"].startswith("monitor/")
    assert headers["accept-encoding"] == "gzip"
    assert user_agent("https://tigris.example/bot").endswith("(+https://tigris.example/bot)")


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [("120", 120), ("Wed, 04 Mar 2026 12:10:00 GMT", 600), ("315360000", MAX_HINT_S), ("-5", None), ("soon", None),
     ("Wed, 04 Mar 2020 12:10:00 GMT", None), ("", None), ("9" * 400, MAX_HINT_S)],
)  # fmt: skip
def test_retry_after_is_read_and_clamped(raw, seconds):
    """Seconds or a date, at most a day; nonsense and the past are nothing."""
    assert seconds == retry_after_s({"retry-after": raw}, NOW)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"cache-control": "public, max-age=900"}, 900), ({"cache-control": "no-cache, max-age=900"}, None),
     ({"expires": "Wed, 04 Mar 2026 13:00:00 GMT"}, 3600), ({"expires": "0"}, None), ({}, None),
     ({"cache-control": "s-maxage=5"}, None), ({"cache-control": "max-age=99999999"}, MAX_HINT_S)],
)  # fmt: skip
def test_freshness_is_read_and_clamped(headers, seconds):
    """Cache-Control goes before Expires, both relative to the server's own clock, at most a day."""
    assert seconds == max_age_s(headers, NOW)


def test_starts_to_one_host_are_spaced():
    """One host is asked at most once per delay, another host at once; a hop of a running request does not wait."""
    clock = [0.0]
    starts: list[tuple[str, float]] = []

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    async def run() -> None:
        gate = HostGate(per_host=2, delay_s=5, total=10, monotonic=lambda: clock[0], sleep=sleep)
        for host, spaced in (("a", True), ("a", False), ("b", True), ("a", True), ("a", True)):
            async with gate.slot(host, spaced=spaced):
                starts.append((host, clock[0]))
        gate.hold("b", 30)
        async with gate.slot("b"):
            starts.append(("b", clock[0]))

    asyncio.run(run())

    assert starts == [("a", 0), ("a", 0), ("b", 0), ("a", 5), ("a", 10), ("b", 40)]


def test_one_host_is_not_asked_more_than_so_often_at_once():
    """The limit of requests at once holds for a host, and never for the others."""
    running = {"a": 0, "b": 0}
    most = dict(running)

    async def visit(gate: HostGate, host: str) -> None:
        async with gate.slot(host):
            running[host] += 1
            most[host] = max(most[host], running[host])
            await asyncio.sleep(0)
            running[host] -= 1

    async def run() -> None:
        gate = HostGate(per_host=2, delay_s=0, total=10, monotonic=lambda: 0.0, sleep=asyncio.sleep)
        await asyncio.gather(*(visit(gate, host) for host in "aaaabbbb"))

    asyncio.run(run())

    assert most == {"a": 2, "b": 2}


def test_zlib_is_not_mistaken_for_gzip():
    """A body packed otherwise than it says is damaged."""
    body = BoundedBody(1000, "gzip")
    with pytest.raises(FetchError):
        body.feed(zlib.compress(b"x"))
