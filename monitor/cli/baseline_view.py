"""A baseline on a terminal: its head, its claims, its entities."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor.cli.output import clean
from monitor.cli.tables import bold, console, dim, indented
from monitor.model import Baseline


def print_baseline(baseline: Baseline) -> None:
    """Head, claims with their phrases, entities with their aliases."""
    out = console()
    out.print(bold(baseline.title))
    facts = (baseline.author, baseline.publisher, baseline.published, baseline.url, f"id {baseline.id}")
    out.print(dim(" · ".join(str(fact) for fact in facts if fact)))
    out.print()
    out.print(_claims(baseline))
    out.print()
    out.print(_entities(baseline))


def _claims(baseline: Baseline) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("claim", no_wrap=True, style="cyan")
    table.add_column(f"{len(baseline.claims)} claims", overflow="fold")
    for claim in baseline.claims:
        body = Text(clean(claim.text))
        if claim.threshold is not None:
            body.append(f"  (threshold {claim.threshold:g})", style="dim")
        table.add_row(clean(claim.id), Group(body, *(indented(dim(phrase)) for phrase in claim.phrases)))
    return table


def _entities(baseline: Baseline) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("type", no_wrap=True, style="dim")
    table.add_column(f"{len(baseline.entities)} entities", overflow="fold")
    for entity in sorted(baseline.entities, key=lambda one: (one.type, one.name.casefold())):
        body = Text(clean(entity.name))
        if entity.aliases:
            body.append(f"  {clean(', '.join(entity.aliases))}", style="dim")
        if entity.excluded:
            body.append(f"\n  not: {clean(', '.join(entity.excluded))}", style="red")
        table.add_row(clean(entity.type), body)
    return table
