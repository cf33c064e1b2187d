"""The list of feeds as a TOML file: read with errors that name the place, written so that it reads back the same."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import ConfigError
from monitor.model import FeedSource

KEYS = ("url", "title", "tags", "interval", "full_text", "publisher", "language")
UNITS_S = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_INTERVAL_S = 30 * 86400.0


def load_feeds(path: Path) -> list[FeedSource]:
    """The feeds of the file, in its order; a ConfigError names file and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise ConfigError(f"{path}: there is no such file; `monitor init` makes one") from exc
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read ({exc.strerror}); check `feeds` in the configuration") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path}: not UTF-8 text at byte {exc.start}; save it as UTF-8") from exc
    return parse_feeds(text, str(path))


def parse_feeds(text: str, name: str) -> list[FeedSource]:
    """The feeds of a TOML text; `name` stands in the errors."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{name}: not valid TOML: {exc}") from exc
    for key in document:
        if key != "feeds":
            raise ConfigError(f"{name}: {key}: unknown key; the file holds [[feeds]] tables only")
    rows = document.get("feeds", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{name}: feeds: write each feed as a [[feeds]] table")
    sources = [_source(row, f"{name}: feeds[{number}]") for number, row in enumerate(rows)]
    _refuse_twins(sources, name)
    return sources


def dump_feeds(sources: Iterable[FeedSource]) -> str:
    """The TOML text of the feeds."""
    return "\n".join(_table(source) for source in sources)


def _source(row: dict[str, Any], where: str) -> FeedSource:
    for key in row:
        if key not in KEYS:
            raise ConfigError(f"{where}.{key}: unknown key; known are {', '.join(KEYS)}")
    if "url" not in row:
        raise ConfigError(f"{where}.url: missing; each feed needs its address")
    return FeedSource(
        url=_url(row["url"], f"{where}.url"),
        title=_text(row, "title", where),
        tags=_tags(row.get("tags", []), f"{where}.tags"),
        interval_s=interval_s(row["interval"], f"{where}.interval") if "interval" in row else None,
        full_text=_flag(row.get("full_text", False), f"{where}.full_text"),
        publisher=_text(row, "publisher", where),
        language=_text(row, "language", where, check=_is_language, wanted='a language such as "en" or "ar"'),
    )


def _url(value: Any, where: str) -> str:
    problem = f"{where}: not an http(s) address"
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f]", value) or len(value) > 2048:
        raise ConfigError(problem)
    try:
        parts = urlsplit(value)
    except ValueError as exc:
        raise ConfigError(problem) from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(problem)
    return value


def _text(
    row: dict[str, Any],
    key: str,
    where: str,
    *,
    check: Callable[[str], bool] = lambda text: "\n" not in text,
    wanted: str = "a text on one line",
) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not check(value):
        raise ConfigError(f"{where}.{key}: not {wanted}")
    return value.strip()


def _is_language(text: str) -> bool:
    return re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", text) is not None


def _tags(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag.strip() for tag in value):
        raise ConfigError(f'{where}: not a list of texts such as ["iraq", "press"]')
    return tuple(dict.fromkeys(tag.strip() for tag in value))


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{where}: not true or false")
    return value


def interval_s(value: Any, where: str) -> float:
    """Seconds of an interval written as a number of seconds or as "90 s", "30 min", "2 h", "1 d"."""
    seconds: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and (found := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d)\s*", value)):
        seconds = float(found[1]) * UNITS_S[found[2]]
    if seconds is None or not 0 < seconds <= LONGEST_INTERVAL_S:
        raise ConfigError(f'{where}: not a time between polls, such as "30 min", "2 h" or a number of seconds')
    return seconds


def _refuse_twins(sources: list[FeedSource], name: str) -> None:
    seen: dict[str, int] = {}
    for number, source in enumerate(sources):
        if source.url in seen:
            raise ConfigError(
                f"{name}: feeds[{number}].url: the same address as feeds[{seen[source.url]}]; remove one of them"
            )
        seen[source.url] = number


def _table(source: FeedSource) -> str:
    lines = ["[[feeds]]", f"url = {_quoted(source.url)}"]
    if source.title:
        lines.append(f"title = {_quoted(source.title)}")
    if source.publisher:
        lines.append(f"publisher = {_quoted(source.publisher)}")
    if source.language:
        lines.append(f"language = {_quoted(source.language)}")
    if source.tags:
        lines.append(f"tags = [{', '.join(_quoted(tag) for tag in source.tags)}]")
    if source.interval_s is not None:
        lines.append(f"interval = {source.interval_s!r}".removesuffix(".0"))
    if source.full_text:
        lines.append("full_text = true")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """The text as a TOML basic string."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    pieces = (named.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
    return '"' + "".join(pieces) + '"'
