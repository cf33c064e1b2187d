"""`monitor feeds show`: one feed with its settings, its state, and how its last polls went."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import ConfigOption, Format, FormatOption, VerboseOption, settings_from, store_from
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = ["started_at", "result", "status", "items", "new_reports", "revised_reports", "duration_s", "error"]


def show_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="As `monitor feeds list` shows it.")],
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show one feed: its settings, why its next poll is when it is, and its last thirty polls, newest first.

    Examples:

        monitor feeds show https://www.example.org/rss.xml

        monitor feeds show https://www.example.org/rss.xml --format csv
    """
    from monitor.cli.output import print_rows, write
    from monitor.feeds.sources import load_feeds

    settings = settings_from(config)
    source = next((one for one in load_feeds(settings.feeds) if one.url == url), None)
    if source is None:
        raise ConfigError(f"{settings.feeds}: {url} is not listed, see `monitor feeds list`")
    if not settings.database.exists():
        raise ConfigError(f"{url}: never polled yet, `monitor poll` does that")
    with store_from(settings) as store:
        health = next((row for row in store.feeds() if row["url"] == url), None)
        polls = store.feed_history(url)
    if form is Format.TABLE:
        write(_facts(source.title, url, health, source.publisher, source.tags))
    print_rows(
        polls, form, COLUMNS if form is Format.TABLE else None, empty="never polled yet: `monitor poll` does that"
    )


def _facts(
    title: str | None, url: str, health: "Mapping[str, Any] | None", publisher: str | None, tags: "Sequence[str]"
) -> str:
    """What is known of the feed, a line each."""
    from monitor.cli.output import clean

    facts: list[tuple[str, object]] = [("address", url), ("publisher", publisher), ("tags", ", ".join(tags))]
    if health:
        facts = [
            *facts,
            ("health", health["health"]),
            ("last error", health["last_error"]),
            ("failing since", health["failing_since"]),
            ("last read", health["last_success_at"]),
            ("last news", health["last_new_at"]),
            ("silent after", span_words(health["quiet_after_s"])),
            ("next poll", health["next_poll_at"]),
            ("why then", health["next_poll_why"]),
            ("moved to", health["moved_to"]),
            ("full text", "pages are read" if health["full_text"] else None),
            ("reports", f"{health['reports']}, {health['matched_reports']} of them matched"),
        ]
    lines = [f"  {name + ':':<15}{clean(str(value))}" for name, value in facts if value]
    return "\n".join([clean(title or (health or {}).get("title") or url), *lines]) + "\n\n"


def span_words(seconds: float) -> str:
    """A span of time as people say it."""
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:.0f} days"
    return f"{seconds / 3600:.3g} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"
