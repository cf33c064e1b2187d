"""The command tree, and the one place where errors become a line on standard error and an exit code.

Exit codes: 0 done; 1 the work failed; 2 wrong use or configuration; 3 some feeds failed and the rest went through;
130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from monitor.cli import (
    alerts,
    backtest,
    backup,
    baseline,
    claims,
    daemon,
    demo,
    digest,
    doctor,
    evaluate,
    feeds,
    init,
    mark,
    match,
    poll,
    search,
)
from monitor.cli.options import ConfigOption, VerboseOption
from monitor.errors import MonitorError

INTERRUPTED = 130  # what a shell makes of SIGINT

app = typer.Typer(
    name="monitor",
    help="Tells which claims of an article the news now supports, contradicts or overtakes.",
    epilog="`monitor demo` shows the whole job on this machine. `monitor COMMAND --help` gives examples.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for group in (
    init,
    demo,
    poll,
    daemon,
    match,
    claims,
    alerts,
    mark,
    digest,
    search,
    feeds,
    baseline,
    evaluate,
    backtest,
    backup,
    doctor,
):
    group.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"monitor {version('monitor')}")
        raise typer.Exit


@app.callback()
def _everywhere(
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before any command."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; foreseen faults are one line on standard error, never a traceback."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a letter must not end the command
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(args=arguments, prog_name="monitor", standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except MonitorError as exc:
        return _complain(str(exc), exc.exit_code)
    except typer.Abort:
        return _complain("stopped, nothing done", 1)
    except typer.TyperException as exc:
        return _wrong_use(exc)
    except KeyboardInterrupt:
        return _complain("interrupted; what was stored stays, run the command again to go on", INTERRUPTED)


def _open_closed_streams() -> None:
    """Puts the null device in place of a standard stream that the caller closed: no file may take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the process ends


def _wrong_use(exc: typer.TyperException) -> int:
    context = getattr(exc, "ctx", None)
    message = exc.format_message()
    if context is None:
        return _complain(message, 2)
    if not message:  # a group without a command has printed its help
        return 2
    return _complain(f"{message.rstrip('.')}, see `{context.command_path} --help`", 2, context.command_path)


def _complain(message: str, code: int, who: str = "monitor") -> int:
    from monitor.cli.output import clean

    print(f"{who}: {clean(message)}", file=sys.stderr)
    return code
