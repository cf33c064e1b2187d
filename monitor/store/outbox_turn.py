"""One program at a time empties the outbox: a lock on a file beside the database, free however its holder died.

So messages keep their order, and a row in `sending` that is found once the lock is held was left by one that died.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.errors import StoreError

_LOOK_S = 0.02  # between two tries


def lock_path(database: Path) -> Path:
    """The lock file of the database's outbox."""
    return database.with_name(f"{database.name}.outbox.lock")


@contextmanager
def outbox_turn(database: Path, *, wait_s: float, stopping: Callable[[], bool]) -> Iterator[bool]:
    """Holds the lock; False if another program still had it after that time, or we are to stop."""
    path = lock_path(database)
    try:
        descriptor = _opened(path, database)
    except OSError as exc:
        raise StoreError(
            f"{path}: cannot be made ({exc.strerror}), whoever delivers must be able to write there"
        ) from exc
    try:
        yield _lock(descriptor, time.monotonic() + wait_s, stopping)
    finally:
        os.close(descriptor)


def _opened(path: Path, database: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    if os.geteuid() == 0:  # as SQLite does with its own files: the daemon of another user must be able to lock it
        with suppress(OSError):
            owner = database.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _lock(descriptor: int, deadline: float, stopping: Callable[[], bool]) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if stopping() or time.monotonic() >= deadline:
                return False
        time.sleep(_LOOK_S)
