"""`monitor init`: a folder with a configuration for one's own baseline and feeds."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import VerboseOption


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("init", rich_help_panel="Begin")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; made if it does not exist.")],
    article: Annotated[
        Path | None,
        typer.Option("--article", "-a", metavar="FILE", help="An article as plain text to begin the baseline from."),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The baseline's id and file name.")
    ] = "my-article",
    title: Annotated[str | None, typer.Option("--title", help="The article's title; else its first line.")] = None,
    verbose: VerboseOption = 0,
) -> None:
    """Write a configuration of your own; what is already there is never overwritten.

    Examples:

        monitor init watch

        monitor init watch --article analysis.txt --name analysis
    """
    from monitor.cli.init_files import files_for, write_new
    from monitor.cli.output import clean, say, write

    check_name(name)
    for path, text in files_for(article, name=name, title=title).items():
        written = write_new(folder / path, text)
        write(f"{'wrote' if written else 'kept '}  {clean(str(folder / path))}\n")
    say(f"next: edit {folder}/baselines/{name}.toml and {folder}/feeds.toml, then: cd {folder} && monitor doctor")


def check_name(name: str) -> None:
    """Refuses a name that would not do as an id and a file name."""
    import re

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise typer.BadParameter("small letters, digits and hyphens only, e.g. tram-line", param_hint="--name")
