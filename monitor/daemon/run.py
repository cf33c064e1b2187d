"""The daemon's main loop: start the ticks, show life, mind signals and the clock, stop in time."""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from random import Random

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.caring import Care
from monitor.daemon.health import why_ill
from monitor.daemon.lock import Beat, read_lock, single_instance
from monitor.daemon.scheduling import Tick, build_scheduler, run_all_now, set_rhythm
from monitor.daemon.second_path import SecondPath
from monitor.daemon.signals import Signals
from monitor.daemon.stages import Stages
from monitor.daemon.status import Status
from monitor.daemon.status_server import StatusServer
from monitor.daemon.supervisor import Supervisor
from monitor.daemon.watch import Watch
from monitor.errors import ConfigError, MonitorError
from monitor.pipeline.hooks import Clock
from monitor.pipeline.polling import MakeFetcher

GRACE_S = 8.0  # from the first signal to the end, whatever is going on
LOOP_S = 1.0
REPEAT_S = 3600.0
JUMP_S = 5.0  # a clock that differs by more from what it should show was set
LONGEST_REST_S = 120.0  # of a job that fails again and again
LOOK_S = 10.0  # between two looks at how the daemon itself is

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
        self._runs: Counter[tuple[str, str]] = Counter()  # (job, result), for the metrics
        self._rests: dict[str, tuple[int, float]] = {}  # job -> failures in a row, and until when it rests
        self._lock = threading.Lock()
        self._beat: Beat
        self.stages = Stages(lambda: self.watch, clock, make_fetcher, Random())
        self.care = Care(lambda: self.watch, clock)
        self._supervisor = Supervisor(os.environ)
        self._second = SecondPath(lambda: self.watch.settings)
        self._looked = float("-inf")
        self._status = Status(lambda: self.watch.settings, clock, self._counted)

    def run(self) -> int:
        """Returns the exit code once stopped by a signal."""
        with Signals() as signals, single_instance(self.watch.settings.database, self._clock()) as self._beat:
            self.stages.prepare()
            self.care.mend_clock()
            with closing(StatusServer(self._status.answer)) as server:
                server.follow(self.watch.settings.health)
                scheduler = build_scheduler(self._ticks(), self._crashed)
                scheduler.start()
                log.info("started", extra={"pid": os.getpid(), "database": self.watch.settings.database})
                self._supervisor.ready()
                self._loop(signals, scheduler, server)
                log.info("stopping", extra={"signal": signals.stopping.name if signals.stopping else ""})
                self._supervisor.stopping()
                self.stages.stop()
                scheduler.shutdown(wait=False)
                return self._end(signals)

    def _loop(self, signals: Signals, scheduler: BackgroundScheduler, server: StatusServer) -> None:
        offset = self._offset()
        while signals.stopping is None:
            self._beat.show(self._clock())
            self._look()
            signals.wait(LOOP_S)
            if signals.take_reload() or self.watch.stamp() != self._seen:
                self._supervisor.reloading()
                self._reload(scheduler)
                server.follow(self.watch.settings.health)
                self._supervisor.ready()
            now_offset = self._offset()
            if abs(now_offset - offset) > JUMP_S:
                log.warning("the clock was set, or the machine slept", extra={"by_s": round(now_offset - offset)})
                self._guarded("clock", self.care.mend_clock)()
                run_all_now(scheduler)
            offset = now_offset

    def _look(self) -> None:
        """Tells those who watch over the daemon how it is."""
        now = self._monotonic()
        with self._lock:
            longest_s = max((now - since for since in self._running.values()), default=0.0)
        if longest_s < self.watch.settings.health.stale_after_s:  # else a job hangs: whoever restarts us may do so
            self._supervisor.alive()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        settings = self.watch.settings
        ill = why_ill(read_lock(settings.database), settings.health, self._clock())
        self._supervisor.status(ill or "all is well")
        self._second.tell(ill)

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
            Tick("deliver", rhythm.deliver_tick_s, self._guarded("deliver", self._deliver)),
            Tick("digest", rhythm.digest_tick_s, self._guarded("digest", self.stages.digest), alone=False),
            Tick(
                "maintenance",
                rhythm.maintenance_tick_s,
                self._guarded("maintenance", self.stages.maintain),
                alone=False,
            ),
            Tick("backup", min(rhythm.maintenance_tick_s, 600), self._guarded("backup", self.care.backup)),
        ]

    def _deliver(self) -> None:
        self.stages.deliver()
        self._beat.undelivered(self.stages.undelivered)

    def _guarded(self, name: str, stage: Callable[[], None]) -> Callable[[], None]:
        """One run of a stage. Its failure is told and the next tick tries again: the daemon never gives up.

        What is not foreseen goes on to the scheduler, whose listener tells it whole.
        """

        def run() -> None:
            if self._rests_still(name):
                return
            with self._lock:
                self._running[name] = self._monotonic()
            try:
                stage()
                with self._lock:
                    self._runs[name, "done"] += 1
                    self._rests.pop(name, None)
                self._beat.done(name, self._clock())
                self._said.pop(name, None)
            except MonitorError as exc:
                self._rest(name)
                self._beat.failed(name, str(exc))
                if self._is_news(name, str(exc)):
                    log.error("failed, will be tried again", extra={"job": name, "error": str(exc)})
            finally:
                with self._lock:
                    del self._running[name]

        return run

    def _rest(self, name: str) -> None:
        """A job that fails again and again rests a while: on a full disk, feeds would be asked in vain at each tick."""
        with self._lock:
            self._runs[name, "failed"] += 1
            failures = self._rests.get(name, (0, 0.0))[0] + 1
            rest_s = 0.0 if failures < 3 else min(LONGEST_REST_S, 2.0 ** min(failures, 20))
            self._rests[name] = (failures, self._monotonic() + rest_s)

    def _rests_still(self, name: str) -> bool:
        with self._lock:
            return self._monotonic() < self._rests.get(name, (0, 0.0))[1]

    def _counted(self) -> dict[tuple[str, str], int]:
        with self._lock:
            return dict(self._runs)

    def _crashed(self, name: str, error: BaseException) -> None:
        """What nobody foresaw, told whole."""
        self._rest(name)
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
