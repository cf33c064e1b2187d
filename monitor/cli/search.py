"""`monitor search` and `monitor query`: the database, read only."""

from typing import Annotated

import typer

from monitor.cli.options import (
    ConfigOption,
    Format,
    FormatOption,
    LimitOption,
    VerboseOption,
    settings_from,
    store_from,
)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("search", rich_help_panel="Read")(search)
    app.command("query", rich_help_panel="Read")(query)


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="All of them must occur in a report.")],
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Find stored reports by their words.

    Examples:

        monitor search withdrawal base

        monitor search '"al qaim"' --format json
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.search(" ".join(words), limit=limit)
    print_rows(rows, form, ["report_id", "published_at", "publisher", "title"], empty="no report holds these words")


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from standard input.")],
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Put an SQL question to the database; it can read, never write.

    Views made for this: `v_ledger`, `v_matches`, `v_alerts`, `v_near_misses`, `v_feed_health`, `v_story_timeline`,
    `v_deliveries`.

    Examples:

        monitor query "SELECT claim_id, standing FROM v_ledger"

        monitor query "SELECT relation, COUNT(*) AS n FROM matches GROUP BY relation" --format csv
    """
    import sys

    from monitor.cli.output import print_rows

    text = sys.stdin.read() if sql == "-" else sql
    with store_from(settings_from(config)) as store:
        rows = store.query(text)
    print_rows(rows, form, empty="no rows")
