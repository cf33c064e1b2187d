"""One daemon for one database: a lock on a file beside it, free however its holder died, and its signs of life."""

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.errors import StoreError

_TRIES = 4  # `doctor` holds the lock for a moment while it looks
_WAIT_S = 0.05
_LONGEST_REASON = 500  # characters: the file is read as one piece, and a reason may quote a whole document


@dataclass(frozen=True, slots=True, kw_only=True)
class LockState:
    """What the lock file tells: whether a daemon holds it, which one, and its signs of life."""

    held: bool
    pid: int | None = None
    started: datetime | None = None
    heartbeat: datetime | None = None
    done: dict[str, datetime] = field(default_factory=dict)  # job -> when it last went well
    failing: dict[str, str] = field(default_factory=dict)  # job -> why its last run failed
    undelivered: str | None = None  # that messages have been tried in vain for too long, and why


class Beat:
    """Writes the daemon's signs of life into its lock file."""

    def __init__(self, descriptor: int, started: datetime) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._facts: dict[str, Any] = {"pid": os.getpid(), "started": _iso(started), "done": {}, "failing": {}}
        self._length = os.fstat(descriptor).st_size
        self.show(started)

    def show(self, now: datetime) -> None:
        """The daemon is alive."""
        with self._lock:
            self._facts["heartbeat"] = _iso(now)
            text = json.dumps(self._facts).encode()
            # Blanks over what a longer text before left behind: one write, so that no reader sees half of it.
            self._length = max(self._length, len(text))
            with suppress(OSError):  # a full disk stops the sign of life, which is seen, and not the daemon
                os.pwrite(self._descriptor, text.ljust(self._length), 0)

    def done(self, job: str, now: datetime) -> None:
        """A job went well."""
        with self._lock:
            self._facts["done"][job] = _iso(now)
            self._facts["failing"].pop(job, None)

    def failed(self, job: str, reason: str) -> None:
        """A job failed."""
        with self._lock:
            self._facts["failing"][job] = reason[:_LONGEST_REASON]

    def undelivered(self, why: str | None) -> None:
        """Messages have been tried in vain for too long; None: they have not."""
        with self._lock:
            self._facts["undelivered"] = why and why[:_LONGEST_REASON]


def lock_path(database: Path) -> Path:
    """The lock file of a database."""
    return database.with_name(f"{database.name}.lock")


@contextmanager
def single_instance(database: Path, now: datetime) -> Iterator[Beat]:
    """Holds the lock, or raises StoreError telling who does."""
    path = lock_path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StoreError(f"{path}: cannot be made ({exc.strerror}), the daemon must be able to write there") from exc
    try:
        if not _lock(descriptor):
            pid = _facts(descriptor).get("pid")
            who = f"process {pid}" if pid else "another process"
            raise StoreError(f"{database}: a daemon already runs on it ({who}), stop that one first")
        yield Beat(descriptor, now)
    finally:
        os.close(descriptor)


def read_lock(database: Path) -> LockState:
    """Who holds the lock, without taking it from anybody."""
    try:
        descriptor = os.open(lock_path(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return LockState(held=False)
    try:
        facts = _facts(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            held = False
        except BlockingIOError:
            held = True
    finally:
        os.close(descriptor)
    return LockState(
        held=held,
        pid=facts.get("pid"),
        started=_moment(facts.get("started")),
        heartbeat=_moment(facts.get("heartbeat")),
        done={job: moment for job, text in facts.get("done", {}).items() if (moment := _moment(text))},
        failing=dict(facts.get("failing", {})),
        undelivered=facts.get("undelivered"),
    )


def _lock(descriptor: int) -> bool:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_WAIT_S)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            continue
    return False


def _facts(descriptor: int) -> dict[str, Any]:
    try:
        facts = json.loads(os.pread(descriptor, 65536, 0))
    except ValueError:  # empty, or not ours
        return {}
    return facts if isinstance(facts, dict) else {}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
