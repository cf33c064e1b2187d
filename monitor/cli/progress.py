"""Progress to standard error: a bar on a terminal; elsewhere only lines that matter."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.cli.output import clean, say

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """A bar that appears with the first step and leaves no trace at the end."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            from monitor.cli.tables import console

            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}", markup=False, style="dim"),
                console=console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None, note="", visible=False)
        return self

    def set(self, done: int, total: int) -> None:
        """So much is done of so much."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None, visible=True)

    def note(self, text: str) -> None:
        """What was done last."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, note=clean(text)[:38])

    def say(self, text: str) -> None:
        """A line that stays."""
        if self._bar is None:
            say(text)
        else:
            self._bar.console.print(clean(text))

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
