"""`monitor backup`, `restore` and `vacuum`: the database as a file."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, VerboseOption, settings_from, utc_now
from monitor.errors import StoreError


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("backup", rich_help_panel="Look after")(backup)
    app.command("restore", rich_help_panel="Look after")(restore)
    app.command("vacuum", rich_help_panel="Look after")(vacuum)


def backup(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="The file, or a folder; else `backups/` beside the database."),
    ] = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Copy the database while anything runs; the copy is read for damage before it gets its name.

    Examples:

        monitor backup

        monitor backup /mnt/elsewhere/monitor.db
    """
    from monitor.cli.output import clean, write
    from monitor.store.backup import daily_path, make_backup

    database = settings_from(config).database
    _must_exist(database)
    target = path or daily_path(database, utc_now())
    if target.is_dir():
        target = target / daily_path(database, utc_now()).name
    size = make_backup(database, target)
    write(f"backup   {clean(str(target))}, {size / 1e6:.1f} MB, whole\n")


def restore(
    path: Annotated[Path, typer.Argument(metavar="BACKUP", help="The backup to put in the database's place.")],
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Put a backup in the database's place; the file that was there is kept beside it.

    Refused while a daemon runs on the database.

    Example:

        monitor restore data/backups/monitor-20260105T080000Z.db
    """
    from monitor.cli.output import clean, write
    from monitor.daemon.lock import single_instance
    from monitor.store.backup import restore as put_back

    database = settings_from(config).database
    with single_instance(database, utc_now()):
        aside = put_back(path, database, utc_now())
    write(f"restored {clean(str(database))} from {clean(str(path))}\n")
    if aside is not None:
        write(f"kept     {clean(str(aside))}\n")


def vacuum(config: ConfigOption = None, verbose: VerboseOption = 0) -> None:
    """Give the disk the space that removed rows have left.

    Refused while a daemon runs on the database.

    Example:

        monitor vacuum
    """
    from monitor.cli.output import write
    from monitor.daemon.lock import single_instance
    from monitor.store.backup import vacuum as run

    database = settings_from(config).database
    _must_exist(database)
    with single_instance(database, utc_now()):
        before, after = run(database)
    write(f"vacuum   {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after\n")


def _must_exist(database: Path) -> None:
    """A database that is refused for any other reason may still be copied: a damaged one cannot pass for a backup."""
    if not database.exists():
        raise StoreError(f"{database}: no database there, check `database` in the configuration")
