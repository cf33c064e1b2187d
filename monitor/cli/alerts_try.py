"""`monitor alerts test|resend`: what the rules do with a report, and a message once more."""

from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, Format, FormatOption, VerboseOption, settings_from, store_from, utc_now


def register(group: typer.Typer) -> None:
    """Adds the commands to `monitor alerts`."""
    group.command("test")(try_rules)
    group.command("resend")(resend)


def try_rules(
    report: Annotated[int, typer.Argument(metavar="REPORT_ID", help="A report's number, from `monitor matches`.")],
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show which rules fire for a stored report, to whom it would be told and when. Nothing is sent or kept.

    Example:

        monitor alerts test 17
    """
    from dataclasses import asdict

    from monitor.cli.output import print_rows, write
    from monitor.pipeline.foreseeing import foresee

    settings = settings_from(config)
    with store_from(settings) as store:
        found = foresee(store, settings, report, clock=utc_now)
    if form is not Format.TABLE:
        print_rows([asdict(one) for one in found], form, empty="")
        return
    zone = settings.digest.zone
    for one in found:
        sign = "fires" if one.fires else "silent"
        write(f"{one.claim}  {one.relation}  {one.score:.2f}  rule “{one.rule}”: {sign}\n")
        if one.recipients and one.at is not None:
            when = (
                "at once"
                if one.state == "pending" and one.at <= utc_now()
                else f"{one.at.astimezone(zone):%d %b %H:%M}"
            )
            write(f"    {one.severity} severity, to {', '.join(one.recipients)}, {when}\n")
        elif one.state:
            write(f"    {one.state}{', to ' + ', '.join(one.recipients) if one.recipients else ''}\n")
        write(f"    {one.why}\n")


def resend(
    alert: Annotated[int, typer.Argument(metavar="ID", help="An alert's number, from `monitor alerts list --all`.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="NAME", help="Only to this recipient; may stand several times.", show_default=False
        ),
    ] = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Put one more message on an alert into the outbox, also on one that was held.

    It has a Message-ID of its own and replies to the story's first mail. The daemon sends it, or the next
    `monitor poll`.

    Example:

        monitor alerts resend 12 --to desk
    """
    from monitor.cli.output import write
    from monitor.pipeline.foreseeing import resend as put_again

    settings = settings_from(config)
    with store_from(settings) as store:
        names = put_again(store, settings, alert, clock=utc_now, recipients=to or ())
    write(f"alert {alert}: waits in the outbox for {', '.join(names)}\n")
