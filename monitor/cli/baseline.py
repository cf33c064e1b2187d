"""`monitor baseline`: look at a profile, have it checked, begin one from an article, find words for it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import baseline_suggest
from monitor.cli.options import ConfigOption, Format, FormatOption, VerboseOption, settings_from
from monitor.errors import BaselineError, ConfigError

if TYPE_CHECKING:
    from monitor.config import FetchSettings
    from monitor.model import Baseline

group = typer.Typer(help="Show, check or begin a baseline; find phrases for it.", no_args_is_help=True)

Profiles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PROFILE]...", help="Profiles; else those of the configuration.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    baseline_suggest.register(group)
    app.add_typer(group, name="baseline", rich_help_panel="Look after")


@group.command("show")
def show(
    profiles: Profiles = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show claims and entities of a baseline.

    Example:

        monitor baseline show config/baselines/coalition-withdrawal.toml
    """
    from monitor.cli.output import print_rows

    for baseline in _loaded(profiles, config):
        if form is Format.TABLE:
            from monitor.cli.baseline_view import print_baseline

            print_baseline(baseline)
        else:
            print_rows(_rows(baseline), form)


@group.command("lint")
def lint(
    profiles: Profiles = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Say what an editor would want to know; exit code 1 if something is an error.

    Example:

        monitor baseline lint baselines/my-article.toml
    """
    from monitor.baseline.lint import lint as find
    from monitor.cli.output import print_rows

    rows = [
        {"baseline": baseline.id, "level": found.level, "where": found.where, "message": found.message}
        for baseline in _loaded(profiles, config)
        for found in find(baseline)
    ]
    several = len({row["baseline"] for row in rows}) > 1
    columns = [*(["baseline"] if several else []), "level", "where", "message"]
    print_rows(rows, form, columns, empty="nothing to say: the baseline is in good order")
    if any(row["level"] == "error" for row in rows):
        raise typer.Exit(1)


@group.command("extract")
def extract(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="An address, a saved page (.html), Markdown (.md) or plain text.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The baseline's id.")] = "my-article",
    title: Annotated[str | None, typer.Option("--title", help="The article's title; else its own.")] = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Print a profile drawn from an article: a draft to edit, not a verdict.

    An address is asked for within the limits of [fetch], if there is a configuration.

    Examples:

        monitor baseline extract analysis.txt --name analysis > baselines/analysis.toml

        monitor baseline extract https://www.example.org/analysis --name analysis
    """
    from monitor.baseline.extract import extract_baseline
    from monitor.baseline.profile import dump_profile
    from monitor.cli.articles import article_from
    from monitor.cli.init import check_name
    from monitor.cli.output import write

    check_name(name)
    found, url = article_from(article, lambda: _fetch_settings(config))
    if not found.text.strip():
        raise BaselineError(f"{article}: the article is empty, name a file with its text")
    drawn = extract_baseline(
        found.text,
        id=name,
        title=title or found.title,
        author=found.author,
        publisher=found.publisher,
        published=found.published,
        url=url,
        language=(found.language or "en").partition("-")[0],
    )
    write(dump_profile(drawn))


def _fetch_settings(config: Path | None) -> "FetchSettings":
    """The limits of the configuration; the usual ones where there is none yet, for a profile comes before it."""
    from monitor.config import FetchSettings, find_settings

    try:
        find_settings(config, os.environ)
    except ConfigError:
        if config:
            raise
        return FetchSettings()
    return settings_from(config).fetch


def _loaded(profiles: list[Path] | None, config: Path | None) -> "list[Baseline]":
    from monitor.baseline.profile import load_profile

    paths = profiles or list(settings_from(config).baselines)
    if not paths:
        raise ConfigError("no baseline: name a profile, or list one under `baselines` in the configuration")
    return [load_profile(path) for path in paths]


def _rows(baseline: "Baseline") -> list[dict[str, object]]:
    claims: list[dict[str, object]] = [
        {
            "baseline": baseline.id,
            "kind": "claim",
            "id": claim.id,
            "text": claim.text,
            "type": None,
            "threshold": claim.threshold,
            "others": claim.phrases,
            "not": (),
        }
        for claim in baseline.claims
    ]
    entities: list[dict[str, object]] = [
        {
            "baseline": baseline.id,
            "kind": "entity",
            "id": None,
            "text": entity.name,
            "type": entity.type,
            "threshold": None,
            "others": entity.aliases,
            "not": entity.excluded,
        }
        for entity in baseline.entities
    ]
    return [*claims, *entities]
