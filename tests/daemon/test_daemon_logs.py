import json
import logging

import pytest

from monitor.daemon.logs import JsonFormatter, TextFormatter


def record(message: str, **fields: object) -> logging.LogRecord:
    """A record as `log.info(message, extra=fields)` makes it."""
    made = logging.LogRecord("monitor.poll", logging.INFO, "f.py", 1, message, None, None)
    made.created = 1586239200.0
    vars(made).update(fields)
    return made


def test_text_line_has_time_level_and_fields() -> None:
    """Fields are key=value; a value with blanks stands in quotes."""
    line = TextFormatter().format(record("done", feeds=12, failed=1, took_s=0.12345, error="no such host"))

    assert line == '2020-04-07T06:00:00Z INFO poll: done feeds=12 failed=1 took_s=0.123 error="no such host"'


@pytest.mark.parametrize("nasty", ["a\nINFO forged", "a\x1b[31m", "a\u2028b", "a\x9b2J", "a\ud800"])
def test_no_value_breaks_the_line_or_steers_the_terminal(nasty: str) -> None:
    """Line breaks and controls in messages and fields are written as escapes."""
    line = TextFormatter().format(record(nasty, title=nasty))

    line.encode("utf-8")
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) <= 0x9F or letter == "\u2028" for letter in line)


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_login_in_an_address_is_masked(formatter: logging.Formatter) -> None:
    """Feeds may have a name and a password in their address; log lines do not tell them."""
    line = formatter.format(
        record("feed https://ann:s3cret@x.example/a", feed="https://ann:s3cret@x.example/rss?a=b@c")
    )

    assert "s3cret" not in line
    assert "https://***@x.example/rss?a=b@c" in line


def test_json_line_holds_the_same() -> None:
    """One object a line, fields beside the message."""
    line = JsonFormatter().format(record("done\nnext", feeds=12))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2020-04-07T06:00:00Z",
        "level": "info",
        "logger": "monitor.poll",
        "message": "done\nnext",
        "feeds": 12,
    }


def test_traceback_is_kept_whole() -> None:
    """An unforeseen error is logged with its traceback, indented below the line."""
    made = record("failed")
    try:
        raise ZeroDivisionError("x")
    except ZeroDivisionError as exc:
        made.exc_info = (type(exc), exc, exc.__traceback__)

    lines = TextFormatter().format(made).splitlines()
    assert lines[0].endswith("failed")
    assert lines[-1] == "    ZeroDivisionError: x"
    assert "ZeroDivisionError" in json.loads(JsonFormatter().format(made))["traceback"]
