"""Several rows settled by one command: those that were are named, those that could not be end it with exit code 1."""

from collections.abc import Callable, Sequence

import typer


def settle_each(numbers: Sequence[int], settle: Callable[[int], bool], done: str, missing: str) -> None:
    """Settle each number; `done` and `missing` are the lines for what was settled and what not, with `{}` for it."""
    from monitor.cli.output import say, write

    unknown = [number for number in numbers if not settle(number)]
    for number in numbers:
        if number not in unknown:
            write(done.format(number) + "\n")
    if unknown:
        say(missing.format(", ".join(map(str, unknown))))
        raise typer.Exit(1)
