"""`monitor poll`: one round of all stages."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.digest import MOST_WAITING, tell_waiting
from monitor.cli.options import ConfigOption, VerboseOption, baselines_from, settings_from, store_from, utc_now
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.config import Settings
    from monitor.model import Baseline, FeedOutcome, FeedSource
    from monitor.pipeline import DeliverRun, MatchRun, PollRun
    from monitor.store import Store


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("poll", rich_help_panel="Run")(poll)


def poll(
    feed: Annotated[
        list[str] | None,
        typer.Option("--feed", metavar="URL", help="Only this feed; may be given again.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask also feeds that are not due yet.")] = False,
    only_poll: Annotated[bool, typer.Option("--only-poll", help="Stop after storing what the feeds brought.")] = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Ask the feeds that are due, match what is new, decide alerts and deliver them: one round.

    Exit code 3 if some feeds failed and the rest went through.

    Examples:

        monitor poll

        monitor poll --feed https://www.example.org/rss.xml --force
    """
    from monitor.cli.output import write
    from monitor.feeds.sources import load_feeds

    settings = settings_from(config)
    sources = load_feeds(settings.feeds)
    unknown = set(feed or ()) - {source.url for source in sources}
    if unknown:
        raise ConfigError(f"{settings.feeds}: {min(unknown)} is not listed, see `monitor feeds list`")
    baselines = [] if only_poll else baselines_from(settings)  # faults there are told before any work is done
    with store_from(settings, create=True) as store:
        asked = _ask(store, sources, settings, feed, force)
        write(_poll_lines(asked))
        if only_poll:
            raise typer.Exit(_exit_code(asked, None))
        judged = _judge(store, baselines, settings)
        if _read(store, settings):
            judged = _sum(judged, _judge(store, baselines, settings))
        write(_match_lines(judged))
        sent = _deliver(store, settings)
        write(_deliver_lines(sent))
        tell_waiting(store.deliveries(state="waiting", limit=MOST_WAITING))
    raise typer.Exit(_exit_code(asked, sent))


def _ask(
    store: "Store", sources: "Sequence[FeedSource]", settings: "Settings", urls: list[str] | None, force: bool
) -> "PollRun":
    from random import Random

    from monitor.cli.output import say
    from monitor.cli.progress import Progress
    from monitor.pipeline import poll as run

    with Progress("asking feeds") as bar:

        def tell(outcome: "FeedOutcome") -> None:
            bar.note(outcome.url)
            if outcome.error:
                bar.say(f"{outcome.url}: {outcome.error}")

        done = run(
            store,
            sources,
            settings,
            clock=utc_now,
            rng=Random(),
            urls=urls,
            force=force,
            progress=bar.set,
            on_outcome=tell,
        )
    if not done.feeds:
        due = store.next_due()
        when = f"the next is due at {due:%Y-%m-%d %H:%M} UTC, --force asks now" if due else "none is listed"
        say(f"no feed was due: {when}")
    return done


def _judge(store: "Store", baselines: "Sequence[Baseline]", settings: "Settings") -> "MatchRun":
    from monitor.cli.progress import Progress
    from monitor.pipeline import match as run

    with Progress("matching") as bar:
        return run(store, baselines, settings, clock=utc_now, progress=bar.set)


def _read(store: "Store", settings: "Settings") -> int:
    """Reads the articles' pages that are wanted; gives how many reports wait to be judged again."""
    from monitor.cli.output import write
    from monitor.pipeline import read_articles as run

    done = run(store, settings, clock=utc_now)
    if done.read or done.waiting or done.failed:
        write(f"pages    {done.read} read, {done.waiting} to be tried again, {done.failed} without a text\n")
    return done.read


def _sum(one: "MatchRun", other: "MatchRun") -> "MatchRun":
    from monitor.pipeline import MatchRun

    return MatchRun(**{name: getattr(one, name) + getattr(other, name) for name in MatchRun.__dataclass_fields__})


def _deliver(store: "Store", settings: "Settings") -> "DeliverRun":
    from random import Random

    from monitor.cli.output import say
    from monitor.pipeline import deliver as run

    done = run(store, settings, clock=utc_now, rng=Random())
    for error in done.errors:
        say(f"not delivered: {error}")
    return done


def _poll_lines(run: "PollRun") -> str:
    return (
        f"feeds    {run.feeds} asked, {run.failed} failed\n"
        f"reports  {run.new} new, {run.revised} rewritten, {run.known} known\n"
    )


def _match_lines(run: "MatchRun") -> str:
    below = run.reports - run.matched - run.near_misses - run.duplicates
    misses = "near miss" if run.near_misses == 1 else "near misses"
    copies = "duplicate" if run.duplicates == 1 else "duplicates"
    return (
        f"judged   {run.reports}: {run.matched} matched, {run.near_misses} {misses}, {below} below, "
        f"{run.duplicates} {copies}\n"
        f"alerts   {run.alerts} told, {run.held} held\n"
    )


def _deliver_lines(run: "DeliverRun") -> str:
    return f"mail     {run.sent} sent, {run.failed} to be tried again, {run.given_up} given up\n"


def _exit_code(asked: "PollRun", sent: "DeliverRun | None") -> int:
    if (sent and (sent.failed or sent.given_up)) or (asked.feeds and asked.failed == asked.feeds):
        return 1
    return 3 if asked.failed else 0
