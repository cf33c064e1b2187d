"""`monitor digest`: look at the next digest, or send it now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import ConfigOption, VerboseOption, baselines_from, settings_from, store_from, utc_now
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.config import Settings
    from monitor.model import Recipient

MOST_WAITING = 1000  # rows that are counted

group = typer.Typer(help="Preview or send the digest.", no_args_is_help=True)

RecipientOption = Annotated[
    str | None,
    typer.Option("--recipient", "-r", metavar="NAME", help="Only for this recipient.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="digest", rich_help_panel="Read")


@group.command("preview")
def preview(
    recipient: RecipientOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="Also write digest.txt and digest.html there."),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML instead of the text.")] = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show the digest that would go out now; nothing is marked as told.

    Examples:

        monitor digest preview

        monitor digest preview --out preview
    """
    from monitor.cli.output import say, write
    from monitor.pipeline import preview_digest

    settings = settings_from(config)
    ids = [baseline.id for baseline in baselines_from(settings)]
    with store_from(settings) as store:
        _, message = preview_digest(store, settings, ids, _recipients(settings, recipient)[0], clock=utc_now)
    page = message.html or ""
    if out is not None:
        _write_file(out / "digest.txt", f"{message.subject}\n\n{message.text}")
        _write_file(out / "digest.html", page)
        say(f"wrote {out / 'digest.txt'} and {out / 'digest.html'}")
    write(page if html else f"Subject: {message.subject}\n\n{message.text}\n")


@group.command("send")
def send(recipient: RecipientOption = None, config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Make and send the digest now; the next one tells only what is new after it.

    Example:

        monitor digest send --recipient desk
    """
    from random import Random

    from monitor.cli.output import say, write
    from monitor.pipeline import deliver, digest

    settings = settings_from(config)
    ids = [baseline.id for baseline in baselines_from(settings)]
    chosen = _recipients(settings, recipient)
    with store_from(settings) as store:
        made = digest(store, settings, ids, clock=utc_now, recipients=chosen)
        sent = deliver(store, settings, clock=utc_now, rng=Random())
        waiting = store.deliveries(state="waiting", limit=MOST_WAITING)
    for name in made.empty:
        say(f"{name}: nothing to tell, no mail was made")
    for name in made.failed:
        say(f"{name}: the digest cannot be put into words and is parked, see `monitor deliveries list`")
    for error in sent.errors:
        say(f"not delivered: {error}")
    write(f"digest   {len(made.made)} made, {len(made.empty)} empty\n")
    write(f"mail     {sent.sent} sent, {sent.failed} to be tried again, {sent.given_up} given up\n")
    tell_waiting(waiting)
    if sent.failed or sent.given_up or made.failed:
        raise typer.Exit(1)


def tell_waiting(waiting: "Sequence[Mapping[str, Any]]") -> None:
    """Names the messages that could not be sent yet: what is told stays told, even while it waits."""
    from monitor.cli.output import say

    if not waiting:
        return
    count = f"{len(waiting)}{'+' if len(waiting) == MOST_WAITING else ''}"
    whose = "message waits" if len(waiting) == 1 else "messages wait"
    times = sorted(str(row["next_attempt_at"]) for row in waiting if row["next_attempt_at"])
    when = f", due from {times[0][:10]} {times[0][11:16]} UTC" if times else ""
    say(f"{count} {whose} in the outbox{when}: `monitor poll` or `monitor daemon` sends then")


def _recipients(settings: "Settings", name: str | None) -> "list[Recipient]":
    """The recipient of that name, or everybody who gets digests."""
    chosen = [one for one in settings.recipients if (one.name == name if name else one.digest)]
    if not chosen:
        who = f"nobody is called {name!r}" if name else "nobody gets a digest"
        raise ConfigError(f"{settings.source}: recipients: {who}, add a [[recipients]] table")
    return chosen


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be written ({exc.strerror}), name another folder with --out") from exc
