"""The daemon's jobs: each opens its own store, calls one stage of the pipeline, and logs what came of it."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

import monitor.pipeline as pipeline
from monitor.daemon.due import is_due
from monitor.daemon.watch import Watch
from monitor.model import FeedOutcome
from monitor.pipeline.hooks import Clock
from monitor.pipeline.polling import MakeFetcher
from monitor.store import Store, open_store

T = TypeVar("T")

log = logging.getLogger("monitor.daemon")


class Stages:
    """Poll, match, deliver, digest and housekeeping on what is watched at the moment of the call."""

    def __init__(self, watch: Callable[[], Watch], clock: Clock, make_fetcher: MakeFetcher, rng: Random) -> None:
        self._watch = watch
        self._clock = clock
        self._make_fetcher = make_fetcher
        self._rng = rng
        self._stopping = threading.Event()
        self._memory = pipeline.MatchMemory()
        self._unmarked: set[int] = set()  # messages that went out while the database could not take it down
        self._robots = pipeline.RobotsBook(clock)
        self.undelivered: str | None = None  # what has been tried in vain for too long
        self._asking: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Task[object]]] = {}

    def stop(self) -> None:
        """Stages end after what they are at; requests under way are given up, they are made again at the next start."""
        self._stopping.set()
        for loop, task in list(self._asking.values()):
            with suppress(RuntimeError):  # the run has ended meanwhile, and its loop with it
                loop.call_soon_threadsafe(task.cancel)

    def poll(self) -> None:
        """Ask the feeds that are due."""
        watch = self._watch()
        try:
            with self._store(watch) as store:
                run = pipeline.poll(
                    store,
                    watch.sources,
                    watch.settings,
                    clock=self._clock,
                    rng=self._rng,
                    make_fetcher=lambda settings, clock: self._noted("poll", self._make_fetcher(settings, clock)),
                    on_outcome=_log_outcome,
                    stopping=self._stopping.is_set,
                )
        except asyncio.CancelledError:
            return
        finally:
            self._asking.pop("poll", None)
        if run.feeds:
            log.info("polled", extra={"feeds": run.feeds, "failed": run.failed, "new": run.new, "revised": run.revised})

    def read(self) -> None:
        """Read the pages of reports that look relevant."""
        watch = self._watch()
        try:
            with self._store(watch) as store:
                run = pipeline.read_articles(
                    store,
                    watch.settings,
                    clock=self._clock,
                    robots=self._robots,
                    make_fetcher=lambda settings, clock: self._noted("read", pipeline.PageFetcher(settings, clock)),
                    stopping=self._stopping.is_set,
                )
        except asyncio.CancelledError:
            return
        finally:
            self._asking.pop("read", None)
        if run.read or run.waiting or run.failed:
            log.info("pages read", extra={"read": run.read, "waiting": run.waiting, "failed": run.failed})

    def match(self) -> None:
        """Judge the reports that wait."""
        watch = self._watch()
        with self._store(watch) as store:
            run = pipeline.match(
                store,
                watch.baselines,
                watch.settings,
                clock=self._clock,
                memory=self._memory,
                stopping=self._stopping.is_set,
            )
        if run.reports:
            log.info(
                "matched",
                extra={
                    "reports": run.reports,
                    "matched": run.matched,
                    "near_misses": run.near_misses,
                    "alerts": run.alerts,
                    "held": run.held,
                },
            )

    def deliver(self) -> None:
        """Send the messages that are due."""
        watch = self._watch()
        with self._store(watch) as store:
            run = pipeline.deliver(
                store,
                watch.settings,
                clock=self._clock,
                rng=self._rng,
                unmarked=self._unmarked,
                stopping=self._stopping.is_set,
            )
        self.undelivered = run.in_vain if run.in_vain_s > watch.settings.health.stale_after_s else None
        if run.sent or run.failed or run.given_up:
            log.info("delivered", extra={"sent": run.sent, "failed": run.failed, "given_up": run.given_up})
        for error in run.errors:
            log.warning("not delivered", extra={"error": error})

    def digest(self) -> None:
        """Make the digests that are due by their recipients' local time."""
        watch = self._watch()
        settings = watch.settings
        with self._store(watch) as store:
            for recipient in settings.recipients:
                last = store.last_digest(recipient.name)
                day = is_due(self._clock(), last, recipient.digest_at, ZoneInfo(recipient.timezone))
                if not recipient.digest or day is None:
                    continue
                ids = [baseline.id for baseline in watch.baselines]
                run = pipeline.digest(store, settings, ids, clock=self._clock, local_date=day, recipients=[recipient])
                result = "made" if run.made else "empty" if run.empty else "parked" if run.failed else "already made"
                level = logging.ERROR if run.failed else logging.INFO
                log.log(level, "digest", extra={"recipient": recipient.name, "local_date": day, "result": result})

    def maintain(self) -> None:
        """Merge stories that turned out to be one, and remove what is older than it is to be kept."""
        watch = self._watch()
        with self._store(watch) as store:
            merged = pipeline.relink_stories(store, clock=self._clock)
            removed = pipeline.remove_old(store, watch.settings, clock=self._clock)
            ill = [row for row in store.feeds() if row["failures"] >= watch.settings.health.feed_failures]
        log.info("maintained", extra={"stories_merged": merged, "reports_removed": removed, "failing_feeds": len(ill)})

    def prepare(self) -> None:
        """Makes the database if there is none, and lets the feeds follow the configuration."""
        watch = self._watch()
        watch.settings.database.parent.mkdir(parents=True, exist_ok=True)
        with open_store(watch.settings.database, clock=self._clock, create=True) as store:
            store.sync_feeds(watch.sources)

    def _store(self, watch: Watch) -> Store:
        """Unchecked, for ticks come every few seconds: `prepare` reads the whole file for damage, once."""
        return open_store(watch.settings.database, clock=self._clock, check=False)

    def _noted(self, job: str, fetcher: T) -> T:
        """The fetcher as it is; it is made inside the run's event loop, which is the moment to note how to stop it."""
        task = asyncio.current_task()
        if task is not None:
            self._asking[job] = (asyncio.get_running_loop(), task)
            if self._stopping.is_set():
                task.cancel()
        return fetcher


def _log_outcome(outcome: FeedOutcome) -> None:
    fields: dict[str, object] = {"feed": outcome.url, "status": outcome.status, "took_s": outcome.duration_s}
    if outcome.error:
        log.warning("feed failed", extra={**fields, "kind": outcome.error_kind, "error": outcome.error})
    elif outcome.unchanged:
        log.debug("feed unchanged", extra=fields)
    else:
        items = len(outcome.feed.reports) if outcome.feed else 0
        log.info("feed read", extra={**fields, "items": items})
