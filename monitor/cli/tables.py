"""Tables and cards for a terminal, by Rich. Every text is shown as it is, never read as markup."""

import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any, cast

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.cli.output import Guarded, clean, plain, to_json

STYLES = {
    "supports": "green",
    "contradicts": "bold red",
    "updates": "yellow",
    "related": "cyan",
    "supported": "green",
    "disputed": "bold red",
    "overtaken": "yellow",
    "unreported": "dim",
    "high": "bold red",
    "normal": "yellow",
    "low": "dim",
    "sent": "green",
    "pending": "yellow",
    "held": "dim",
    "throttled": "dim",
    "failed": "bold red",
    "matched": "green",
    "near miss": "yellow",
    "ok": "green",
    "failing": "bold red",
    "retired": "red",
    "silent": "yellow",
    "never polled": "dim",
    "warning": "yellow",
    "hint": "cyan",
    "error": "bold red",
}
_SHORT = 22  # letters that stay on one line
_FEW_WORDS = 16  # letters a line below which a long text is a pain to read
_GAP = 3  # between columns
_SHARES = {"passage": 3, "text": 3, "title": 2, "reason": 2, "message": 3, "url": 2}


def console(*, stderr: bool = False) -> Console:
    """A console that knows its terminal; where there is none, lines are as wide as COLUMNS says, else 100."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _columns(100)
    file = cast(IO[str], Guarded(stream))
    return Console(file=file, width=width, highlight=False, emoji=False, markup=False)


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """One row a line where it fits, else a column a line; long texts wrap, nothing is cut."""
    out = console()
    whole = _fits(rows, columns, out.width, whole_heads=True)
    if not whole:
        columns = [name for name in columns if any(cell_text(row.get(name)) for row in rows)]
        if not _fits(rows, columns, out.width):
            _print_records(out, rows, columns)
            return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    numeric = {name for name in columns if all(isinstance(row.get(name), int | float | None) for row in rows)}
    for name in columns:
        short = name not in _SHARES and max((len(cell_text(row.get(name))) for row in rows), default=0) <= _SHORT
        table.add_column(
            name.replace("_", " " if whole or not short else "\n"),
            justify="right" if name in numeric else "left",
            no_wrap=short,
            overflow="fold",
            ratio=None,
        )
    for row in rows:
        table.add_row(*(styled(cell_text(row.get(name))) for name in columns))
    out.print(table)


def _fits(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], width: int, *, whole_heads: bool = False) -> bool:
    """Whether every column can be read: its short values whole, its long ones with a few words a line."""
    least = _GAP * (len(columns) - 1)
    for name in columns:
        longest = max((len(cell_text(row.get(name))) for row in rows), default=0)
        short = longest <= _SHORT and name not in _SHARES
        head = len(name) if whole_heads and short else max(map(len, name.split("_")))
        least += max(head, longest if short else min(longest, _FEW_WORDS))
    return least <= width


def _print_records(out: Console, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Each row as a block of its values that are there, with the name of the column in front."""
    for row in rows:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for name in columns:
            if text := cell_text(row.get(name)):
                grid.add_row(Text(name.replace("_", " ")), styled(text))
        out.print(Padding(grid, (0, 0, 1, 0)))


def cell_text(value: Any) -> str:
    """A value as one cell: times without their seconds, lists by commas, scores with two places."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list):
        return ", ".join(cell_text(inner) for inner in value)
    if isinstance(value, dict):
        return to_json(value)
    text = clean(str(value))
    if len(text) == 20 and text[10] == "T" and text.endswith("Z"):
        return f"{text[:10]} {text[11:16]}"
    return text


def styled(text: str) -> Text:
    """Words with a meaning have a colour; everything else is left alone."""
    return Text(text, style=STYLES.get(text, ""))


def card(
    label: Sequence[str], body: Sequence[RenderableType], *, label_width: int = 13, gap: int = 1
) -> RenderableType:
    """A narrow column of labels beside a wide one of text."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=label_width, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text("\n").join(styled(clean(word)) for word in label), Group(*body))
    return Padding(grid, (0, 0, gap, 0))


def dim(text: str) -> Text:
    """Text of second rank."""
    return Text(clean(text), style="dim")


def beside(head: Text, text: str | None) -> Text:
    """A heading with something of second rank behind it."""
    return head.append(f"  {clean(text)}", style="dim") if text else head


def indented(text: Text) -> RenderableType:
    """Text that hangs two columns in, however it wraps."""
    return Padding(text, (0, 0, 0, 2))


def bold(text: str) -> Text:
    """A heading."""
    return Text(clean(text), style="bold")


def _columns(default: int) -> int:
    import os

    try:
        return max(40, int(os.environ.get("COLUMNS", default)))
    except ValueError:
        return default
