"""Which database files this process has open, so that none of them is also opened as a plain file.

Closing any descriptor of a file drops all locks that the process holds on it, those of SQLite's connections included
(https://www.sqlite.org/howtocorrupt.html, section 2.2). Another program then takes itself for the last one to leave,
and removes the log that is still being written.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Held from the question "is it open here?" to the end of what follows from the answer.
OPENING = threading.RLock()
_open: Counter[Path] = Counter()


def is_open(path: Path) -> bool:
    """Whether a connection of this process has the file open; ask it while holding `OPENING`."""
    return _open[path.resolve()] > 0


def opened(path: Path) -> None:
    """Count a connection that is about to open the file."""
    with OPENING:
        _open[path.resolve()] += 1


def closed(path: Path) -> None:
    """Count a connection as closed."""
    with OPENING:
        _open[path.resolve()] -= 1


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Count a connection for as long as the block lasts."""
    opened(path)
    try:
        yield
    finally:
        closed(path)
