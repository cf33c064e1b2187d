"""`monitor digest`: look at the next digest, or send it now."""

import typer

group = typer.Typer(help="Preview or send the digest.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="digest", rich_help_panel="Read")
