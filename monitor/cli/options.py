"""Options that many commands share, and the settings behind `--config`."""

import logging
import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import Baseline
    from monitor.store import Store

COMMON = "Common options"


class Format(StrEnum):
    """How a listing is printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def _remember_config(context: typer.Context, value: Path | None) -> Path | None:
    """`--config` may stand before or after the command; the later one wins."""
    if value is not None:
        context.meta["monitor.config"] = value
    found: Path | None = context.meta.get("monitor.config")
    return found


def _set_verbosity(context: typer.Context, value: int) -> int:
    level: int = max(value, context.meta.get("monitor.verbose", 0))
    context.meta["monitor.verbose"] = level
    set_up_logging({0: logging.WARNING, 1: logging.INFO}.get(level, logging.DEBUG))
    return level


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The configuration; else $MONITOR_CONFIG, config/monitor.toml, monitor.toml, "
        "~/.config/monitor/monitor.toml.",
        callback=_remember_config,
        show_default=False,
        rich_help_panel=COMMON,
    ),
]
VerboseOption = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        help="Log what is done to standard error; -vv logs more.",
        callback=_set_verbosity,
        show_default=False,
        metavar="",
        rich_help_panel=COMMON,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the listing is printed.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="At most so many, newest first.")]
BaselineFilter = Annotated[
    str | None, typer.Option("--baseline", "-b", metavar="ID", help="Only this baseline.", show_default=False)
]
ClaimFilter = Annotated[
    str | None, typer.Option("--claim", metavar="ID", help="Only this claim, e.g. C13.", show_default=False)
]


def utc_now() -> datetime:
    """The clock that every stage is given."""
    return datetime.now(UTC)


def settings_from(config: Path | None) -> "Settings":
    """The settings behind `--config`."""
    from monitor.config import load_settings

    return load_settings(config, os.environ)


def store_from(settings: "Settings", *, create: bool = False) -> "Store":
    """The database of the settings, as a context manager."""
    from monitor.store import open_store

    if create:
        settings.database.parent.mkdir(parents=True, exist_ok=True)
    return open_store(settings.database, clock=utc_now, create=create)


def set_up_logging(level: int) -> None:
    """Logs to standard error: standard output belongs to data."""
    from monitor.daemon.logs import TextFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO) if level < logging.INFO else level)
    logging.getLogger("monitor").setLevel(level)


def baselines_from(settings: "Settings") -> "list[Baseline]":
    """The baselines of the settings; without any there is nothing to do."""
    from monitor.baseline.profile import load_profile
    from monitor.errors import ConfigError

    if not settings.baselines:
        raise ConfigError(f"{settings.source}: baselines: none is listed, name a profile")
    return [load_profile(path) for path in settings.baselines]
