"""The address guard: connections go to public addresses only, checked on the address really connected to.

Checking a name before the request is not enough, since it may resolve differently the second time. So the guard sits
where the connection is made: it resolves, refuses, and connects to the very address that it judged.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore

from monitor.errors import FetchError
from monitor.feeds.wire import open_wire

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[Address]]]  # the addresses of a host
SocketOptions = Iterable[httpcore.SOCKET_OPTION] | None

CONNECT_TIMEOUT_S = 10.0
# Ports of services that a request could be mistaken for a command of: mail, shells, databases.
FORBIDDEN_PORTS = frozenset({22, 23, 25, 53, 110, 111, 135, 139, 143, 389, 445, 465, 587, 993, 995, 2049, 3306, 5432,
                             6379, 9200, 11211, 27017})  # fmt: skip
NAT64 = (ip_network("64:ff9b::/96"),)
# Not global, whatever a given Python version's tables say: local NAT64, carrier NAT, benchmarks, relays, site-local.
REFUSED = tuple(
    ip_network(text)
    for text in (
        "64:ff9b:1::/48",
        "100.64.0.0/10",
        "198.18.0.0/15",
        "192.88.99.0/24",
        "0.0.0.0/8",
        "::/96",
        "fec0::/10",
        "::ffff:0:0:0/96",
    )
)
# What "no way out of this machine" looks like; a refused connection is an answer and therefore not among them.
UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})


def is_public(address: Address) -> bool:
    """Whether an address, and every address embedded in it, belongs to the public internet."""
    inner = _embedded(address)
    if inner is not None:
        return is_public(inner)
    if any(address in network for network in REFUSED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _embedded(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def is_allowed(address: Address, port: int, allow_private: Sequence[Network]) -> bool:
    """Whether the monitor may connect there: public, or let through by the user's list of networks."""
    plain = _embedded(address) or address
    if any(plain in network for network in allow_private if network.version == plain.version):
        return True
    return port not in FORBIDDEN_PORTS and is_public(address)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to allowed addresses only."""

    def __init__(self, allow_private: Sequence[Network] = (), resolve: Resolve | None = None) -> None:
        self._allow_private = tuple(allow_private)
        self._resolve = resolve or resolve_by_system

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of the host that is allowed and answers."""
        allowed = [a for a in await self._resolve(host, port) if is_allowed(a, port, self._allow_private)]
        if not allowed:
            raise FetchError(
                f"{host}:{port} is not a public address, so it is not asked; "
                "add its network to fetch.allow_private if it is a feed of your own",
                kind="refused",
            )
        failure: Exception | None = None
        for address in allowed:
            try:
                seconds = min(timeout or CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_S)
                stream = await open_wire(str(address), port, seconds, local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
                continue
            await self._check_peer(stream, host, port)
            return stream
        raise _unreachable(host, port, failure) from failure

    async def _check_peer(self, stream: httpcore.AsyncNetworkStream, host: str, port: int) -> None:
        peer = stream.get_extra_info("server_addr")
        if peer and not is_allowed(ip_address(str(peer[0]).partition("%")[0]), port, self._allow_private):
            await stream.aclose()
            raise FetchError(f"{host}:{port} led to an address that is not public", kind="refused")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: SocketOptions = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: a feed does not live in a socket file."""
        raise FetchError("a socket file is not a feed address", kind="refused")

    async def sleep(self, seconds: float) -> None:
        """Waits, for httpcore's own retries."""
        await asyncio.sleep(seconds)


async def resolve_by_system(host: str, port: int) -> list[Address]:
    """The addresses of a host, in the system's order; a FetchError of kind `dns` or `dns_temp` if there are none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as exc:
        if exc.errno == socket.EAI_AGAIN:
            raise FetchError(f"the name {host} could not be looked up just now", kind="dns_temp") from exc
        raise FetchError(f"there is no host named {host}: check the address", kind="dns") from exc
    except (UnicodeError, ValueError, OSError) as exc:
        raise FetchError(f"{host[:100]!r} is not a host name", kind="dns") from exc
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def _unreachable(host: str, port: int, failure: Exception | None) -> FetchError:
    if isinstance(failure, httpcore.ConnectTimeout):
        return FetchError(f"{host}:{port} does not answer", kind="unreachable")
    numbers = set()
    cause: BaseException | None = failure
    while cause is not None:
        numbers.add(getattr(cause, "errno", None))
        cause = cause.__cause__ or cause.__context__
    if numbers & UNREACHABLE:
        return FetchError(f"{host}:{port} cannot be reached from here", kind="unreachable")
    return FetchError(f"{host}:{port} refuses connections", kind="connect")
