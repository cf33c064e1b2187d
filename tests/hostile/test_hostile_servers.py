import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from random import Random

import pytest
from hostile_documents import GOOD
from hostile_poll import Round, faults, poll_round
from hostile_scripts import ERROR, ITEMS, PRIVATE, Served, answer, scripts, sends
from hostile_servers import Canary, ScriptedServer

from monitor.errors import FetchError
from monitor.feeds.guard import resolve_by_system

HOST = "127.0.5.1"  # allowed; every other loopback address is refused, and the canary's
CASES = scripts()
# A connection that was tried would be told as `connect`, `unreachable`, `timeout`, `network` or `protocol`.
UNASKED = frozenset({"refused", "dns", "dns_temp", "redirect", "address"})
LIMITS = {
    "allow_private": ["127.0.5.0/24"],
    "per_host": 20,
    "concurrency": 50,
    "deadline_s": 2.5,
    "max_bytes": 3_000_000,
}


@dataclass
class World:
    """One server, one canary, one round of polls over everything."""

    server: ScriptedServer
    canary: Canary
    done: Round
    direct: dict[str, str]  # the spelling of an address -> the feed with it
    redirected: dict[str, str]
    named: dict[str, str]


class Resolver:
    """Names of this test; each time a name is asked for, its next answer."""

    def __init__(self) -> None:
        private = [ip_address("127.0.0.1")]
        host: list[IPv4Address | IPv6Address] = [ip_address(HOST)]
        self.answers: dict[str, list[list[IPv4Address | IPv6Address]]] = {
            "flips.example": [host, private, private],
            "private.example": [private],
            "mixed.example": [[*private, *host, ip_address("10.0.0.1")]],
            "mapped.example": [[ip_address("::ffff:127.0.0.1"), ip_address("64:ff9b::7f00:1")]],
            "carrier.example": [[ip_address("100.64.1.1")]],
            "crowd.example": [[ip_address(f"10.0.{n // 250}.{n % 250}") for n in range(1000)]],
            "none.example": [[]],
        }

    async def __call__(self, host: str, port: int) -> list[IPv4Address | IPv6Address]:
        if host == "slow.example":
            await asyncio.sleep(60)
        if host in self.answers:
            known = self.answers[host]
            return known.pop(0) if len(known) > 1 else known[0]
        if host.lower().strip(".").endswith(("example", "xn--")):
            raise FetchError("no such host", kind="dns")
        return await resolve_by_system(host, port)


def url_of(server: ScriptedServer, case: Served) -> str:
    return server.url(case.path, f"127.0.5.{case.own_host}" if case.own_host else None)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything polled at once."""
    server, canary = ScriptedServer(HOST), Canary()
    direct, redirected = {}, {}
    for case in CASES:
        server.scripts[case.path] = case.script
    for number, spelling in enumerate(PRIVATE):
        target = f"http://{spelling.replace('PORT', str(canary.port))}/feed"
        direct[spelling] = target + f"?{number}"
        status = ("301 Moved", "302 Found", "307 Temporary", "308 Permanent")[number % 4]
        location = target.encode().decode("latin-1")
        server.scripts[f"/ssrf/{number}"] = sends(answer(b"", status, Location=location))
        redirected[spelling] = server.url(f"/ssrf/{number}")
    resolver = Resolver()
    good = next(case for case in CASES if case.group == "control")
    server.scripts["/flip"] = sends(answer(b"", "302 Found", Location=f"http://flips.example:{canary.port}/"))
    named = {
        name: f"http://{name}:{canary.port}/"
        for name in resolver.answers
        if name not in ("flips.example", "mixed.example")
    }
    named["slow.example"] = "http://slow.example/"
    named["flips.example"] = f"http://flips.example:{server.port}/flip"
    named["mixed.example"] = f"http://mixed.example:{server.port}{good.path}"
    urls = [url_of(server, case) for case in CASES] + [*direct.values(), *redirected.values(), *named.values()]
    Random(3).shuffle(urls)
    done = poll_round(tmp_path_factory.mktemp("served") / "m.db", urls, resolve=resolver, **LIMITS)
    yield World(server, canary, done, direct, redirected, named)
    server.close()
    canary.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.name}")
def test_hostile_server_does_no_harm(world: World, case: Served) -> None:
    """What a server does ends in time, in reports or in a sentence."""
    url = url_of(world.server, case)
    outcome, reports = world.done.outcomes[url], world.done.reports.get(url, [])

    assert [fault for report in reports for fault in faults(report)] == []
    assert outcome.duration_s < 30
    if case.expect == ITEMS:
        assert outcome.error is None
        assert set(world.done.titles(url)) == set(GOOD.values())
    if case.expect == ERROR:
        assert outcome.error_kind in (case.kinds or {outcome.error_kind})
        assert len((outcome.error or "").split()) >= 3
        assert reports == []


@pytest.mark.parametrize("spelling", PRIVATE)
def test_refused_address_is_not_connected(world: World, spelling: str) -> None:
    """No spelling of an address that is not public is connected to, neither directly nor by a redirect."""
    for url in (world.direct[spelling], world.redirected[spelling]):
        assert world.done.outcomes[url].error_kind in UNASKED


@pytest.mark.parametrize("name", [*Resolver().answers, "slow.example"])
def test_names_are_judged_by_the_address_really_connected(world: World, name: str) -> None:
    """A name that leads elsewhere the second time, or to several places, leads to no refused address."""
    outcome = world.done.outcomes[world.named[name]]

    if name == "mixed.example":  # the one allowed address among them
        assert outcome.error is None
    elif name == "slow.example":
        assert outcome.error_kind == "timeout"
    else:
        assert outcome.error_kind in UNASKED


def test_canary_had_no_visitor(world: World) -> None:
    """Not one connection came to an address that is refused."""
    assert world.canary.visits == 0


def test_canary_sings(tmp_path: Path) -> None:
    """The canary does count whom it is allowed to meet, so its silence means something."""
    canary = Canary()
    url = f"http://127.0.0.1:{canary.port}/"
    poll_round(tmp_path / "m.db", [url])
    canary.close()

    assert canary.visits == 1


def test_no_secret_travels_along(world: World) -> None:
    """No request carries cookies, an origin's name and password, or more than the few headers that are ours."""
    allowed = {"host", "user-agent", "accept", "accept-encoding", "connection"}
    names = {
        line.partition(":")[0].lower() for _, head in world.server.asked for line in head.split("\r\n")[1:] if line
    }

    assert names <= allowed
