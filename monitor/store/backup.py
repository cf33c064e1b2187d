"""Backups: taken while others write, verified before they bear their name, and put back with the old file kept."""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.store import uses
from monitor.store.connection import APPLICATION_ID, BUSY_TIMEOUT_S
from monitor.store.translate import translating

FOLDER = "backups"  # beside the database, so that whoever finds the database damaged finds them
_HALF_S = 86400.0  # what is half done for so long was left by a crash
_STAMP = "%Y%m%dT%H%M%SZ"

Failpoint = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that lies in the folder of a database."""

    path: Path
    made: datetime
    size_bytes: int


def daily_path(database: Path, now: datetime) -> Path:
    """Where a backup made now goes, unless told otherwise."""
    return database.parent / FOLDER / f"{database.stem}-{now.astimezone(UTC):{_STAMP}}.db"


def backups_of(database: Path) -> list[Backup]:
    """The backups in the database's own folder of them, newest first; they need not be good."""
    pattern = re.compile(rf"{re.escape(database.stem)}-(\d{{8}}T\d{{6}}Z)\.db")
    found = []
    try:
        for path in (database.parent / FOLDER).iterdir():
            if match := pattern.fullmatch(path.name):
                made = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
                found.append(Backup(path=path, made=made, size_bytes=path.stat().st_size))
    except (OSError, ValueError):
        return []
    return sorted(found, key=lambda one: one.made, reverse=True)


def latest_good(database: Path) -> Path | None:
    """The newest backup in that folder that is whole."""
    for one in backups_of(database):
        try:
            verify(one.path)
        except StoreError:
            continue
        return one.path
    return None


def make_backup(database: Path, target: Path, *, failpoint: Failpoint = lambda name: None) -> int:
    """Copy the database as it is at one moment, while others write; gives the size in bytes.

    1. it is copied under another name, readable by its owner only
    2. the copy is read whole for damage
    3. it is flushed to the disk and takes its name: whatever bore that name before is whole until then
    """
    if target.exists() and database.exists() and target.samefile(database):
        raise StoreError(f"{target}: is the database itself, name another file for the backup")
    with _part_of(target) as part:
        with (
            translating(database),
            uses.using(database),
            closing(_connect(database)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            # All pages in one step: with several, each write of another program would start the copying anew.
            source.backup(copy)  # 1
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal
        failpoint("backup: copied")
        verify(part)  # 2
        _flush(part)
        failpoint("backup: verified")
        size = part.stat().st_size
        os.replace(part, target)  # 3
        _flush(target.parent)
    return size


def verify(path: Path) -> int:
    """Read a backup whole; gives its schema's version, or raises StoreError saying what is wrong with it."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}), name a backup") from error
    if not head.startswith(b"SQLite format 3\x00") or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path}: not a database of the monitor, name another backup")
    # immutable: nothing is written beside a backup only because somebody looks at it
    with translating(path), closing(_connect(path, "mode=ro&immutable=1")) as raw:
        verdict = str(raw.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if verdict == "ok" and raw.execute("PRAGMA foreign_key_check").fetchone():
            verdict = "rows refer to rows that are gone"
        version: int = raw.execute("PRAGMA user_version").fetchone()[0]
    if verdict != "ok":
        raise StoreError(f"{path}: damaged ({verdict.splitlines()[-1]}), name another backup")
    return version


def restore(backup: Path, database: Path, now: datetime, *, failpoint: Failpoint = lambda name: None) -> Path | None:
    """Put a backup in the database's place; gives where the old file went, None if there was none.

    Nothing may work on the database meanwhile: the caller holds the daemon's lock.
    """
    verify(backup)
    aside = database.with_name(f"{database.name}.before-restore-{now.astimezone(UTC):{_STAMP}}")
    if backup.exists() and database.exists() and backup.samefile(database):
        raise StoreError(f"{backup}: is the database itself, name a backup")
    with _part_of(database) as part:
        looking = _connect(backup, "mode=ro&immutable=1")
        with translating(backup), closing(looking) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = WAL")
        verify(part)
        _flush(part)
        failpoint("restore: copied")
        had = database.exists()
        # The log goes first: beside the new file it would be taken for the new file's own.
        for suffix in ("-wal", "-shm", ""):
            old = database.with_name(database.name + suffix)
            if old.exists():
                os.replace(old, aside.with_name(aside.name + suffix))
                failpoint(f"restore: moved {suffix or 'the database'}")
        os.replace(part, database)
        _flush(database.parent)
    return aside if had else None


def rotate(database: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups in the database's folder of them, and what a crash left half done."""
    gone = [one.path for one in backups_of(database)[keep:]]
    half = (database.parent / FOLDER).glob(f".{database.stem}-*.part-*")
    for path in [*gone, *(one for one in half if time.time() - one.stat().st_mtime > _HALF_S)]:
        path.unlink(missing_ok=True)
    return gone


def vacuum(database: Path) -> tuple[int, int]:
    """Give the disk what removed rows have left; gives the size before and after.

    Nothing may work on the database meanwhile: the caller holds the daemon's lock.
    """
    before = database.stat().st_size
    with translating(database), uses.using(database), closing(_connect(database)) as raw:
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, database.stat().st_size


def tidy(database: Path) -> None:
    """Let SQLite look again at how its tables are used."""
    with translating(database), uses.using(database), closing(_connect(database)) as raw:
        raw.execute("PRAGMA optimize")


def _connect(path: Path, query: str = "mode=rw") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{query}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A private new file beside the target, gone afterwards if it has not taken the target's name."""
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # left by a crash
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{target}: cannot be made ({error.strerror}); check the folder and its rights") from error
    try:
        yield part
    except StoreError as error:
        raise StoreError(str(error).replace(str(part), str(target))) from error
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error.strerror}); check the disk") from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
