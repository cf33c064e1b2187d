"""SQL of the user's own: reading only, on a connection of its own, within a time limit."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.errors import QueryError, StoreError
from monitor.store.translate import sentence_for

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
# Pragmas that only tell something; the full-text index asks for the first by itself.
_TELLING = frozenset(
    {
        "data_version", "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
        "foreign_key_list", "compile_options", "function_list",
    }
)  # fmt: skip
_STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's machine, well under a millisecond each time


def run(path: Path, sql: str, params: Mapping[str, Any] | Sequence[Any], *, limit_s: float) -> list[dict[str, Any]]:
    """The rows of a SELECT, WITH, VALUES or EXPLAIN; StoreError in one line for anything else or a mistake in it."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(sentence_for(error, path) or f"{path}: {error}") from error
    until = time.monotonic() + limit_s
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_authorize)
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
        cursor = connection.execute(sql, params)
        if cursor.description is None:
            raise QueryError("query: this reads nothing; give one SELECT or WITH statement")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _explained(error, path, limit_s) from error
    finally:
        connection.close()


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA and first in _TELLING:
        return sqlite3.SQLITE_OK
    # How SQLite itself declares the columns of a virtual table (the search index, json_each); the file is open to read.
    if action == sqlite3.SQLITE_UPDATE and first in ("sqlite_master", "sqlite_temp_master"):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in ("load_extension", "fts3_tokenizer"):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _explained(error: Exception, path: Path, limit_s: float) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT:
        return StoreError(f"query: stopped after {limit_s:g} s; narrow it with WHERE or LIMIT")
    if code in (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY):
        return QueryError("query: only reading is allowed; give one SELECT or WITH statement")
    if isinstance(error, sqlite3.Error) and (sentence := sentence_for(error, path)):
        return StoreError(sentence)
    message = " ".join(str(error).split()).rstrip(".")
    return QueryError(f'query: {message}; `monitor query "SELECT name, sql FROM sqlite_master"` shows what there is')
