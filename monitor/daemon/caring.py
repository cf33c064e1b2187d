"""The daemon's care for its database: daily backups with rotation, and times that a wrong clock left in the future."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta

from monitor.daemon.watch import Watch
from monitor.errors import StoreError
from monitor.pipeline.hooks import Clock
from monitor.store.backup import backups_of, daily_path, make_backup, rotate, tidy
from monitor.store.future import mend_future

log = logging.getLogger("monitor.daemon")


class Care:
    """Looks after the database of what is watched at the moment of the call."""

    def __init__(self, watch: Callable[[], Watch], clock: Clock) -> None:
        self._watch = watch
        self._clock = clock

    def backup(self) -> None:
        """Make a backup if the newest is old enough, and remove those that are too many."""
        settings = self._watch().settings
        wanted, database, now = settings.backup, settings.database, self._clock()
        if not wanted.keep:
            return
        # One dated in the future was made by a wrong clock, and says nothing about when the next is due.
        made = [one.made for one in backups_of(database) if one.made <= now]
        if made and now - made[0] < timedelta(seconds=wanted.every_s):
            return
        self._must_fit()
        tidy(database)
        target = daily_path(database, now)
        size = make_backup(database, target)
        gone = rotate(database, wanted.keep)
        log.info("backed up", extra={"path": target, "size_mb": round(size / 1e6, 1), "removed": len(gone)})

    def mend_clock(self) -> None:
        """After the clock was set back: what it had planned by the wrong time is planned anew."""
        settings = self._watch().settings
        mended = mend_future(settings.database, self._clock(), longest=timedelta(seconds=settings.fetch.max_interval_s))
        if mended:
            log.warning("times in the future mended", extra={"rows": mended})

    def _must_fit(self) -> None:
        """A backup that fills the disk would stop everything else."""
        settings = self._watch().settings
        database = settings.database
        free = shutil.disk_usage(database.parent).free
        if free < database.stat().st_size + settings.health.min_free_mb * 1_000_000:
            raise StoreError(f"{database.parent}: no room for a backup ({free / 1e6:.0f} MB free), make some")
