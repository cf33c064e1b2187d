"""`monitor alerts`: what was told, and what people say to it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from monitor.cli import alerts_quiet, alerts_try, deliveries
from monitor.cli.options import (
    BaselineFilter,
    ConfigOption,
    Format,
    FormatOption,
    LimitOption,
    VerboseOption,
    settings_from,
    store_from,
)
from monitor.cli.settling import settle_each
from monitor.model import AlertState

group = typer.Typer(
    help="List alerts, say that they are seen or useless, quiet them, try the rules.", no_args_is_help=True
)
UNKNOWN = "monitor alerts: no alert has the number {}, see `monitor alerts list --all`"

MOST = 1_000_000  # rows asked for where the command itself narrows them

AlertIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers from `monitor alerts list`.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    alerts_quiet.register(group)
    alerts_try.register(group)
    app.add_typer(group, name="alerts", rich_help_panel="Read")
    deliveries.register(app)


@group.command("list")
def list_alerts(
    baseline: BaselineFilter = None,
    state: Annotated[
        AlertState | None, typer.Option("--state", "-s", help="Only in this state.", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those held back, and those acknowledged or dismissed.")
    ] = False,
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """List alerts, newest first, each with the reason why it was told or held.

    Without --state or --all, those that were told and wait for a person to say that they are seen.

    Examples:

        monitor alerts list

        monitor alerts list --state held --format json
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.alerts(baseline_id=baseline, state=state, limit=MOST)
    rows = [row for row in rows if everything or state or _is_open(row)][:limit]
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_alerts

        print_alerts(rows)
        return
    print_rows(rows, form, empty="no alerts")


def _is_open(row: Mapping[str, Any]) -> bool:
    return row["state"] not in (AlertState.HELD, AlertState.THROTTLED) and not (row["acked_at"] or row["dismissed_at"])


@group.command("ack")
def acknowledge(alerts: AlertIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Say that alerts are seen.

    Example:

        monitor alerts ack 12 13
    """
    with store_from(settings_from(config)) as store:
        settle_each(alerts, store.ack_alert, "acknowledged {}", UNKNOWN)


@group.command("dismiss")
def dismiss(alerts: AlertIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Say that alerts were useless.

    Example:

        monitor alerts dismiss 12
    """
    with store_from(settings_from(config)) as store:
        settle_each(alerts, store.dismiss_alert, "dismissed {}", UNKNOWN)
