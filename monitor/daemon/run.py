"""The daemon's main loop: start the ticks, show life, mind signals and the clock, stop in time."""

import logging
import os
import threading
import time
from collections.abc import Callable
from random import Random

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.lock import Beat, single_instance
from monitor.daemon.scheduling import Tick, build_scheduler, run_all_now, set_rhythm
from monitor.daemon.signals import Signals
from monitor.daemon.stages import Stages
from monitor.daemon.watch import Watch
from monitor.errors import ConfigError, MonitorError
from monitor.pipeline.hooks import Clock
from monitor.pipeline.polling import MakeFetcher

GRACE_S = 8.0  # from the first signal to the end, whatever is going on
LOOP_S = 1.0
REPEAT_S = 3600.0
JUMP_S = 5.0  # a clock that differs by more from what it should show was set

log = logging.getLogger("monitor.daemon")


class Daemon:
    """Runs the stages until told to stop."""

    def __init__(
        self,
        load: Callable[[], Watch],
        clock: Clock,
        make_fetcher: MakeFetcher,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock = clock
        self._monotonic = monotonic
        self.watch = load()
        self._seen = self.watch.stamp()
        self._said: dict[str, tuple[str, float]] = {}
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()
        self._beat: Beat
        self.stages = Stages(lambda: self.watch, clock, make_fetcher, Random())

    def run(self) -> int:
        """Returns the exit code once stopped by a signal."""
        with Signals() as signals, single_instance(self.watch.settings.database, self._clock()) as self._beat:
            self.stages.prepare()
            scheduler = build_scheduler(self._ticks(), self._crashed)
            scheduler.start()
            log.info("started", extra={"pid": os.getpid(), "database": self.watch.settings.database})
            self._loop(signals, scheduler)
            log.info("stopping", extra={"signal": signals.stopping.name if signals.stopping else ""})
            self.stages.stop()
            scheduler.shutdown(wait=False)
            return self._end(signals)

    def _loop(self, signals: Signals, scheduler: BackgroundScheduler) -> None:
        offset = self._offset()
        while signals.stopping is None:
            self._beat.show(self._clock())
            signals.wait(LOOP_S)
            if signals.take_reload() or self.watch.stamp() != self._seen:
                self._reload(scheduler)
            now_offset = self._offset()
            if abs(now_offset - offset) > JUMP_S:
                log.warning("the clock was set, or the machine slept", extra={"by_s": round(now_offset - offset)})
                run_all_now(scheduler)
            offset = now_offset

    def _end(self, signals: Signals) -> int:
        """Waits for what is running, but not for ever: what is cut off here is done again at the next start."""
        deadline = self._monotonic() + GRACE_S
        while self._busy() and self._monotonic() < deadline:
            signals.wait(0.05)
        if busy := self._busy():
            log.warning("cut off", extra={"jobs": ",".join(busy)})
            logging.shutdown()
            os._exit(0)
        log.info("stopped")
        return 0

    def _reload(self, scheduler: BackgroundScheduler) -> None:
        """Takes over a changed configuration, or keeps the old one and says why."""
        self._seen = self.watch.stamp()
        before = self.watch
        try:
            new = self._load()
            if new.settings.database != before.settings.database:
                raise ConfigError("another database needs a restart")
            self.watch = new
            self.stages.prepare()
        except MonitorError as exc:
            self.watch = before
            log.error("configuration kept as it was", extra={"error": str(exc)})
            return
        if new.files != before.files:  # else a change since the reading began would go unseen
            self._seen = new.stamp()
        set_rhythm(scheduler, self._ticks())
        run_all_now(scheduler)
        log.info("configuration reloaded")

    def _ticks(self) -> list[Tick]:
        rhythm = self.watch.settings.daemon
        return [
            Tick("poll", rhythm.poll_tick_s, self._guarded("poll", self.stages.poll)),
            Tick("match", rhythm.poll_tick_s, self._guarded("match", self.stages.match), alone=False),
            Tick("read", rhythm.poll_tick_s, self._guarded("read", self.stages.read)),
            Tick("deliver", rhythm.deliver_tick_s, self._guarded("deliver", self.stages.deliver)),
            Tick("digest", rhythm.digest_tick_s, self._guarded("digest", self.stages.digest), alone=False),
            Tick(
                "maintenance",
                rhythm.maintenance_tick_s,
                self._guarded("maintenance", self.stages.maintain),
                alone=False,
            ),
        ]

    def _guarded(self, name: str, stage: Callable[[], None]) -> Callable[[], None]:
        """One run of a stage. Its failure is told and the next tick tries again: the daemon never gives up.

        What is not foreseen goes on to the scheduler, whose listener tells it whole.
        """

        def run() -> None:
            with self._lock:
                self._running[name] = self._monotonic()
            try:
                stage()
                self._beat.done(name, self._clock())
                self._said.pop(name, None)
            except MonitorError as exc:
                self._beat.failed(name, str(exc))
                if self._is_news(name, str(exc)):
                    log.error("failed, will be tried again", extra={"job": name, "error": str(exc)})
            finally:
                with self._lock:
                    del self._running[name]

        return run

    def _crashed(self, name: str, error: BaseException) -> None:
        """What nobody foresaw, told whole."""
        self._beat.failed(name, f"{type(error).__name__}: {error}")
        if self._is_news(name, repr(error)):
            trace = (type(error), error, error.__traceback__)
            log.error("failed unexpectedly, will be tried again", extra={"job": name}, exc_info=trace)

    def _is_news(self, name: str, error: str) -> bool:
        """The same failure at every tick would bury the log: it is told at once and then every hour."""
        told, at = self._said.get(name, ("", 0.0))
        if told == error and self._monotonic() - at < REPEAT_S:
            return False
        self._said[name] = (error, self._monotonic())
        return True

    def _busy(self) -> list[str]:
        with self._lock:
            return sorted(self._running)

    def _offset(self) -> float:
        return self._clock().timestamp() - self._monotonic()
