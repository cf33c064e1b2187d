"""Progress to standard error: a bar on a terminal, nothing but the troubles elsewhere."""

import sys
from types import TracebackType
from typing import Self

from monitor.cli.output import clean


class Progress:
    """A bar for a known number of steps. Where there is no terminal, only what went wrong is a line."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._shown = sys.stderr.isatty() and total > 1
        self._bar: object | None = None

    def __enter__(self) -> Self:
        if self._shown:
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            from monitor.cli.tables import console

            bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[last]}", markup=False, style="dim"),
                console=console(stderr=True),
                transient=True,
            )
            bar.start()
            self._task = bar.add_task(self._title, total=self._total, last="")
            self._bar = bar
        return self

    def step(self, what: str) -> None:
        """One step done."""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, last=clean(what)[:60])  # type: ignore[attr-defined]

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]
