"""Being told of the monitor's own trouble by another way than its mails, which may be the trouble.

A call to an address as long as all is well: a service elsewhere notices when the calls stop, also when this whole
machine is gone. And a program of one's own, run when the daemon falls ill and when it is well again.
"""

import http.client
import logging
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

from monitor.config import Settings

TIMEOUT_S = 15.0
ALARM_TIMEOUT_S = 60.0
ALARM_AGAIN_S = 600.0  # after an alarm that failed: whoever was to hear of it has not

log = logging.getLogger("monitor.daemon")


class SecondPath:
    """Told again and again how things are; calls and alarms run in threads, so that nothing waits for them."""

    def __init__(self, settings: Callable[[], Settings], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._pinged = float("-inf")
        self._told = ""  # what the alarm last told for sure
        self._alarmed = ("well", float("-inf"))  # what it was last to tell, and when
        self._last: threading.Thread | None = None

    def tell(self, ill: str | None) -> None:
        """How the daemon is at this moment: None, or what is wrong."""
        health = self._settings().health
        if health.alarm and bool(ill) != bool(self._told):
            self._alarm(health.alarm, ill or "")
        elif ill is None and health.ping and self._monotonic() - self._pinged >= health.ping_every_s:
            self._pinged = self._monotonic()
            self._in_thread(call, health.ping, self._address(health.ping))

    def _alarm(self, command: Sequence[str], ill: str) -> None:
        state, now = "ill" if ill else "well", self._monotonic()
        tried, at = self._alarmed
        if tried == state and now - at < ALARM_AGAIN_S:  # it is at it, or has just failed
            return
        self._alarmed = (state, now)

        def run() -> None:
            if run_alarm(command, state, ill):
                self._told = ill

        self._in_thread(run)

    def wait(self) -> None:
        """Returns when the last call or alarm has ended."""
        if self._last is not None:
            self._last.join()

    def _address(self, written: str) -> str | None:
        return self._settings().secret(written) if written.startswith(("env:", "file:")) else written

    def _in_thread(self, run: Callable[..., None], *arguments: object) -> None:
        self._last = threading.Thread(target=run, args=arguments, name="second path", daemon=True)
        self._last.start()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """A ping that is sent elsewhere has failed: the address may hold a secret."""


def call(name: str, address: str | None) -> None:
    """One call; what goes wrong is logged under the name that stands in the configuration, never with the address."""
    shown = name if name.startswith(("env:", "file:")) else "health.ping"
    if address is None:
        log.error("ping not sent", extra={"error": f"{shown} names nothing, set it"})
        return
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.HTTPHandler, urllib.request.HTTPSHandler, _NoRedirect):
        opener.add_handler(handler())
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "monitor"})
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            status = answer.status
    except (OSError, ValueError, urllib.error.URLError, http.client.HTTPException) as exc:
        log.warning("ping failed", extra={"ping": shown, "error": type(getattr(exc, "reason", exc)).__name__})
        return
    if not 200 <= status < 300:
        log.warning("ping failed", extra={"ping": shown, "status": status})


def run_alarm(command: Sequence[str], state: str, why: str) -> bool:
    """Run the program, without a shell, with the state in its environment; whether it went well."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
    try:
        done = subprocess.run(
            list(command),
            env=environ | {"MONITOR_STATE": state, "MONITOR_WHY": why},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ALARM_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        log.error("alarm failed", extra={"alarm": command[0], "error": str(exc)})
        return False
    if done.returncode:
        log.error("alarm failed", extra={"alarm": command[0], "exit_code": done.returncode})
    return done.returncode == 0
