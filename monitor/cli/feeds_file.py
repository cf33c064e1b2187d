"""Changes to the list of feeds that leave people's comments and order alone."""

import os
import re
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import ConfigError
from monitor.model import FeedSource

_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*feeds[ \t]*\]\]", re.MULTILINE)


def append_feed(path: Path, source: FeedSource) -> None:
    """Writes one more [[feeds]] table at the end of the file; ConfigError if the address is there already."""
    if not append_feeds(path, [source]):
        raise ConfigError(f"{path}: {source.url} is listed already, nothing to add")


def append_feeds(path: Path, sources: Sequence[FeedSource]) -> int:
    """Writes a [[feeds]] table for each whose address is not there yet, all or none; gives how many."""
    from monitor.feeds.sources import dump_feeds, load_feeds, parse_feeds

    text = _read(path) if path.exists() else ""
    known = {source.url for source in load_feeds(path)} if text else set()
    new = [source for source in {one.url: one for one in reversed(sources)}.values() if source.url not in known]
    if not new:
        return 0
    tables = dump_feeds(reversed(new))
    whole = f"{text.rstrip()}\n\n{tables.lstrip()}" if text.strip() else tables
    parse_feeds(whole, str(path))  # what is written can be read
    _replace(path, whole)
    return len(new)


def remove_feed(path: Path, url: str) -> None:
    """Takes the [[feeds]] table of this address out of the file; ConfigError if there is none."""
    text = _read(path)
    starts = [found.start() for found in _TABLE.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if _url_of(text[start:end]) == url:
            _replace(path, text[:start].rstrip() + "\n\n" + _comments_after(text[start:end]) + text[end:])
            return
    raise ConfigError(f"{path}: {url} is not listed, see `monitor feeds list`")


def _comments_after(table: str) -> str:
    """Comment lines at the end of a table belong to what follows."""
    lines = table.splitlines(keepends=True)
    keep: list[str] = []
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        keep.insert(0, lines.pop())
    return "".join(keep).lstrip("\n")


def _url_of(table: str) -> str | None:
    try:
        url = tomllib.loads(table)["feeds"][0].get("url")
    except (tomllib.TOMLDecodeError, KeyError, IndexError, AttributeError):
        return None
    return url if isinstance(url, str) else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read ({exc.strerror}), check `feeds` in the configuration") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path}: not UTF-8 text at byte {exc.start}, save it as UTF-8") from exc


def _replace(path: Path, text: str) -> None:
    """The whole new file or the whole old one, never half of either."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                out.write(text.rstrip() + "\n")
                out.flush()
                os.fsync(out.fileno())
            os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be written ({exc.strerror}), check the rights of its folder") from exc
