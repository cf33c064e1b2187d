"""`monitor daemon`: all stages, again and again."""

import logging
import os
import sys
from typing import Annotated, Literal

import typer

from monitor.cli.options import ConfigOption, VerboseOption, utc_now


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

    SIGTERM stops within ten seconds, SIGHUP reads the configuration again.

    Examples:

        monitor daemon

        MONITOR_CONFIG=/etc/monitor/monitor.toml monitor daemon --log-format json
    """
    from monitor.config import find_settings, load_settings
    from monitor.daemon.logs import JsonFormatter, TextFormatter
    from monitor.daemon.run import Daemon

    path = find_settings(config, os.environ).absolute()  # the same file at each reload
    running = Daemon(lambda: load_settings(path, os.environ), utc_now)
    handler = logging.StreamHandler(sys.stdout)
    wanted = log_format or running.settings.daemon.log_format
    handler.setFormatter(JsonFormatter() if wanted == "json" else TextFormatter())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger("monitor").setLevel(logging.DEBUG if verbose else logging.INFO)
    raise typer.Exit(running.run())
