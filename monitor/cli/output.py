"""Rows to standard output in four formats. What feeds wrote can neither steer the terminal nor become a formula."""

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from monitor.cli.options import Format
from monitor.errors import OutputError

Row = Mapping[str, Any]

# C0, DEL, C1, line separators, bidirectional overrides, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")


def clean(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON that is safe to look at in a terminal: what could steer it is escaped."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return re.sub(
        r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text
    )


def to_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """CSV with a header; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def _cell(value: Any) -> Any:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, dict | list):
        value = to_json(value)
    if not isinstance(value, str):
        return value
    safe = _UNSAFE.sub(" ", value)
    return f"'{safe}" if _FORMULA.match(value) else safe


def write(text: str) -> None:
    """Text to standard output; a reader that went away (`| head`) ends the command quietly."""
    out = Guarded(sys.stdout)
    out.write(text)
    out.flush()


class Guarded:
    """Standard output whose end is no fault of the program: a reader that left, or a full disk behind it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """The text to the stream, or the command's end."""
        try:
            return int(self._stream.write(text))
        except OSError as exc:
            raise self._ended(exc) from None

    def flush(self) -> None:
        """What waits to the stream, or the command's end."""
        try:
            self._stream.flush()
        except OSError as exc:
            raise self._ended(exc) from None

    def _ended(self, exc: OSError) -> Exception:
        # What still waits in the stream would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        if isinstance(exc, BrokenPipeError):
            return typer.Exit(0)
        return OutputError(f"standard output: cannot be written ({exc.strerror}), check where it goes")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def say(text: str) -> None:
    """A line for people to standard error."""
    print(clean(text), file=sys.stderr)


def print_rows(
    rows: Sequence[Row], form: Format, columns: Sequence[str] | None = None, *, empty: str = "nothing found"
) -> None:
    """Prints a listing. In a table, `columns` are shown; the other formats hold every column."""
    every = list(dict.fromkeys(key for row in rows for key in row))
    if form is Format.JSON:
        write(to_json(rows, indent=2) + "\n")
    elif form is Format.JSONL:
        write("".join(f"{to_json(row)}\n" for row in rows))
    elif form is Format.CSV:
        write(to_csv(rows, every or list(columns or ())))
    elif not rows:
        say(empty)
    else:
        from monitor.cli.tables import print_table

        print_table(rows, columns or every)
