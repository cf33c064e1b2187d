"""Log lines with fields: `key=value` for people, JSON for machines. Never a line break or an escape."""

import json
import logging
import re
from datetime import UTC, datetime

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LOGIN = re.compile(r"(\w://)[^/\s@]+@")  # name and password in an address
_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def one_line(value: object) -> str:
    """A value as text that can neither break a log line nor steer a terminal, nor tell the login of an address."""
    text = _LOGIN.sub(r"\1***@", str(value))
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode(), text)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What was given as `extra=`."""
    return {key: value for key, value in vars(record).items() if key not in _OWN and not key.startswith("_")}


class TextFormatter(logging.Formatter):
    """`2020-04-07T06:00:00Z INFO poll: done feeds=12 failed=1`; a text with blanks stands in quotes."""

    def format(self, record: logging.LogRecord) -> str:
        """One line for one record; a traceback follows on lines of its own, each indented."""
        parts = [
            _stamp(record),
            record.levelname,
            f"{record.name.removeprefix('monitor.')}:",
            one_line(record.getMessage()),
        ]
        parts += [f"{key}={_quoted(value)}" for key, value in fields_of(record).items()]
        line = " ".join(parts)
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            line += "".join(f"\n    {one_line(part)}" for part in trace.splitlines())
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One object for one record, a traceback included as one text."""
        entry: dict[str, object] = {
            "time": _stamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= fields_of(record)
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        # The login is masked in the finished line: it may stand in any of its texts.
        return _LOGIN.sub(r"\1***@", json.dumps(entry, default=str))


def _stamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _quoted(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    text = one_line(value)
    return json.dumps(text, ensure_ascii=False) if not text or re.search(r'[\s"=]', text) else text
