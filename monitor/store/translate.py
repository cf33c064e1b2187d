"""The one place where SQLite's errors become ours: what is wrong, with which file, and what to do."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreError

BACKUP_ADVICE = "keep a copy of it and put the latest good backup in its place"

# Primary result code -> what to say. Codes that only a fault of ours can cause are absent: they pass on as they are.
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{path}: locked by another program; stop that program, or try again later",
    sqlite3.SQLITE_LOCKED: "{path}: locked by another program; stop that program, or try again later",
    sqlite3.SQLITE_FULL: "{path}: the disk is full and nothing was written; free some space and run the command again",
    sqlite3.SQLITE_IOERR: "{path}: the disk cannot be read or written ({detail}); check the disk and free space on it",
    sqlite3.SQLITE_READONLY: "{path}: cannot be written; make the file and its folder writable for user {user}",
    sqlite3.SQLITE_PERM: "{path}: cannot be written; make the file and its folder writable for user {user}",
    sqlite3.SQLITE_CANTOPEN: "{path}: cannot be opened; check that file and folder may be written by user {user}",
    sqlite3.SQLITE_CORRUPT: "{path}: damaged ({detail}); " + BACKUP_ADVICE,
    sqlite3.SQLITE_NOTADB: "{path}: not a SQLite database; check `database` in the configuration",
    sqlite3.SQLITE_NOMEM: "{path}: not enough memory; close other programs and run the command again",
}


@contextmanager
def translating(path: Path) -> Iterator[None]:
    """Errors of SQLite inside become `StoreError`, the cause kept; errors in our own SQL stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        sentence = sentence_for(error, path)
        if sentence is None:
            raise
        raise StoreError(sentence) from error


def sentence_for(error: sqlite3.Error, path: Path) -> str | None:
    """What to tell people about the error, or None if it is our own fault."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the primary code; the rest tells the kind of it (SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE ...).
    template = _SENTENCES.get(code & 0xFF) if code is not None else None
    return template.format(path=path, detail=error, user=_user()) if template else None


def _user() -> str:
    return os.environ.get("USER") or str(os.geteuid() if hasattr(os, "geteuid") else "")
