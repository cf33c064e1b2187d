"""Suggested words on a terminal: a card for each claim that has some, a line for each that has none."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from monitor.cli.output import clean
from monitor.cli.tables import bold, card, console, dim

_LONGEST = 240  # letters of an example

Row = Mapping[str, Any]


def print_suggested(rows: Sequence[Row]) -> None:
    """Each baseline's claims in the profile's order, first those with words."""
    out = console()
    for baseline in dict.fromkeys(row["baseline_id"] for row in rows):
        own = [row for row in rows if row["baseline_id"] == baseline]
        out.print(bold(baseline))
        out.print(dim("what stories on a claim share and its text and phrases do not have; how many stories say so"))
        out.print()
        for row in own:
            if row["words"]:
                out.print(_card(row))
        for row in own:
            if not row["words"]:
                out.print(card([row["claim_id"]], [dim(_why_none(row))], gap=0))


def _card(row: Row) -> RenderableType:
    words = ", ".join(f"{clean(one['word'])} {one['stories']}" for one in row["words"])
    body: list[RenderableType] = [dim(row["claim"]), Text(words, style="green")]
    if row["example"]:
        body.append(Text(f'"{_short(clean(row["example"]))}"').append(f"  report {row['report_id']}", style="dim"))
    return card([row["claim_id"], _stories(row["stories"])], body)


def _why_none(row: Row) -> str:
    if row["stories"] < row["needed"]:
        return f"{_stories(row['stories'])}, at least {row['needed']} needed"
    return f"{_stories(row['stories'])}, nothing in common that the profile lacks"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"
