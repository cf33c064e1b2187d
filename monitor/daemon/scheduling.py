"""The scheduler: few jobs, never two of a kind at once, none dropped for being late. The only home of APScheduler."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger("monitor.daemon")


@dataclass(frozen=True, slots=True)
class Tick:
    """A job: its name, its rhythm, and what it does. What is due is decided inside, from the database."""

    name: str
    every_s: float
    run: Callable[[], None]
    alone: bool = True  # has a thread of its own, since it waits for others; False: takes turns with its likes


def build_scheduler(ticks: Sequence[Tick], on_error: Callable[[str, BaseException], None]) -> BackgroundScheduler:
    """A scheduler with the ticks as its jobs, due at once, one shortly after the other; it tells what they raise."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={
            "default": ThreadPoolExecutor(max(1, sum(tick.alone for tick in ticks))),
            "turns": ThreadPoolExecutor(1),
        },
        # Late is better than never: the default grace of one second drops late runs with only a log line.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    # It warns whenever a tick is still running when the next falls due, which is how long polls look here;
    # and it logs errors that the listener below logs with their fields.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    start = datetime.now(UTC)
    for place, tick in enumerate(ticks):
        scheduler.add_job(
            tick.run,
            "interval",
            seconds=tick.every_s,
            id=tick.name,
            name=tick.name,
            executor="default" if tick.alone else "turns",
            next_run_time=start + timedelta(seconds=min(0.5, tick.every_s) * place),
        )
    scheduler.add_listener(_tell_missed, EVENT_JOB_MISSED)
    scheduler.add_listener(lambda event: on_error(event.job_id, event.exception), EVENT_JOB_ERROR)
    return scheduler


def run_all_now(scheduler: BackgroundScheduler) -> None:
    """Makes every job due: after the clock was set, planned times mean nothing."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))


def set_rhythm(scheduler: BackgroundScheduler, ticks: Sequence[Tick]) -> None:
    """Takes over changed intervals after a reload."""
    for tick in ticks:
        scheduler.reschedule_job(tick.name, trigger="interval", seconds=tick.every_s)


def _tell_missed(event: JobExecutionEvent) -> None:
    log.error("run missed", extra={"job": event.job_id, "due": str(event.scheduled_run_time)})
