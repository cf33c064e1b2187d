"""One connection to the database: every write inside BEGIN IMMEDIATE, every error translated.

It is used by one thread at a time. That is the thread that opened it, but for what ends a transaction: while another
thread does that, the first must leave the connection alone.
"""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from monitor.store import uses
from monitor.store.translate import translating
from monitor.store.values import Params, bindable

APPLICATION_ID = 0x4D4F4E31  # "MON1": tells our files from those of other programs
BUSY_TIMEOUT_S = 10.0
# The connections of this process write one after the other. Before 3.51.3, SQLite could damage a file when two of them
# wrote and folded back the log at one moment: https://www.sqlite.org/wal.html#walresetbug
_TURNS: defaultdict[Path, threading.RLock] = defaultdict(threading.RLock)


class Connection:
    """The database of one file. Statements take named parameters; rows come as dicts."""

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._turn = _TURNS[path.absolute()]
        self._busy_timeout_s = busy_timeout_s
        self._is_open = False
        with translating(path):
            # isolation_level None: sqlite3 opens no transactions of its own, so the only ones are those of `write`.
            raw = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
            try:
                self.db = Database(raw)
                raw.execute("PRAGMA foreign_keys = ON")
                # FULL: an alert marked as sent must not come back as unsent after a power cut.
                raw.execute("PRAGMA synchronous = FULL")
                # Bounds the -wal file after a burst of writing.
                raw.execute("PRAGMA journal_size_limit = 16000000")
            except BaseException:
                raw.close()
                raise
        self._raw = raw
        self._is_open = True
        uses.opened(path)

    def close(self) -> None:
        """Give the file back."""
        self._raw.close()
        if self._is_open:
            self._is_open = False
            uses.closed(self.path)

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction. It takes the write lock at once: a lock taken later fails without waiting for its turn."""
        if self._raw.in_transaction:  # part of a larger one: all or nothing with it
            yield
            return
        # Without its turn in time it asks SQLite all the same, whose error tells who is in the way.
        has_turn = self._turn.acquire(timeout=self._busy_timeout_s)
        try:
            with translating(self.path):
                self._raw.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self.commit()
                except BaseException:
                    # A full disk has already undone the transaction; another ROLLBACK would hide the cause.
                    if self._raw.in_transaction:
                        self._raw.execute("ROLLBACK")
                    raise
        finally:
            if has_turn:
                self._turn.release()

    def commit(self) -> None:
        """End the transaction of `write` before its block ends; what follows in the block must not write."""
        if self._raw.in_transaction:
            with translating(self.path):
                self._raw.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[None]:
        """One moment of the database: several statements see the same state, also while another program writes."""
        if self._raw.in_transaction:
            yield
            return
        with translating(self.path):
            self._raw.execute("BEGIN")
            try:
                yield
            finally:
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")

    def rows(self, sql: str, params: Params | None = None) -> list[dict[str, Any]]:
        """All rows of a query."""
        with translating(self.path):
            cursor = self._raw.execute(sql, bindable(params or {}))
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, sql: str, params: Params | None = None) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        with translating(self.path):
            found: dict[str, Any] | None = self._cursor().execute(sql, bindable(params or {})).fetchone()
            return found

    def value(self, sql: str, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, params)
        return None if found is None else next(iter(found.values()))

    def run(self, sql: str, params: Params | None = None) -> int:
        """Do one statement inside `write`; gives the number of rows it changed."""
        return self._execute(sql, params).rowcount

    def run_many(self, sql: str, params: Iterable[Params]) -> None:
        """Do one statement for each of the parameters inside `write`."""
        self._must_write()
        with translating(self.path):
            self._raw.executemany(sql, map(bindable, params))

    def run_rows(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same with unnamed parameters (`?`), as `bound` gives them: SQLite takes them with less work."""
        self._must_write()
        with translating(self.path):
            self._raw.executemany(sql, rows)

    def insert(self, sql: str, params: Params | None = None) -> int:
        """Do one INSERT inside `write`; gives the new row's id."""
        row_id = self._execute(sql, params).lastrowid
        assert row_id is not None
        return row_id

    def _must_write(self) -> None:
        if not self._raw.in_transaction:
            raise RuntimeError("a write outside of Connection.write")

    def _execute(self, sql: str, params: Params | None) -> sqlite3.Cursor:
        self._must_write()
        with translating(self.path):
            return self._cursor().execute(sql, bindable(params or {}))

    def _cursor(self) -> sqlite3.Cursor:
        # Set on the cursor, not on the connection: sqlite-utils reads plain tuples from the same connection.
        cursor = self._raw.cursor()
        cursor.row_factory = _as_dict
        return cursor

    def pragma(self, name: str) -> Any:
        """The value of a pragma."""
        return self.value(f"PRAGMA {name}")


def _as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
