"""What hostile servers do, byte by byte, and what must become of each poll."""

import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from hostile_documents import rss
from hostile_servers import Script

FEED = rss().encode()
ITEMS, ERROR = "items", "error"


@dataclass(frozen=True, kw_only=True)
class Served:
    """One behaviour of a server at one path."""

    group: str
    name: str
    script: Script
    expect: str = ERROR
    kinds: frozenset[str] = frozenset()  # of the error; empty: any

    own_host: int = 0  # one that says "too many" is left alone for a while, so it must not be everybody's

    @property
    def path(self) -> str:
        """Where it is served."""
        return f"/{self.group}/{abs(zlib.crc32(self.name.encode()))}"


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; header names are written with underscores."""
    named = {"Content-Length": str(len(body)), "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def sends(data: bytes) -> Script:
    """Sends this and hangs up."""

    def script(visitor: socket.socket, closing: threading.Event) -> None:
        visitor.sendall(data)

    return script


def trickles(first: bytes, drop: bytes, every_s: float = 0.05) -> Script:
    """Sends the first bytes, and then a drop at a time for as long as somebody listens."""

    def script(visitor: socket.socket, closing: threading.Event) -> None:
        visitor.sendall(first)
        while not closing.wait(every_s):
            visitor.sendall(drop)

    return script


def floods(first: bytes, block: bytes, times: int = 1_000_000) -> Script:
    """Sends a block again and again, as fast as it is taken."""

    def script(visitor: socket.socket, closing: threading.Event) -> None:
        visitor.sendall(first)
        for _ in range(times):
            if closing.is_set():
                return
            visitor.sendall(block)

    return script


def served(group: str, name: str, script: Script | bytes, expect: str = ERROR, *kinds: str) -> Served:
    """A case."""
    return Served(
        group=group,
        name=name,
        script=sends(script) if isinstance(script, bytes) else script,
        expect=expect,
        kinds=frozenset(kinds),
    )


def bombs() -> Iterator[Served]:
    """A gigabyte each, out of a block of a kilobyte that is sent a thousand times."""
    megabyte = bytes(1 << 20)

    def blocks(wbits: int) -> tuple[bytes, bytes]:
        packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
        first = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
        return first, packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)

    head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: {}\r\n\r\n"
    for coding, wbits in (("gzip", 31), ("x-gzip", 31), ("GZip", 31)):
        first, block = blocks(wbits)
        yield served("bomb", coding, floods(head.format(coding).encode() + first, block, 1024), ERROR, "too_big")
    first, block = blocks(31)
    yield served("bomb", "gzip unannounced", floods(answer(Content_Length="") + first, block, 1024), ERROR, "too_big")
    for coding in ("deflate", "br", "zstd", "compress", "gzip, gzip", "gzip,br", "gzip;q=1", "nonsense"):
        yield served("bomb", coding, floods(head.format(coding).encode() + first, block, 1024), ERROR, "encoding")
    member = gzip.compress(megabyte)
    yield served("bomb", "gzip members", floods(head.format("gzip").encode(), member, 1024), ERROR, "too_big")
    empty = gzip.compress(b"")
    yield served("bomb", "empty members", floods(head.format("gzip").encode(), empty, 2000), ERROR)
    twice = gzip.compress(gzip.compress(FEED))
    yield served("bomb", "gzip in gzip", answer(twice, Content_Encoding="gzip"), ERROR, "not_a_feed", "damaged")


def bodies() -> Iterator[Served]:
    yield served("body", "shorter than said", answer(FEED, Content_Length=str(len(FEED) + 100)), ERROR, "protocol")
    yield served("body", "longer than said", answer(FEED, Content_Length="40"), ERROR)
    yield served("body", "negative length", answer(FEED, Content_Length="-5"), ERROR, "protocol")
    yield served("body", "length is no number", answer(FEED, Content_Length="ten"), ERROR, "protocol")
    yield served("body", "huge length", answer(FEED, Content_Length="9" * 30), ERROR)
    yield served("body", "no length", answer(FEED, Content_Length=""), ITEMS)
    chunked = answer(Content_Length="", Transfer_Encoding="chunked")
    yield served("body", "chunk size is no number", chunked + b"zz\r\nx\r\n", ERROR, "protocol")
    yield served("body", "chunk breaks off", chunked + b"ffff\r\n<rss>", ERROR, "protocol")
    yield served("body", "huge chunk", chunked + b"f" * 16 + b"\r\n<rss>", ERROR, "protocol")
    yield served("body", "endless chunks", floods(chunked, b"10000\r\n" + bytes(65536) + b"\r\n"), ERROR, "too_big")
    yield served("body", "endless", floods(answer(Content_Length=""), b"<item/>" * 9000), ERROR, "too_big")
    yield served(
        "body", "gzip breaks off", answer(gzip.compress(FEED)[:-20], Content_Encoding="gzip"), ERROR, "encoding"
    )
    yield served("body", "gzip is none", answer(FEED, Content_Encoding="gzip"), ERROR, "encoding")
    padded = gzip.compress(FEED) + bytes(500)
    yield served("body", "gzip with padding", answer(padded, Content_Encoding="gzip"), ITEMS)


def slow() -> Iterator[Served]:
    yield served("slow", "no answer", trickles(b"", b""), ERROR, "timeout")
    yield served("slow", "status line", trickles(b"HTTP/1.1 200 ", b"x"), ERROR, "timeout", "protocol")
    yield served("slow", "headers", trickles(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), ERROR, "timeout")
    yield served("slow", "body", trickles(answer(Content_Length="") + FEED[:60], b" "), ERROR, "timeout")
    yield served("slow", "early answers", trickles(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), ERROR, "timeout")
    chunked = answer(Content_Length="", Transfer_Encoding="chunked")
    yield served("slow", "chunks", trickles(chunked, b"1\r\n \r\n"), ERROR, "timeout")
    packed = answer(Content_Length="", Content_Encoding="gzip")
    yield served("slow", "gzip", trickles(packed + gzip.compress(FEED)[:20], b"\x00"), ERROR, "timeout", "encoding")


def servers() -> Iterator[Served]:
    ok = b"HTTP/1.1 200 OK\r\n"
    end = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(FEED) + FEED
    yield served("server", "endless headers", floods(ok, b"X-Header: value\r\n" * 1000), ERROR, "protocol")
    yield served("server", "one endless header", floods(ok + b"X-A: ", b"a" * 65536), ERROR, "protocol")
    yield served("server", "nothing", b"", ERROR, "protocol")
    yield served("server", "garbage", b"\x00\x01\x02\x03" * 200, ERROR, "protocol")
    yield served("server", "old protocol", FEED, ERROR, "protocol")
    yield served("server", "other protocol", b"220 mail.example ESMTP\r\n", ERROR, "protocol")
    yield served("server", "encrypted", b"\x15\x03\x01\x00\x02\x02\x28", ERROR, "protocol")
    yield served("server", "next protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ERROR, "protocol")
    yield served("server", "status of letters", b"HTTP/1.1 abc OK\r\n\r\n", ERROR, "protocol")
    yield served("server", "nul in a header", ok + b"X-A: a\x00b\r\n" + end, ERROR, "protocol")
    yield served("server", "space in a name", ok + b"X A: b\r\n" + end, ERROR, "protocol")
    yield served("server", "no colon", ok + b"nonsense\r\n" + end, ERROR, "protocol")
    yield served("server", "bare carriage return", ok + b"X-A: a\rSet-Cookie: b\r\n" + end, ERROR, "protocol")
    yield served("server", "lines without return", (ok + end.replace(FEED, b"")).replace(b"\r\n", b"\n") + FEED, ITEMS)
    yield served("server", "folded header", ok + b"X-A: a\r\n b\r\n" + end, ITEMS)
    yield served("server", "large etag", answer(FEED, ETag='"' + "e" * 20_000 + '"'), ITEMS)
    yield served("server", "etag of odd letters", answer(FEED, ETag='"\xe9\xff"'), ITEMS)
    yield served("server", "nonsense dates", answer(FEED, Last_Modified="yesterday", Expires="0", Date="x"), ITEMS)
    yield served("server", "nonsense cache", answer(FEED, Cache_Control="max-age=99999999999999999999"), ITEMS)
    yield served("server", "nonsense type", answer(FEED, Content_Type="\xff;;;charset=\xff"), ITEMS)
    yield served("server", "many cookies", answer(FEED, Set_Cookie="a=b; " * 500), ITEMS)
    yield served("server", "location with 200", answer(FEED, Location="http://10.0.0.1/"), ITEMS)
    yield served("server", "refresh header", answer(FEED, Refresh="0;url=http://10.0.0.1/"), ITEMS)
    yield served("server", "link header", answer(FEED, Link='<http://10.0.0.1/>; rel="hub"'), ITEMS)
    yield served(
        "server",
        "two lengths",
        answer(FEED).replace(b"Connection", b"Content-Length: 7\r\nConnection", 1),
        ERROR,
        "protocol",
    )
    yield served("server", "length and chunks", answer(b"0\r\n\r\n", Transfer_Encoding="chunked"), ERROR)
    yield served("server", "gzip transfer", answer(FEED, Transfer_Encoding="gzip, chunked"), ERROR, "protocol")
    yield served("server", "switching protocols", answer(FEED, "101 Switching Protocols", Upgrade="x"), ERROR)
    yield served("server", "two answers", answer(FEED).replace(b"close", b"keep-alive") + answer(b"other"), ITEMS)


def statuses() -> Iterator[Served]:
    waits = (
        "60",
        "-5",
        "315360000",
        "1e9",
        "soon",
        "Wed, 04 Mar 2026 13:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Wed, 99 Foo 2026 99:99:99",
        "9" * 400,
    )
    hosts = count(10)
    for number, wait in enumerate(waits):
        for status in ("429 Too Many Requests", "503 Service Unavailable"):
            case = served(
                "status", f"{status[:3]} wait {number}", answer(FEED, status, Retry_After=wait), ERROR, "status"
            )
            yield replace(case, own_host=next(hosts))
    for status in (
        201,
        202,
        205,
        206,
        208,
        300,
        304,
        305,
        306,
        400,
        401,
        402,
        403,
        404,
        405,
        406,
        407,
        408,
        410,
        418,
        421,
        451,
        500,
        501,
        502,
        504,
        507,
        511,
        520,
        530,
        599,
        999,
    ):
        body = b"" if status == 304 else FEED
        yield served("status", str(status), answer(body, f"{status} Odd"), ERROR, "status", "protocol")


def redirects() -> Iterator[Served]:
    targets = {
        "file": "file:///etc/passwd",
        "data": "data:application/rss+xml,<rss/>",
        "ftp": "ftp://127.0.5.1/feed",
        "javascript": "javascript:alert(1)",
        "gopher": "gopher://127.0.5.1/_GET",
        "unix": "unix:/run/docker.sock",
        "nothing": " ",
        "two readings": "http://127.0.5.1\\@10.0.0.1/",
        "no host": "http:///feed",
        "bad port": "http://h:99999999/",
        "brackets": "http://[::1/",
        "long": "/" + "a" * 9000,
        "odd letters": "http://\xff\xfe/",
        "mail port": "http://127.0.0.1:25/",
    }
    for name, target in targets.items():
        yield served("redirect", name, answer(b"", "302 Found", Location=target), ERROR)
    yield served("redirect", "split line", answer(b"", "302 Found", Location="/control/x\r\n\tX: y"), ERROR)
    yield served("redirect", "without location", answer(FEED, "302 Found"), ERROR, "status")
    yield served(
        "redirect",
        "loop",
        answer(b"", "301 Moved", Location=Served(group="redirect", name="loop", script=sends(b"")).path),
        ERROR,
        "redirect",
    )
    yield served("redirect", "slow loop", _slow_loop, ERROR, "timeout", "redirect")
    good = Served(group="control", name="plain", script=sends(b"")).path
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        yield served("redirect", f"to the good one {status[:3]}", answer(b"", status, Location=good), ITEMS)


def _slow_loop(visitor: socket.socket, closing: threading.Event) -> None:
    closing.wait(0.5)
    path = Served(group="redirect", name="slow loop", script=sends(b"")).path
    visitor.sendall(answer(b"", "302 Found", Location=path))


def controls() -> Iterator[Served]:
    yield served("control", "plain", answer(FEED), ITEMS)
    yield served("control", "packed", answer(gzip.compress(FEED), Content_Encoding="gzip"), ITEMS)


def scripts() -> list[Served]:
    """All behaviours that need no canary."""
    makers = (bombs, bodies, slow, servers, statuses, redirects, controls)
    return [made for make in makers for made in make()]


# Addresses at which a server of ours, a neighbour's machine or a cloud's secrets would be met. PORT is the canary's.
PRIVATE = (
    "127.0.0.1:PORT",
    "localhost:PORT",
    "LOCALHOST:PORT",
    "localhost.:PORT",
    "127.1:PORT",
    "127.0.1:PORT",
    "2130706433:PORT",
    "0x7f000001:PORT",
    "0x7f.0.0.1:PORT",
    "0177.0.0.1:PORT",
    "017700000001:PORT",
    "0177.0.0.01:PORT",
    "127.0.0.1.:PORT",
    "127.0.0.2:PORT",
    "127.255.255.254:PORT",
    "0.0.0.0:PORT",
    "0:PORT",
    "0x0:PORT",
    "user:pw@127.0.0.1:PORT",
    "127.0.5.1@127.0.0.1:PORT",
    "127\u30020\u30020\u30021:PORT",
    "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:PORT",
    "%31%32%37.0.0.1:PORT",
    "127.0.0.1%00.x.example:PORT",
    "[::1]:PORT",
    "[::]:PORT",
    "[0:0:0:0:0:0:0:1]:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "[::ffff:7f00:1]:PORT",
    "[0:0:0:0:0:ffff:127.0.0.1]:PORT",
    "[::127.0.0.1]:PORT",
    "[::ffff:0:127.0.0.1]:PORT",
    "[64:ff9b::7f00:1]:PORT",
    "[64:ff9b:1::7f00:1]:PORT",
    "[2002:7f00:1::]:PORT",
    "[2001:0:7f00:1::80ff:fffe]:PORT",
    "[::1%25lo]:PORT",
    "[fe80::1]:PORT",
    "[fc00::1]:PORT",
    "[fec0::1]:PORT",
    "[ff02::1]:PORT",
    "[2001:db8::1]:PORT",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "100.64.0.1",
    "100.127.255.255",
    "198.18.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a00:1]",
)
