"""`monitor deliveries`: the outbox, shown and mended."""

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
from monitor.cli.settling import settle_each
from monitor.errors import ConfigError, MonitorError

group = typer.Typer(help="Show the outbox; send again or drop what is stuck.", no_args_is_help=True)
UNKNOWN = "monitor deliveries: {}: not there or already sent, see `monitor deliveries list --all`"

STATES = ("waiting", "sending", "sent", "failed", "dropped")
COLUMNS = (
    "delivery_id",
    "state",
    "kind",
    "recipient",
    "channel",
    "subject",
    "attempts",
    "next_attempt_at",
    "last_error",
)

DeliveryIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers from `monitor deliveries list`.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="deliveries", rich_help_panel="Read")


@group.command("list")
def list_deliveries(
    state: Annotated[
        str | None,
        typer.Option("--state", "-s", help=f"Only in this state: {', '.join(STATES)}.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent or dropped.")] = False,
    limit: LimitOption = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """List messages that wait or were given up, newest first, with what went wrong.

    Examples:

        monitor deliveries list

        monitor deliveries list --state failed --format json
    """
    from monitor.cli.output import print_rows

    if state is not None and state not in STATES:
        raise ConfigError(f"--state {state}: no such state, use one of: {', '.join(STATES)}")
    with store_from(settings_from(config)) as store:
        rows = store.deliveries(state=state, limit=1_000_000)
    rows = [row for row in rows if everything or state or row["state"] not in ("sent", "dropped")][:limit]
    if form is Format.TABLE:
        rows = [{column: row[column] for column in COLUMNS} for row in rows]
    print_rows(rows, form, empty="nothing waits, nothing was given up")


@group.command("show")
def show(
    delivery: Annotated[int, typer.Argument(metavar="ID", help="A number from `monitor deliveries list`.")],
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show one message as it was or will be sent: to whom, what became of it, and its text.

    Example:

        monitor deliveries show 31
    """
    from monitor.cli.output import clean, print_rows, write

    with store_from(settings_from(config)) as store:
        row = store.delivery(delivery)
    if row is None:
        raise MonitorError(f"delivery {delivery}: not there, see `monitor deliveries list --all`")
    if form is not Format.TABLE:
        print_rows([row], form)
        return
    subject, text = row.pop("subject"), row.pop("text")
    for key, value in row.items():
        if value not in (None, ""):
            write(f"{key.replace('_', ' '):16} {clean(str(value))}\n")
    if not text:
        text = "(its text was removed, see retention.messages_days)"
    body = [" " * (len(line) - len(line.lstrip(" "))) + clean(line) for line in text.splitlines()]
    write("\n".join(["", clean(subject), "", *body]) + "\n")


@group.command("retry")
def retry(deliveries: DeliveryIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Take messages back to the head of the queue, also given up ones; a webhook that closed is open again.

    Example:

        monitor deliveries retry 31
    """
    with store_from(settings_from(config)) as store:
        unworded = [
            one for one in deliveries if (row := store.delivery(one)) and row["state"] == "failed" and not row["text"]
        ]
        if unworded:
            raise ConfigError(
                f"{unworded[0]} was never put into words: send its alert with `monitor alerts resend`, "
                "or leave it to the next digest"
            )
        settle_each(deliveries, store.retry_delivery, "{} will be tried again", UNKNOWN)


@group.command("drop")
def drop(deliveries: DeliveryIds, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Take messages out of the queue for good. What a dropped digest told is told again by the next one.

    Example:

        monitor deliveries drop 31
    """
    with store_from(settings_from(config)) as store:
        settle_each(deliveries, store.drop_delivery, "{} dropped", UNKNOWN)
