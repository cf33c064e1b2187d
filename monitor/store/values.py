"""The door between Python's values and SQLite's: times as UTC text, tuples as JSON, text that SQLite can hold."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

Params = Mapping[str, Any]

_MAX_INT = 2**63 - 1
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)  # one moment goes into many rows
def to_iso(moment: datetime) -> str:
    """UTC as `2026-11-22T16:20:29Z`. Whole seconds always: mixed precision would not sort as text."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone reached the store")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """The same for a time that may not be known."""
    return None if moment is None else to_iso(moment)


@lru_cache(maxsize=256)
def from_iso(text: str) -> datetime:
    """The aware time that `to_iso` wrote."""
    return datetime.fromisoformat(text)


def from_iso_or_none(text: str | None) -> datetime | None:
    """The same for a column that may be NULL."""
    return None if text is None else from_iso(text)


def clean_text(text: str) -> str:
    """The text without NUL (SQLite's length() stops there) and with lone surrogates, which have no UTF-8, replaced."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()  # the quickest way to look for a surrogate
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_json(value: Any) -> str:
    """Compact JSON with readable letters, as it is stored in a column."""
    return _JSON.encode(value)


def bindable(params: Params) -> dict[str, Any]:
    """The parameters as SQLite takes them; every statement of the store passes here or through `bound`."""
    return {name: _BY_CLASS.get(value.__class__, _bindable)(value) for name, value in params.items()}


def bound(values: Iterable[Any]) -> list[Any]:
    """The same for unnamed parameters."""
    return [_BY_CLASS.get(value.__class__, _bindable)(value) for value in values]


def _bindable(value: Any) -> Any:
    if isinstance(value, str):  # StrEnum and the like
        return clean_text(str(value))
    for kind, bind in _BY_CLASS.items():
        if isinstance(value, kind):
            return bind(value)
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _clamped(value: int) -> int:
    return max(-_MAX_INT, min(_MAX_INT, value))


# What stands first is asked first: a bool is an int, too.
_BY_CLASS: dict[type, Callable[[Any], Any]] = {
    type(None): _as_it_is,
    str: clean_text,
    datetime: to_iso,
    bool: int,
    int: _clamped,
    float: _as_it_is,
}
