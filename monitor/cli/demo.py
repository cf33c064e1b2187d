"""`monitor demo`: the whole job on a feed server of its own."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import VerboseOption


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("demo", rich_help_panel="Begin")(demo)


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="FOLDER", help="Where database, mails and configuration go.")
    ] = Path("demo"),
    verbose: VerboseOption = 0,
) -> None:
    """Show the whole job: feeds polled over loopback, matches, alerts, the ledger, a digest mail.

    Example:

        monitor demo --folder /tmp/demo
    """
    from monitor.cli.output import write
    from monitor.demo import run

    raise typer.Exit(run(folder, write))
