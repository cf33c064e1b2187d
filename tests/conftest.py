"""Fixtures for every test: nothing leaves this machine."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

SOAK_POLLS = 1000  # what fits into `make test-all`; a soak as long as was promised is --soak 10000


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much the slow tests do, for those who have the time."""
    parser.addoption("--kills", type=int, default=100, help="how often tests/crash kills the daemon at random")
    parser.addoption("--soak", type=int, default=SOAK_POLLS, help="how many polls tests/soak makes, of 30 reports each")


@pytest.fixture
def kill_count(pytestconfig: pytest.Config) -> int:
    """How often to kill at random."""
    return int(pytestconfig.getoption("--kills"))


@pytest.fixture
def soak_polls(pytestconfig: pytest.Config) -> int:
    """How many polls the soak makes."""
    return int(pytestconfig.getoption("--soak"))


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anything but this machine fail, so that no test can lean on the network."""
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0]
            if host != "localhost" and not ip_address(host.split("%")[0]).is_loopback:
                raise AssertionError(f"a test tried to reach {host}")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
