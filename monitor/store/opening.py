"""Opening the file: what is refused before a byte of it is touched, and how a new one comes to be."""

import os
from pathlib import Path

from monitor.errors import StoreError
from monitor.store import uses
from monitor.store.backup import FOLDER, latest_good, make_backup
from monitor.store.connection import APPLICATION_ID, BUSY_TIMEOUT_S, Connection
from monitor.store.migrations import SCHEMA_VERSION, migrate
from monitor.store.translate import BACKUP_ADVICE

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_APPLICATION_ID_AT = slice(68, 72)  # in the header, big-endian: https://www.sqlite.org/fileformat.html


def open_connection(
    path: Path, *, create: bool = False, check: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> Connection:
    """A connection to a healthy database of the current version, or StoreError with what to do."""
    if not path.exists():
        if not create:
            raise StoreError(
                f"{path}: no database there; `monitor poll` and `monitor daemon` make one, "
                "or check `database` in the configuration"
            )
        _create(path, busy_timeout_s)
    try:
        with uses.OPENING:
            if not uses.is_open(path):  # else it was looked at, and looking again would drop the locks on it
                _check_header(path)
            connection = Connection(path, busy_timeout_s=busy_timeout_s)
        return _checked(connection, path, check=check)
    except StoreError as error:
        raise _naming_backup(error, path) from error


def _checked(connection: Connection, path: Path, *, check: bool) -> Connection:
    try:
        version = _check_version(connection)
        if check:
            _check_health(connection)
        if version < SCHEMA_VERSION:
            if version:  # at 0 there is nothing in it yet
                make_backup(path, path.parent / FOLDER / f"{path.stem}-schema-{version}.db")
            migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path, busy_timeout_s: float) -> None:
    """Make the database beside its place and link it there once complete: a crash never leaves half of one."""
    half = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        # 0600: reports and addresses are nobody else's business. SQLite gives its -wal and -shm the same mode.
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: cannot be made ({error.strerror}); check the folder and its rights") from error
    try:
        connection = Connection(half, busy_timeout_s=busy_timeout_s)
        try:
            connection.pragma("journal_mode = WAL")  # stays with the file
            migrate(connection)
        finally:
            connection.close()  # also folds the -wal into the file
        os.link(half, path)
    except FileExistsError:
        pass  # another program made it in the meantime: that one is used
    except StoreError as error:
        raise StoreError(str(error).replace(str(half), str(path))) from error
    finally:
        for name in (half.name, f"{half.name}-wal", f"{half.name}-shm"):
            half.with_name(name).unlink(missing_ok=True)


def _check_header(path: Path) -> None:
    """Refuse what is not ours by its first bytes, without SQLite: opening another program's file could change it."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}); check `database` in the configuration") from error
    if not header:
        raise StoreError(
            f"{path}: empty, so what it held is lost; {BACKUP_ADVICE}, or delete it and run `monitor poll`"
        )
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise StoreError(
            f"{path}: not a SQLite database, or damaged; check `database` in the configuration, or {BACKUP_ADVICE}"
        )
    if int.from_bytes(header[_APPLICATION_ID_AT], "big") != APPLICATION_ID:
        raise StoreError(f"{path}: belongs to another program, left untouched; check `database` in the configuration")


def _check_version(connection: Connection) -> int:
    version: int = connection.pragma("user_version")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{connection.path}: written by a newer monitor (schema {version}, this one knows {SCHEMA_VERSION}); "
            "install the newer version, the file was left untouched"
        )
    return version


def _check_health(connection: Connection) -> None:
    """quick_check reads the file once: about a second for a million reports, and it finds damage before it spreads."""
    findings = connection.rows("PRAGMA quick_check(1)")
    verdict = next(iter(findings[0].values()))
    if verdict != "ok":
        raise StoreError(f"{connection.path}: damaged ({verdict.splitlines()[-1]}); {BACKUP_ADVICE}")


def _naming_backup(error: StoreError, path: Path) -> StoreError:
    """The same error; where it advises to take a backup and a good one is there, it names that one."""
    if BACKUP_ADVICE not in str(error):
        return error
    good = latest_good(path)
    if good is None:
        return error
    return StoreError(str(error).replace(BACKUP_ADVICE, f"the latest good backup: `monitor restore {good}`"))
