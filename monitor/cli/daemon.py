"""`monitor daemon`: all stages, again and again."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.options import ConfigOption, VerboseOption, baselines_from, utc_now

if TYPE_CHECKING:
    from monitor.daemon.watch import Watch


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("daemon", rich_help_panel="Run")(daemon)


def daemon(
    log_format: Annotated[
        Literal["text", "json"] | None,
        typer.Option("--log-format", help="Else daemon.log_format of the configuration.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Poll, match, alert, deliver and send digests until told to stop; log lines go to standard output.

    SIGTERM stops within ten seconds. Changed files are read again by themselves, and on SIGHUP.

    Examples:

        monitor daemon

        MONITOR_CONFIG=/etc/monitor/monitor.toml monitor daemon --log-format json
    """
    from monitor.config import find_settings
    from monitor.daemon.logs import JsonFormatter, TextFormatter
    from monitor.daemon.run import Daemon
    from monitor.feeds.fetch import Fetcher

    path = find_settings(config, os.environ).absolute()  # the same file at each reload
    running = Daemon(lambda: load_watch(path), utc_now, Fetcher)
    handler = logging.StreamHandler(sys.stdout)
    wanted = log_format or running.watch.settings.daemon.log_format
    handler.setFormatter(JsonFormatter() if wanted == "json" else TextFormatter())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger("monitor").setLevel(logging.DEBUG if verbose else logging.INFO)
    raise typer.Exit(running.run())


def load_watch(path: Path) -> "Watch":
    """Settings, feeds and baselines in one reading."""
    from monitor.config import load_settings
    from monitor.daemon.watch import Watch
    from monitor.feeds.sources import load_feeds

    settings = load_settings(path, os.environ)
    return Watch(
        settings=settings,
        sources=tuple(load_feeds(settings.feeds)),
        baselines=tuple(baselines_from(settings)),
        files=(path, settings.feeds, *settings.baselines, *(p.with_suffix(".txt") for p in settings.baselines)),
    )
