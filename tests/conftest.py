"""Fixtures for every test: nothing leaves this machine."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest


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
