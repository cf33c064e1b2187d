"""The command `monitor`: arguments, one call, output and an exit code. One module a command group."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    from monitor.cli.app import run

    return run(arguments)
