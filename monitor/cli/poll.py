"""`monitor poll`: one round of all stages."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
