import asyncio
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from monitor.errors import FetchError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.guard import GuardedBackend, is_allowed, is_public


def now() -> datetime:
    return datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "::127.0.0.1", "2001:db8::1",
]  # fmt: skip
SPELLINGS = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
             "localhost", "LOCALHOST", "①②⑦.0.0.1", "127。0。0。1"]  # fmt: skip

ELSEWHERE = ["127.0.0.2", "127.2", "2130706434", "0x7f000002", "0177.0.0.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.2]",
             "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[64:ff9b::7f00:2]"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address):
    """Loopback, private, link-local, carrier, multicast, reserved, and whatever hides one of them inside."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address):
    """The public internet may be asked, by either version of the protocol."""
    assert is_public(ip_address(address))


def test_ports_of_mail_and_shells_are_not_asked():
    """A feed is not at a mail server's port, except in a network that the user has let through."""
    assert not is_allowed(ip_address("8.8.8.8"), 25, ())
    assert is_allowed(ip_address("10.0.0.5"), 25, (ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_loopback_is_connected(host, server, settings):
    """However loopback is written, no request reaches it while it is not let through."""
    strict = settings.model_copy(update={"allow_private": ()})

    async def run() -> None:
        async with Fetcher(strict, now) as fetcher:
            await fetcher.get(f"http://{host}:{server.port}/feed")

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())

    assert caught.value.kind in {"refused", "dns", "address"}
    assert not server.asked


@pytest.mark.parametrize("host", ELSEWHERE)
def test_no_other_address_is_reached_by_redirect(host, server, settings):
    """A server that is let through cannot send us to another address of this machine or its networks."""
    url = server.serve("", "/go", status=302, Location=f"http://{host}:{server.port}/canary")
    only = settings.model_copy(update={"allow_private": (ip_network("127.0.0.1/32"),)})

    async def run() -> None:
        async with Fetcher(only, now) as fetcher:
            await fetcher.get(url)

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())

    assert caught.value.kind in {"refused", "dns", "redirect"}
    assert [path for path, _ in server.asked] == ["/go"]


def test_the_address_that_was_judged_is_the_one_connected(server):
    """A name that resolves to something else the second time is resolved only once."""
    answers = iter([[ip_address("127.0.0.1")], [ip_address("10.0.0.1")]])

    async def resolve(host: str, port: int) -> list[IPv4Address | IPv6Address]:
        return next(answers)

    async def run() -> str:
        backend = GuardedBackend((ip_network("127.0.0.0/8"),), resolve)
        stream = await backend.connect_tcp("rebinding.example", server.port)
        peer = stream.get_extra_info("server_addr")[0]
        await stream.aclose()
        return str(peer)

    assert asyncio.run(run()) == "127.0.0.1"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x.example/", "http://a\\@127.0.0.1/", "gopher://x", "http://"]
)
def test_other_addresses_are_not_asked(url, settings):
    """Only http and https, and no address that two programs could read differently."""

    async def run() -> None:
        async with Fetcher(settings, now) as fetcher:
            await fetcher.get(url)

    with pytest.raises(FetchError):
        asyncio.run(run())
