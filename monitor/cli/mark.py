"""`monitor mark`: what people say of matches, what that teaches, and which thresholds it speaks for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.claims import check_filters
from monitor.cli.options import (
    BaselineFilter,
    ClaimFilter,
    ConfigOption,
    Format,
    FormatOption,
    LimitOption,
    VerboseOption,
    settings_from,
    store_from,
)
from monitor.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.matching.feedback import Marked
    from monitor.model import Baseline, Report
    from monitor.store import Store

group = typer.Typer(help="Say that a match is relevant or noise; see what that teaches.", no_args_is_help=True)

ReportId = Annotated[int, typer.Argument(metavar="REPORT", help="A report's number, from `monitor matches`.")]
Claim = Annotated[
    str | None,
    typer.Argument(metavar="[CLAIM]", help="For which claim; else the whole report.", show_default=False),
]
ClaimOption = Annotated[
    str | None, typer.Option("--claim", metavar="ID", help="The same as CLAIM.", show_default=False)
]
NoteOption = Annotated[str, typer.Option("--note", help="Why, for later readers.", show_default=False)]
SHOWN = 12  # learnt terms of a claim in the list


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="mark", rich_help_panel="Read")


@group.command("relevant")
def relevant(
    report: ReportId,
    claim: Claim = None,
    claim_option: ClaimOption = None,
    baseline: BaselineFilter = None,
    note: NoteOption = "",
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Say that a report bears on a claim; the matcher learns from it.

    Scores of the claim rise for reports in like words, from the next report on. `monitor mark undo` takes it back.

    Example:

        monitor mark relevant 17 C13
    """
    _mark(report, "relevant", _one(claim, claim_option), baseline, note, config)


@group.command("noise")
def noise(
    report: ReportId,
    claim: Claim = None,
    claim_option: ClaimOption = None,
    baseline: BaselineFilter = None,
    note: NoteOption = "",
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Say that a report does not bear on a claim; the ledger leaves it out and the matcher learns from it.

    Scores of the claim fall for reports in like words, from the next report on. Without a claim, of all claims that
    the report comes near. `monitor mark undo` takes it back.

    Example:

        monitor mark noise 17 C13 --note "another base of that name"
    """
    _mark(report, "noise", _one(claim, claim_option), baseline, note, config)


@group.command("list")
def list_marks(
    baseline: BaselineFilter = None,
    claim: ClaimFilter = None,
    limit: LimitOption = 50,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """List marks, newest first, and below them what they taught each claim, word by word.

    Examples:

        monitor mark list --claim C13

        monitor mark list --format json
    """
    from monitor.cli.output import print_rows

    settings = settings_from(config)
    with store_from(settings) as store:
        rows = store.marks(baseline_id=baseline, claim=claim, limit=limit)
        taught = _lessons(settings, store, baseline, claim) if rows else []
    if form is not Format.TABLE:
        by_claim = {(one["baseline_id"], one["claim_id"]): one["weights"] for one in taught}
        rows = [row | {"weights": by_claim.get((row["baseline_id"], row["claim_id"]), [])} for row in rows]
        print_rows(rows, form)
        return
    from monitor.cli.mark_view import print_lessons, print_marks

    print_marks(rows)
    print_lessons(taught)


@group.command("undo")
def undo(
    mark: Annotated[
        int | None, typer.Argument(metavar="[MARK]", help="A mark's number; else the newest.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Take back a mark and all that it taught.

    Example:

        monitor mark undo
    """
    from monitor.cli.output import write

    with store_from(settings_from(config)) as store:
        row = store.unmark(mark)
    if row is None:
        raise MonitorError(f"there is no mark {mark or 'to undo'}, see `monitor mark list`")
    claim = f" for {row['claim_id']}" if row["claim_id"] else ""
    write(f"report {row['report_id']} is no longer marked as {row['mark']}{claim}\n")


@group.command("thresholds")
def thresholds(
    precision: Annotated[
        float, typer.Option("--precision", min=0.5, max=1.0, help="The share of matches that should be relevant.")
    ] = 0.8,
    baseline: BaselineFilter = None,
    claim: ClaimFilter = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Suggest a threshold for each marked claim, with the precision at every other one; changes nothing.

    Each marked report is scored by what the other marks teach. To follow a suggestion, write `threshold = ...` under
    the claim in the profile; `monitor backtest` shows first what that would change.

    Examples:

        monitor mark thresholds

        monitor mark thresholds --precision 0.9 --claim C13
    """
    from dataclasses import asdict

    from monitor.cli.output import print_rows
    from monitor.matching.feedback_thresholds import suggest_thresholds
    from monitor.matching.matcher import ClaimScorer

    settings = settings_from(config)
    rows: list[dict[str, Any]] = []
    with store_from(settings) as store:
        for profile in _profiles(settings, baseline):
            found = suggest_thresholds(ClaimScorer().fit(profile), _marks(store, profile.id), precision)
            rows += [{"baseline_id": profile.id, **asdict(one)} for one in found if claim in (None, one.claim)]
    if form is Format.TABLE and rows:
        from monitor.cli.mark_view import print_suggestions

        print_suggestions(rows)
        return
    print_rows(rows, form, empty="no marks to suggest from: say what is relevant or noise with `monitor mark`")


def _one(claim: str | None, claim_option: str | None) -> str | None:
    if claim and claim_option and claim != claim_option:
        raise ConfigError(f"the claim is named twice, as {claim} and as {claim_option}; name one")
    return claim or claim_option


def _mark(report: int, mark: str, claim: str | None, baseline: str | None, note: str, config: Path | None) -> None:
    from monitor.cli.output import write

    settings = settings_from(config)
    with store_from(settings) as store:
        known = [row["id"] for row in store.baselines()]
        if baseline is None and len(known) != 1:
            raise ConfigError(f"say which baseline with --baseline: {', '.join(known) or 'none is stored yet'}")
        chosen = baseline or known[0]
        check_filters(store, chosen, claim)
        if store.report(report) is None:
            raise MonitorError(f"report {report}: not stored; `monitor matches` and `monitor search` list reports")
        before = _marks(store, chosen)
        mark_id = store.mark(report, chosen, claim, mark, note)
        stored = store.report(report)
        after = _marks(store, chosen)
    write(f"marked report {report} as {mark}{f' for {claim}' if claim else ''} (mark {mark_id})\n")
    if stored is None:
        return
    for profile in _profiles(settings, chosen):
        for line in _effect(profile, stored.report, claim, before, after):
            write(f"{line}\n")


def _effect(
    profile: "Baseline", report: "Report", claim: str | None, before: "list[Marked]", after: "list[Marked]"
) -> list[str]:
    """How the report's own scores move: the same is to be expected, in part, of reports in like words."""
    from monitor.matching.matcher import ClaimScorer

    matcher = ClaimScorer().fit(profile)
    was = matcher.learn(before).transform([report]).toarray()[0]
    now = matcher.learn(after).transform([report]).toarray()[0]
    lines = []
    for number, own in enumerate(profile.claims):
        if was[number] != now[number] and claim in (None, own.id):
            bar = matcher.thresholds_[number]
            lines.append(f"{own.id}  its score moves from {was[number]:.2f} to {now[number]:.2f}, threshold {bar:.2f}")
    return lines


def _profiles(settings: "Settings", baseline: str | None) -> "list[Baseline]":
    from monitor.baseline.profile import load_profile

    every = [load_profile(path) for path in settings.baselines]
    return [profile for profile in every if baseline in (None, profile.id)]


def _marks(store: "Store", baseline_id: str) -> "list[Marked]":
    from monitor.matching.feedback import Marked

    found = store.marked(baseline_id)
    return [Marked(report=one.report, claim=one.claim, relevant=one.relevant) for one in found]


def _lessons(settings: "Settings", store: "Store", baseline: str | None, claim: str | None) -> list[dict[str, Any]]:
    from monitor.matching.feedback import learn
    from monitor.matching.matcher import ClaimScorer

    rows = []
    for profile in _profiles(settings, baseline):
        marks = _marks(store, profile.id)
        taught = learn(ClaimScorer().fit(profile), marks) if marks else None
        for lesson in taught.lessons.values() if taught else ():
            if claim in (None, lesson.claim):
                rows.append(
                    {
                        "baseline_id": profile.id,
                        "claim_id": lesson.claim,
                        "relevant": lesson.relevant,
                        "noise": lesson.noise,
                        "weights": [[term, round(weight, 3)] for term, weight in lesson.strongest(SHOWN)],
                    }
                )
    return rows
