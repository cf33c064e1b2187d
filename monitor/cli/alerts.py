"""`monitor alerts` and `monitor mark`: what was told, and what people say to it."""

from typing import Annotated

import typer

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
from monitor.model import AlertState

group = typer.Typer(help="List alerts, and say that they are seen or useless.", no_args_is_help=True)

AlertIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers from `monitor alerts list`.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="alerts", rich_help_panel="Read")


@group.command("list")
def list_alerts(
    baseline: BaselineFilter = None,
    state: Annotated[
        AlertState | None, typer.Option("--state", "-s", help="Only in this state.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those acknowledged or dismissed.")] = False,
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """List alerts, newest first, each with the reason why it was told or held.

    Examples:

        monitor alerts list

        monitor alerts list --state held --format json
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.alerts(baseline_id=baseline, state=state, open_only=not everything, limit=limit)
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_alerts

        print_alerts(rows)
        return
    print_rows(rows, form, empty="no alerts")


@group.command("ack")
def acknowledge(alerts: AlertIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Say that alerts are seen.

    Example:

        monitor alerts ack 12 13
    """
    from monitor.cli.output import write

    with store_from(settings_from(config)) as store:
        for alert_id in alerts:
            store.ack_alert(alert_id)
            write(f"acknowledged {alert_id}\n")


@group.command("dismiss")
def dismiss(alerts: AlertIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Say that alerts were useless.

    Example:

        monitor alerts dismiss 12
    """
    from monitor.cli.output import write

    with store_from(settings_from(config)) as store:
        for alert_id in alerts:
            store.dismiss_alert(alert_id)
            write(f"dismissed {alert_id}\n")
