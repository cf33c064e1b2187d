"""What the daemon's endpoints answer: from its signs of life, its database, and what it counted."""

from collections.abc import Callable, Mapping

from monitor.config import Settings
from monitor.daemon.health import why_ill, why_not_ready
from monitor.daemon.lock import read_lock
from monitor.daemon.metrics import render
from monitor.errors import StoreError
from monitor.pipeline.hooks import Clock
from monitor.store.counts import Counts, read_counts


class Status:
    """Answers a path with a status and a text."""

    def __init__(
        self, settings: Callable[[], Settings], clock: Clock, runs: Callable[[], Mapping[tuple[str, str], int]]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._runs = runs

    def answer(self, path: str) -> tuple[int, str]:
        """/healthz: what `doctor --health` says; /readyz: whether work goes on at this moment; /metrics: figures."""
        settings, now = self._settings(), self._clock()
        lock = read_lock(settings.database)
        counts: Counts = {}
        if path == "/healthz":
            ill = why_ill(lock, settings.health, now)
        else:
            ill = why_not_ready(lock)
            try:
                counts = read_counts(settings.database, self._clock)
            except StoreError as exc:
                ill = str(exc)
        if path == "/metrics":
            return 200, render(counts, lock, self._runs(), now)
        return (503, f"ill: {ill}\n") if ill else (200, "ok\n")
