"""What a caller may hang into a stage: how far it is, whether to stop, and the points where a test lets it die."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]  # (done, of how many)
Stopping = Callable[[], bool]
Failpoint = Callable[[str], None]


def no_progress(done: int, total: int) -> None:
    """Tells nobody."""


def never() -> bool:
    """Goes on to the end."""
    return False


def no_failpoint(name: str) -> None:
    """Goes on: the names are places where tests/crash ends the process."""
