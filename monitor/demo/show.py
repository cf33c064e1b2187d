"""What the demonstration prints: 80 columns, colour only on a terminal."""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

WIDTH = 80
ALERTS_SHOWN = 8

_STYLES = {
    "bold": "1",
    "dim": "2",
    "supports": "32",
    "supported": "32",
    "contradicts": "1;31",
    "disputed": "1;31",
    "updates": "33",
    "overtaken": "33",
    "related": "36",
    "unreported": "2",
    "high": "31",
}
_FORMATS = {"rss20": "RSS 2.0", "atom10": "Atom", "rss10": "RSS 1.0", "json11": "JSON Feed"}
_RELATIONS = ("contradicts", "updates", "supports", "related")
_SIGNS = {"supports": "+", "contradicts": "−", "updates": "~", "related": "·"}
_PLURALS = {"near miss": "near misses", "duplicate": "duplicates"}
_STANDINGS = ("disputed", "overtaken", "supported", "unreported")
Row = Mapping[str, Any]


class Page:
    """Prints the parts of the demonstration, one after the other."""

    def __init__(self, write: Callable[[str], object], *, colour: bool) -> None:
        self._write = write
        self._colour = colour

    def paint(self, text: str, style: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colour and style in _STYLES else text

    def line(self, text: str = "") -> None:
        """One line as it is."""
        self._write(f"{text}\n")

    def heading(self, title: str, rest: str = "") -> None:
        """A part begins."""
        self.line()
        self.line(self.paint(title, "bold") + (f"  {self.paint(rest, 'dim')}" if rest else ""))

    def wrapped(self, text: str, *, indent: int, first: str = "", style: str = "", lines: int = 4) -> None:
        """A text as wide as the page, cut after some lines."""
        room = textwrap.TextWrapper(width=WIDTH - indent, max_lines=lines, placeholder=" …", break_on_hyphens=False)
        for number, part in enumerate(room.wrap(" ".join(text.split()))):
            lead = first.ljust(indent) if number == 0 else " " * indent
            self.line((self.paint(lead, "dim") if first else lead) + self.paint(part, style))

    def opening(self, title: str, claims: int, entities: int, address: str) -> None:
        """What is about to happen."""
        self.line(self.paint("monitor demo", "bold") + ": what the news makes of an article's claims")
        self.line()
        self.wrapped(f"{title}", indent=12, first="  baseline")
        self.wrapped(f"{claims} claims and {entities} entities to look for", indent=12)
        self.wrapped(f"four feeds of invented outlets, served on {address}", indent=12, first="  news")
        self.wrapped("The outlets are made up and tell real events of 2020 and 2021 loosely.", indent=12, style="dim")

    def polled(self, rows: Iterable[tuple[str, str, int, int, int]]) -> None:
        """One line a feed: name, format, status of the answer, new and rewritten reports."""
        for name, form, status, new, revised in rows:
            what = f"{new:>3} new" + (f", {revised} rewritten" if revised else "")
            self.line(f"  {name:<24}{_FORMATS[form]:<11}{self.paint(f'HTTP {status}', 'dim')}  {what}")

    def matched(self, decisions: Mapping[str, int], relations: Mapping[str, int]) -> None:
        """How the reports of a round were judged, and how the matches stand to the claims."""
        words = ("matched", "duplicate", "near miss", "below", "filtered")
        verdicts = [_count(decisions[word], word) for word in words if decisions.get(word)]
        pairs = [self.paint(f"{relations[word]} {word}", word) for word in _RELATIONS if relations.get(word)]
        self.line(f"  {'reports:':<24}{', '.join(verdicts)}")
        self.line(f"  {'reports against claims:':<24}{', '.join(pairs)}")

    def alerts(self, rows: Sequence[Row]) -> None:
        """The alerts that were told."""
        for row in rows[:ALERTS_SHOWN]:
            self.card(row)
        if len(rows) > ALERTS_SHOWN:
            self.line()
            self.line(self.paint(f"  … and {len(rows) - ALERTS_SHOWN} more: monitor alerts list", "dim"))

    def card(self, row: Row) -> None:
        """One match or alert: what the report says, what the claim says, and why the one was put to the other."""
        relation = str(row["relation"])
        details = [str(row["publisher"] or ""), _day(row.get("at"))]
        self.line()
        label = self.paint(f"{row['claim_id']} {relation}", relation)
        self.line(f"  {label}  {self.paint(', '.join(details), 'dim')}")
        self.wrapped(str(row["title"]), indent=4, style="bold", lines=2)
        self.wrapped(f"“{row['passage']}”", indent=4)
        self.wrapped(str(row["claim"]), indent=11, first="    claim", lines=3)
        self.wrapped(str(row.get("reason") or row["note"]), indent=11, first="    why", lines=4)

    def ledger(self, rows: Sequence[Row]) -> None:
        """Each claim on a line: its standing, and how many stories speak for it, against it, of a change, of it."""
        counts = {word: sum(row["standing"] == word for row in rows) for word in _STANDINGS}
        told = ", ".join(f"{counts[word]} {word}" for word in _STANDINGS if counts[word])
        self.heading("The ledger", f"{len(rows)} claims: {told}")
        legend = "  ".join(f"{sign} {word}" for word, sign in _SIGNS.items())
        self.line(self.paint(f"{'':17}stories:  {legend}", "dim"))
        for row in rows:
            standing = str(row["standing"])
            claim = textwrap.shorten(str(row["claim"]), 49, placeholder="…")
            signs = " ".join(self.paint(f"{sign}{row[word]}", word) for word, sign in _SIGNS.items() if row[word])
            self.line(f"  {row['claim_id']:<4}{self.paint(f'{standing:<11}', standing)}{claim:<50}{signs}".rstrip())
            if standing in ("disputed", "overtaken") and row.get("best_passage"):
                passage = textwrap.shorten(str(row["best_passage"]), 60, placeholder="…")
                self.line(self.paint(f"{'':17}“{passage}”", "dim"))

    def files(self, rows: Iterable[tuple[Path, str]]) -> None:
        """What now lies on the disk."""
        self.heading("Made for you to look at")
        for path, what in rows:
            self.line(f"  {path}")
            self.line(self.paint(f"      {what}", "dim"))

    def commands(self, rows: Iterable[tuple[str, str]]) -> None:
        """What to type next."""
        self.heading("Try next")
        for command, what in rows:
            self.line(f"  {command}")
            self.line(self.paint(f"      {what}", "dim"))


def _count(number: int, word: str) -> str:
    return f"{number} {_PLURALS.get(word, word) if number > 1 else word}"


def _day(moment: object) -> str:
    if not isinstance(moment, str):
        return ""
    return f"{datetime.fromisoformat(moment.replace('Z', '+00:00')):%-d %B %Y}"
