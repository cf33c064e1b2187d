"""What the daemon's signs of life mean: for `doctor`, for health checks and for its own endpoints. Pure."""

from datetime import datetime, timedelta

from monitor.config import HealthSettings
from monitor.daemon.lock import LockState

WORK = ("poll", "match", "deliver")  # the jobs without which the monitor is of no use


def why_ill(lock: LockState, health: HealthSettings, now: datetime) -> str | None:
    """One phrase, None while all is well."""
    if not lock.held:
        return "no daemon runs on this database"
    if lock.heartbeat is None or lock.started is None:
        return None  # it has only just begun
    silent = now - lock.heartbeat
    if silent > timedelta(seconds=health.heartbeat_s):
        return f"the daemon (process {lock.pid}) shows no life since {_ago(silent)}"
    for job in WORK:
        idle = now - lock.done.get(job, lock.started)
        if idle > timedelta(seconds=health.stale_after_s):
            why = f": {lock.failing[job]}" if job in lock.failing else ""
            return f"{job} has not gone well for {_ago(idle)}{why}"
    return lock.undelivered


def why_not_ready(lock: LockState) -> str | None:
    """What keeps the daemon from its work at this moment, None if nothing does."""
    if not lock.held or lock.started is None:
        return "not started yet"
    for job in WORK:
        if job in lock.failing:
            return f"{job}: {lock.failing[job]}"
        if job not in lock.done:
            return f"{job} has not run yet"
    return None


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
