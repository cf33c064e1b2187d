"""What the daemon watches: settings, feeds and baselines, read together so that a reload takes all of it or nothing."""

from dataclasses import dataclass
from pathlib import Path

from monitor.config import Settings
from monitor.model import Baseline, FeedSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One consistent reading of the configuration and of the files that it names."""

    settings: Settings
    sources: tuple[FeedSource, ...]
    baselines: tuple[Baseline, ...]
    files: tuple[Path, ...]  # what it was read from: a change there asks for another reading

    def stamp(self) -> tuple[tuple[int, int] | None, ...]:
        """Changes whenever one of the files does."""
        return tuple(_stamp(path) for path in self.files)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
