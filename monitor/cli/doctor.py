"""`monitor doctor`: is everything in order, and what to do where it is not."""

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, Format, FormatOption, VerboseOption, utc_now


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor", rich_help_panel="Look after")(doctor)


def doctor(
    health: Annotated[
        bool, typer.Option("--health", help="Only: does the daemon live and work? One line; for health checks.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Leave the mail server alone.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Check configuration, baselines, feeds, database, daemon, mail, disk, clock and versions.

    Exit code 1 if something is an error. Nothing is changed, no mail is sent.

    Examples:

        monitor doctor

        monitor doctor --health
    """
    from monitor.cli.output import print_rows, write

    if health:
        ill = _ill(config)
        write(f"ill: {ill}\n" if ill else "ok\n")
        raise typer.Exit(1 if ill else 0)
    from monitor.cli.checks import examine

    rows = [check._asdict() for check in examine(config, os.environ, utc_now, ask_mail_server=not offline)]
    if form is Format.TABLE:
        from monitor.cli.cards import print_checks

        print_checks(rows)
    else:
        print_rows(rows, form)
    if any(row["state"] == "error" for row in rows):
        raise typer.Exit(1)


def _ill(config: Path | None) -> str | None:
    from monitor.cli.options import settings_from
    from monitor.daemon.health import why_ill
    from monitor.daemon.lock import read_lock

    settings = settings_from(config)
    return why_ill(read_lock(settings.database), settings.health, utc_now())
