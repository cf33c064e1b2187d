"""`monitor feeds`: the list of feeds, kept in one TOML file that people also edit by hand."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.feeds_show import show_feed
from monitor.cli.options import (
    ConfigOption,
    Format,
    FormatOption,
    VerboseOption,
    settings_from,
    store_from,
    utc_now,
)
from monitor.errors import ConfigError, ParseError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import FeedOutcome, FeedSource

group = typer.Typer(help="List, add, remove, try, import and export feeds.", no_args_is_help=True)

TagOption = Annotated[
    list[str] | None, typer.Option("--tag", "-t", metavar="TAG", help="A tag; may be given again.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group.command("show")(show_feed)
    app.add_typer(group, name="feeds", rich_help_panel="Look after")


@group.command("list")
def list_feeds(
    tag: TagOption = None, form: FormatOption = Format.TABLE, config: ConfigOption = None, verbose: VerboseOption = 0
) -> None:
    """List the feeds with their health, as far as they were polled.

    Examples:

        monitor feeds list

        monitor feeds list --tag iraq --format json
    """
    from monitor.cli.output import print_rows
    from monitor.feeds.sources import load_feeds

    settings = settings_from(config)
    health = _health(settings)
    rows = [
        _listed(source, health.get(source.url, {}))
        for source in load_feeds(settings.feeds)
        if not tag or set(tag) & set(source.tags)
    ]
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_feeds

        print_feeds(rows)
        return
    print_rows(rows, form, empty="no feeds: `monitor feeds add URL` adds one")


@group.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that names its feed.")],
    title: Annotated[str | None, typer.Option("--title", help="How to call it.", show_default=False)] = None,
    publisher: Annotated[
        str | None, typer.Option("--publisher", help="Whose voice it is; publishers are counted.", show_default=False)
    ] = None,
    tag: TagOption = None,
    interval: Annotated[
        float | None,
        typer.Option("--interval", metavar="SECONDS", min=60, help="Time between polls.", show_default=False),
    ] = None,
    full_text: Annotated[bool, typer.Option("--full-text", help="Also read the pages its reports link to.")] = False,
    check: Annotated[bool, typer.Option(help="Ask the address before it is added.")] = True,
    pick: Annotated[
        int, typer.Option("--pick", metavar="N", min=1, help="Which of a page's feeds, as they are listed.")
    ] = 1,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Add without asking back.")] = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Add a feed; the address is asked first, a page's own feeds are found, and the latest titles are shown.

    Examples:

        monitor feeds add https://www.example.org/rss.xml --tag iraq --publisher "Example Times"

        monitor feeds add https://www.example.org/news --pick 2
    """
    from monitor.cli.feeds_file import append_feed
    from monitor.cli.output import write
    from monitor.model import FeedSource

    settings = settings_from(config)
    if check:
        from monitor.cli.feeds_check import resolve_feed

        found = resolve_feed(url, settings, pick)
        write(found.preview())
        if not yes and sys.stdin.isatty() and not typer.confirm("Add this feed?", default=True):
            raise typer.Exit(1)
        url, title = found.url, title or found.title
    source = FeedSource(
        url=url, title=title, tags=tuple(tag or ()), interval_s=interval, full_text=full_text, publisher=publisher
    )
    append_feed(settings.feeds, source)
    write(f"added {url}\n")


@group.command("remove")
def remove(
    url: Annotated[str, typer.Argument(metavar="URL", help="As `monitor feeds list` shows it.")],
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Remove a feed; what it brought stays in the database.

    Example:

        monitor feeds remove https://www.example.org/rss.xml
    """
    from monitor.cli.feeds_file import remove_feed
    from monitor.cli.output import write

    remove_feed(settings_from(config).feeds, url)
    write(f"removed {url}\n")


@group.command("check")
def check_feeds(
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]...", help="Only these.", show_default=False)
    ] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Ask every feed and say what it answers; nothing is stored. Exit code 3 if some failed, 1 if all did.

    Example:

        monitor feeds check
    """
    from monitor.cli.feeds_check import ask_feeds
    from monitor.cli.output import print_rows
    from monitor.feeds.sources import load_feeds
    from monitor.model import FeedSource

    settings = settings_from(config)
    sources = load_feeds(settings.feeds)
    if urls:
        known = {source.url: source for source in sources}
        sources = [known.get(url, FeedSource(url=url)) for url in urls]
    titles = {source.url: source.title for source in sources}
    rows = [_checked(outcome, titles[outcome.url]) for outcome in ask_feeds(sources, settings)]
    if form is Format.TABLE and rows:
        from monitor.cli.cards import print_answers

        print_answers(rows)
    else:
        print_rows(rows, form, empty="no feeds to check")
    failed = sum(row["result"] != "ok" for row in rows)
    if failed:
        raise typer.Exit(1 if failed == len(rows) else 3)


@group.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="As feed readers export it.")],
    tag: TagOption = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Add the feeds of an OPML file that are not listed yet.

    Example:

        monitor feeds import subscriptions.opml --tag imported
    """
    from dataclasses import replace

    from monitor.cli.feeds_file import append_feeds
    from monitor.cli.output import write
    from monitor.feeds.opml import read_opml

    settings = settings_from(config)
    try:
        body = file.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{file}: cannot be read ({exc.strerror}), name an OPML file") from exc
    try:
        found = read_opml(body)
    except ParseError as exc:
        raise ConfigError(f"{file}: {exc}; name a file that a feed reader exported") from exc
    added = append_feeds(
        settings.feeds, [replace(source, tags=tuple(dict.fromkeys((*source.tags, *(tag or ()))))) for source in found]
    )
    write(f"added {added} {'feed' if added == 1 else 'feeds'}\n")


@group.command("export")
def export_feeds(config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Print the feeds as OPML, for any feed reader.

    Example:

        monitor feeds export > feeds.opml
    """
    from monitor.cli.output import write
    from monitor.feeds.opml import write_opml
    from monitor.feeds.sources import load_feeds

    opml = write_opml(load_feeds(settings_from(config).feeds))
    write(opml if isinstance(opml, str) else opml.decode("utf-8"))


def _health(settings: "Settings") -> dict[str, dict[str, Any]]:
    """What the database knows of each feed; nothing before the first poll."""
    if not settings.database.exists():
        return {}
    with store_from(settings) as store:
        return {row["url"]: row for row in store.feeds()}


def _listed(source: "FeedSource", health: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": source.url,
        "title": source.title or health.get("title"),
        "publisher": source.publisher,
        "tags": list(source.tags),
        "interval_s": source.interval_s,
        "full_text": source.full_text,
        "health": health.get("health", "never polled"),
        "reports": health.get("reports", 0),
        "matched_reports": health.get("matched_reports", 0),
        "failures": health.get("failures", 0),
        "last_error": health.get("last_error"),
        "last_success_at": health.get("last_success_at"),
        "last_new_at": health.get("last_new_at"),
        "next_poll_at": health.get("next_poll_at"),
        "next_poll_why": health.get("next_poll_why"),
    }


def _checked(outcome: "FeedOutcome", title: str | None) -> dict[str, Any]:
    reports = outcome.feed.reports if outcome.feed else ()
    newest = max(
        (report.published for report in reports if report.published and report.published <= utc_now()), default=None
    )
    return {
        "result": outcome.error or "ok",
        "status": outcome.status,
        "format": outcome.feed.format if outcome.feed else None,
        "title": title or (outcome.feed.title if outcome.feed else None),
        "reports": len(reports),
        "skipped": outcome.feed.skipped if outcome.feed else 0,
        "newest": newest,
        "seconds": round(outcome.duration_s, 2),
        "bytes": outcome.size_bytes,
        "url": outcome.url,
        "moved_to": outcome.permanent_url,
    }
