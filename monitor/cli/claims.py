"""`monitor claims` (the ledger) and `monitor matches`."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.options import (
    BaselineFilter,
    ClaimFilter,
    ConfigOption,
    Format,
    FormatOption,
    LimitOption,
    VerboseOption,
    settings_from,
    store_from,
)
from monitor.errors import ConfigError
from monitor.model import Relation, Standing

if TYPE_CHECKING:
    from monitor.store import Store


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("claims", rich_help_panel="Read")(claims)
    app.command("matches", rich_help_panel="Read")(matches)


def claims(
    baseline: BaselineFilter = None,
    standing: Annotated[
        Standing | None, typer.Option("--standing", "-s", help="Only claims that stand so.", show_default=False)
    ] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show the ledger: each claim's standing today, and the passage that put it there.

    Examples:

        monitor claims

        monitor claims --standing disputed --format csv
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.ledger(baseline)
        if not rows:
            check_filters(store, baseline)
    rows = [row for row in rows if standing is None or row["standing"] == standing]
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_ledger

        print_ledger(rows)
        return
    print_rows(rows, form, empty="no claims: `monitor poll` reads the baselines of the configuration")


def matches(
    baseline: BaselineFilter = None,
    claim: ClaimFilter = None,
    relation: Annotated[
        Relation | None, typer.Option("--relation", "-r", help="Only this relation.", show_default=False)
    ] = None,
    min_score: Annotated[float, typer.Option("--min-score", min=0, max=1, help="Only from this score on.")] = 0.0,
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show matches, newest first, each with its passage and the reason.

    Examples:

        monitor matches --relation contradicts

        monitor matches --claim C13 --format jsonl
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.matches(baseline_id=baseline, claim=claim, relation=relation, min_score=min_score, limit=limit)
        if not rows:
            check_filters(store, baseline, claim)
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_matches

        print_matches(rows)
        return
    print_rows(rows, form, empty="no matches")


def check_filters(store: "Store", baseline: str | None, claim: str | None = None) -> None:
    """Tells a name that nothing bears from one without news: called when a listing came out empty."""
    baselines = [str(row["id"]) for row in store.baselines()]
    if baseline is not None and baseline not in baselines:
        raise ConfigError(f"--baseline: no baseline is called {baseline}, use {' or '.join(baselines) or 'none yet'}")
    if claim is not None and all(row["claim_id"] != claim for row in store.ledger(baseline)):
        raise ConfigError(f"--claim: no claim is called {claim}, `monitor claims` lists them")
