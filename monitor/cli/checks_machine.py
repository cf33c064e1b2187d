"""The doctor's checks of what the monitor stands on: backups, the second path, the disk, versions and their faults."""

import os
import platform
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from monitor.config import Settings

LIBRARIES = ("apscheduler", "feedparser", "httpx", "numpy", "pydantic", "scikit-learn", "sqlite-utils", "typer")


class Check(NamedTuple):
    """One line of the doctor's table."""

    check: str
    state: str  # "ok", "warning" or "error"
    finding: str
    what_to_do: str = ""


def check_backups(settings: Settings, now: datetime) -> Iterator[Check]:
    """Is there a backup, is the newest whole, and is it new enough?"""
    from monitor.store.backup import backups_of, latest_good

    database = settings.database
    if not database.exists():
        return
    found, good = backups_of(database), latest_good(database)
    if not found or good is None:
        advice = "`monitor backup` makes one" + ("" if settings.backup.keep else "; backup.keep = 0 switches them off")
        yield Check("backups", "warning", f"{len(found)} in {database.parent / 'backups'}, none is whole", advice)
        return
    age = now - next(one.made for one in found if one.path == good)
    said = f"{good.name}, {_ago(age)} old, whole; {len(found)} in all"
    if good != found[0].path:
        yield Check("backups", "error", f"{found[0].path} is damaged; {said}", "check the disk; `monitor backup`")
    elif age > 2 * timedelta(seconds=settings.backup.every_s):
        yield Check("backups", "warning", said, "is the daemon running? `monitor backup` makes one")
    else:
        yield Check("backups", "ok", said)


def check_second_path(settings: Settings) -> Iterator[Check]:
    """Would anybody be told if the daemon fell ill?"""
    health = settings.health
    if health.ping and health.ping.startswith(("env:", "file:")) and settings.secret(health.ping) is None:
        yield Check("second path", "error", f"health.ping: {health.ping} is not there", "set it, or leave ping out")
    elif health.alarm and shutil.which(health.alarm[0]) is None:
        yield Check("second path", "error", f"health.alarm: {health.alarm[0]} cannot be run", "mend its path or rights")
    elif health.ping or health.alarm:
        yield Check("second path", "ok", " and ".join(name for name in ("ping", "alarm") if getattr(health, name)))
    else:
        advice = "set health.ping or health.alarm, or let cron call `monitor doctor --health`"
        yield Check("second path", "ok", "nobody is told by another way when mails fail", advice)


def check_disk(settings: Settings) -> Iterator[Check]:
    """Room, and who may write where the database lies."""
    folder = next(parent for parent in settings.database.parents if parent.exists())
    free_mb = shutil.disk_usage(folder).free / 1e6
    if free_mb < settings.health.min_free_mb:
        yield Check("disk", "error", f"{free_mb:.0f} MB free at {folder}", "make room: a full disk stops polling")
    else:
        yield Check("disk", "ok", f"{free_mb / 1000:.1f} GB free at {folder}")
    if not os.access(folder, os.W_OK):
        yield Check("disk", "error", f"{folder} cannot be written by this user", "mend its owner or its rights")
    elif folder.stat().st_mode & 0o022 and not folder.stat().st_mode & 0o1000:
        yield Check("disk", "warning", f"{folder} can be written by others", f"run: chmod go-w {folder}")


def check_versions() -> Iterator[Check]:
    """What is installed, and known faults of it."""
    known = []
    for name in LIBRARIES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Check("versions", "error", f"{name} is not installed", "run `make install`")
    python = f"Python {platform.python_version()}"
    if lets_headers_in():
        advice = "each mail is read back before it goes out, so none gets through; update Python when you can"
        yield Check("versions", "warning", f"{python} lets a line break in a subject become a header", advice)
    yield Check("versions", "ok", f"monitor {version('monitor')}, {python}")
    yield Check("versions", "ok", ", ".join(known))


def lets_headers_in() -> bool:
    """Whether this Python has the fault CVE-2024-6923, by trying it: its fix came to each branch at another time."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "=?utf-8?q?x=0D=0AX-Smuggled=3A_yes?="
    return b"\nX-Smuggled:" in mail.as_bytes()


def _ago(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
