"""The news in one line: what a subject says, so that the inbox alone tells whether to open the mail."""

from collections import Counter
from collections.abc import Iterable

from monitor.model import Standing

_MOVES = (
    (Standing.DISPUTED, "disputed"),
    (Standing.OVERTAKEN, "overtaken"),
    (Standing.SUPPORTED, "supported"),
    (Standing.UNREPORTED, "no longer reported"),
)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 report`, `14 reports`, `2 stories`, `1,204 reports`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moves(standings: Iterable[Standing]) -> str:
    """How claims moved, in words: `2 claims disputed, 1 overtaken`; empty if none did."""
    counted = Counter(standings)
    parts = [(counted[standing], word) for standing, word in _MOVES if counted[standing]]
    if not parts:
        return ""
    first, *rest = parts
    return ", ".join([f"{count(first[0], 'claim')} {first[1]}", *(f"{number} {word}" for number, word in rest)])


def digest_subject(changed: Iterable[Standing], *, reports: int, claims: int, held: int, troubles: int) -> str:
    """The digest's subject: `2 claims disputed, 1 overtaken, 14 reports`."""
    moved = moves(changed)
    if moved:
        return f"{moved}, {count(reports, 'report')}" if reports else moved
    if reports:
        return f"{count(reports, 'report')} on {count(claims, 'claim')}"
    if held:
        return f"{count(held, 'alert')} held back"
    if troubles:
        return f"Nothing new, {count(troubles, 'feed')} in trouble"
    return "Still watching: nothing new"
