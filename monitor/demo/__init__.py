"""The demonstration: the whole job on a feed server of its own, with invented news.

Two rounds through the very functions that serve real feeds: poll, match with its alerts, deliver; then the digest.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from monitor.demo.corpus import load_corpus


def run(folder: Path, write: Callable[[str], object], *, colour: bool | None = None) -> int:
    """Shows the whole job and leaves its files in the folder; gives the exit code."""
    from monitor.demo.rounds import show_rounds
    from monitor.demo.show import Page

    if colour is None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return show_rounds(folder, load_corpus(), Page(write, colour=colour))
