"""Marks, what they taught and the thresholds they speak for, on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from monitor.cli.output import clean, say
from monitor.cli.tables import beside, bold, card, cell_text, console, dim, print_table

Row = Mapping[str, Any]


def print_marks(rows: Sequence[Row]) -> None:
    """One card a mark."""
    if not rows:
        say("no marks")
    out = console()
    for row in rows:
        label = [f"#{row['mark_id']}", row["mark"], row["claim_id"] or "any claim", cell_text(row["marked_at"])[:10]]
        body: list[RenderableType] = [
            beside(bold(row["title"]), row["publisher"]),
            dim(f"report {row['report_id']}{_scored(row)}{'' if row['counts'] else ', replaced by a later mark'}"),
        ]
        if row["note"]:
            body.append(Text(clean(row["note"]), style="cyan"))
        out.print(card(label, body))


def _scored(row: Row) -> str:
    return "" if row["score"] is None else f", stored with a score of {row['score']:.2f}"


def print_lessons(rows: Sequence[Row]) -> None:
    """One card a claim: the words for and against it, with their weights."""
    out = console()
    if rows:
        out.print(bold("What the marks taught"))
        out.print(dim("log odds that a word adds to the score of a report that uses it, largest first"))
        out.print()
    for row in rows:
        said = f"{row['relevant']} relevant, {row['noise']} noise"
        body: list[RenderableType] = [dim(said)]
        for sign, style in ((1, "green"), (-1, "red")):
            words = [f"{clean(term)} {weight:+.2f}" for term, weight in row["weights"] if weight * sign > 0]
            if words:
                body.append(Text(", ".join(words), style=style))
        out.print(card([row["claim_id"]], body))


def print_suggestions(rows: Sequence[Row]) -> None:
    """A line a claim, and the steps of those for which there is a suggestion."""
    out = console()
    print_table(rows, ["claim", "now", "suggested", "relevant", "noise", "reason"])
    for row in rows:
        if row["suggested"] is not None:
            out.print(bold(f"{row['claim']}: marked reports above each threshold"))
            print_table(row["steps"], ["threshold", "precision", "relevant", "noise"])
