"""`monitor match`: reports from JSON lines against one baseline, without a database."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import VerboseOption

if TYPE_CHECKING:
    from monitor.model import Baseline, Match, Report, Scored

DIGITS = 6  # of a printed score; the shares of the terms still add up to it


class MatchFormat(StrEnum):
    """How verdicts are printed."""

    JSONL = "jsonl"
    TABLE = "table"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("match", rich_help_panel="Run")(match)


def match(
    baseline: Annotated[Path, typer.Option("--baseline", "-b", metavar="PROFILE", help="The baseline's profile.")],
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="Reports as JSON lines; - is standard input.", show_default=False)
    ] = "-",
    form: Annotated[MatchFormat, typer.Option("--format", "-f", help="How verdicts are printed.")] = MatchFormat.JSONL,
    verbose: VerboseOption = 0,
) -> None:
    """Score reports against a baseline; touches no database.

    Each input line is a JSON object with `id`, `title`, `summary` and, if known, `content`, `published`, `url`,
    `outlet`, `language`. One verdict is printed for each report, in the same order.

    Examples:

        monitor match --baseline config/baselines/coalition-withdrawal.toml reports.jsonl

        cat reports.jsonl | monitor match -b my-article.toml --format table
    """
    from monitor.baseline.profile import load_profile
    from monitor.cli.output import to_json, write
    from monitor.cli.reading import read_reports

    profile = load_profile(baseline)
    ids, reports = read_reports(_lines(file), "standard input" if file == "-" else file)
    scored, stories = judge(profile, reports)
    if form is MatchFormat.TABLE:
        _print_cards(profile, reports, scored)
        return
    write(
        "".join(
            f"{to_json(verdict(given, one, story))}\n" for given, one, story in zip(ids, scored, stories, strict=True)
        )
    )


def verdict(given_id: Any, scored: "Scored", story: int) -> dict[str, Any]:
    """One report's line."""
    return {
        "id": given_id,
        "score": round(scored.score, DIGITS),
        "decision": scored.decision.value,
        "story": story,
        "matches": [_match_object(found) for found in scored.matches],
    }


def _match_object(found: "Match") -> dict[str, Any]:
    return {
        "claim": found.claim,
        "score": round(found.score, DIGITS),
        "relation": found.relation.value,
        "passage": found.passage,
        "terms": [[term, round(share, DIGITS)] for term, share in found.terms],
        "entities": list(found.entities),
        "figures": [{"claim": pair.claim, "report": pair.report, "agrees": pair.agrees} for pair in found.figures],
        "note": found.note,
    }


def judge(profile: "Baseline", reports: "Sequence[Report]") -> "tuple[list[Scored], list[int]]":
    """The verdict on each report and the story it belongs to, in order."""
    from monitor.matching import batch
    from monitor.matching.matcher import ClaimScorer

    return batch.judge(ClaimScorer().fit(profile), reports)


def _lines(file: str) -> list[bytes]:
    from monitor.cli.reading import InputError

    if file == "-":
        return sys.stdin.buffer.read().splitlines()
    try:
        return Path(file).read_bytes().splitlines()
    except OSError as exc:
        raise InputError(f"{file}: {exc.strerror or exc}, name a file of JSON lines or - for standard input") from exc


def _print_cards(profile: "Baseline", reports: "Sequence[Report]", scored: "Sequence[Scored]") -> None:
    from monitor.cli.cards import print_verdicts

    print_verdicts(profile, reports, scored)
