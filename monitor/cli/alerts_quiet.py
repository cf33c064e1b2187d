"""`monitor alerts mute|snooze|unmute|mutes`: what a person wants to hear nothing of for a while."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.claims import check_filters
from monitor.cli.options import (
    BaselineFilter,
    ConfigOption,
    Format,
    FormatOption,
    VerboseOption,
    settings_from,
    store_from,
    utc_now,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Mute
    from monitor.store import Store


ForOption = Annotated[
    str | None, typer.Option("--for", metavar="SPAN", help="How long: 90min, 2h, 3d, 1w.", show_default=False)
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="TIME",
        help="Until when: 2026-12-01 or 2026-12-01T08:00, in the digest's time zone.",
        show_default=False,
    ),
]
RuleOption = Annotated[str | None, typer.Option("--rule", metavar="NAME", help="This rule.", show_default=False)]
ClaimOption = Annotated[str | None, typer.Option("--claim", metavar="ID", help="This claim.", show_default=False)]
StoryOption = Annotated[int | None, typer.Option("--story", metavar="N", help="This story.", show_default=False)]
NoteOption = Annotated[str, typer.Option("--note", help="Why; shown with what is held.", show_default=False)]


def register(group: typer.Typer) -> None:
    """Adds the commands to `monitor alerts`."""
    group.command("mute")(mute)
    group.command("snooze")(snooze)
    group.command("unmute")(unmute)
    group.command("mutes")(mutes)


def mute(
    rule: RuleOption = None,
    claim: ClaimOption = None,
    story: StoryOption = None,
    baseline: BaselineFilter = None,
    span: ForOption = None,
    until: UntilOption = None,
    note: NoteOption = "",
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Leave alerts to the digest for a while: of a rule, a claim, a story, a baseline, or all of these together.

    Examples:

        monitor alerts mute --claim C13 --for 3d --note "known since Monday"

        monitor alerts mute --rule figures --until 2026-12-01T08:00
    """
    if rule is None and claim is None and story is None and baseline is None:
        raise ConfigError("say what to mute: --rule, --claim, --story or --baseline")
    _keep("mute", rule, claim, story, baseline, span, until, note, config)


def snooze(
    alert: Annotated[int, typer.Argument(metavar="ID", help="An alert's number, from `monitor alerts list`.")],
    span: ForOption = None,
    until: UntilOption = None,
    note: NoteOption = "",
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Hold further alerts on an alert's story for a while; they are delivered afterwards.

    Example:

        monitor alerts snooze 12 --for 4h
    """
    with store_from(settings_from(config)) as store:
        story = store.story_of_alert(alert)
    if story is None:
        raise ConfigError(f"no alert has the number {alert}, see `monitor alerts list --all`")
    _keep("snooze", None, None, story, None, span, until, note, config)


def unmute(
    mute_id: Annotated[int, typer.Argument(metavar="N", help="Its number, from `monitor alerts mutes`.")],
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """End a mute or a snooze before its time. What it has held already keeps its time.

    Example:

        monitor alerts unmute 3
    """
    from monitor.cli.output import write

    with store_from(settings_from(config)) as store:
        if not store.unmute(mute_id):
            raise ConfigError(f"nothing with the number {mute_id} is muted, see `monitor alerts mutes`")
    write(f"ended {mute_id}\n")


def mutes(form: FormatOption = Format.TABLE, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """List what is muted or snoozed, the first to end first.

    Example:

        monitor alerts mutes
    """
    from monitor.cli.output import print_rows

    with store_from(settings_from(config)) as store:
        rows = store.mute_rows()
    print_rows(rows, form, empty="nothing is muted")


def _keep(
    kind: str,
    rule: str | None,
    claim: str | None,
    story: int | None,
    baseline: str | None,
    span: str | None,
    until: str | None,
    note: str,
    config: "Path | None",
) -> None:
    from monitor.cli.moments import moment_after
    from monitor.cli.output import write
    from monitor.model import Mute

    settings = settings_from(config)
    if rule is not None and rule not in {one.name for one in settings.rules}:
        raise ConfigError(f"no rule is called {rule!r}, use one of: {', '.join(one.name for one in settings.rules)}")
    end = moment_after(utc_now(), span=span, until=until, zone=settings.digest.zone)
    made: Mute = Mute(
        id=0, kind=kind, until=end, rule=rule, baseline_id=baseline, claim=claim, story_id=story, note=note
    )
    with store_from(settings) as store:
        _must_exist(store, made)
        number = store.mute(made)
    local = end.astimezone(settings.digest.zone)
    write(f"{number}: quiet until {local:%Y-%m-%d %H:%M} {settings.digest.timezone}\n")


def _must_exist(store: "Store", mute: "Mute") -> None:
    """A mute of what nobody has ever heard of would hold nothing, and say so to nobody."""
    check_filters(store, mute.baseline_id, mute.claim)
    story = mute.story_id
    if story is not None and not store.story_facts(story).carriers:
        raise ConfigError(f"--story: no story has the number {story}, `monitor alerts list --format json` has them")
