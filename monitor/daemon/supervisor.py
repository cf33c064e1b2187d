"""Words with systemd over its notification socket: ready, alive, reloading, stopping. Silent where there is none."""

import os
import socket
import time
from collections.abc import MutableMapping
from contextlib import suppress


class Supervisor:
    """Says how the daemon is, if the environment names a socket for that; children do not inherit the name."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        path = environ.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        watched = environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        limit_us = environ.pop("WATCHDOG_USEC", "")
        # Half the limit, as systemd advises.
        self._every_s = int(limit_us) / 2e6 if watched and limit_us.isdecimal() else None
        self._last = float("-inf")

    def ready(self) -> None:
        """Start-up, or reading the configuration again, is done."""
        self._say("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again."""
        self._say(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def status(self, text: str) -> None:
        """One line that `systemctl status` shows."""
        self._say("STATUS=" + " ".join(text.split()))

    def alive(self) -> None:
        """Still working; call it often, it speaks as often as needed."""
        if self._every_s is not None and time.monotonic() - self._last >= self._every_s:
            self._last = time.monotonic()
            self._say("WATCHDOG=1")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        # systemd may be restarting itself: then it asks again.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.settimeout(1)
            sender.connect(self._address)
            sender.sendall(message.encode("utf-8", "replace"))
