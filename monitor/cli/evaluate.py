"""`monitor evaluate`: the figures of labelled reports, what other thresholds would give, and what scores are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import ConfigOption, Format, FormatOption, VerboseOption, baselines_from, settings_from
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.matching.evaluation import Figures, Labelled
    from monitor.matching.evaluation_curves import Calibration, ClaimRow, SweepRow
    from monitor.model import Baseline, Report, Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that is known of one baseline on one set of labelled reports."""

    baseline: str
    mode: str
    threshold: float
    figures: "Figures"
    interval: tuple[float, float]  # of claim F1
    alarms: int
    negatives: int
    claims: "list[ClaimRow]"
    sweep: "list[SweepRow]"
    calibration: "Calibration"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("evaluate", rich_help_panel="Look after")(evaluate)


def evaluate(
    labelled: Annotated[Path, typer.Argument(metavar="LABELLED", help="Labelled reports as JSON lines.")],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", "-b", metavar="PROFILE", help="The baseline's profile; else the configured one."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="DIR", help="Also draw SVG plots into this folder.")
    ] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Say how well a baseline finds its claims, by reports that readers have labelled.

    Each line is a report as for `monitor match`, with `kind` (positive, hard_negative, easy_negative), `labels`
    ([{"claim", "relation"}]) and, where known, `story` and `copy_of`. The reports take the very same way as in
    `monitor match`.

    Examples:

        monitor evaluate labelled.jsonl --baseline config/baselines/coalition-withdrawal.toml

        monitor evaluate labelled.jsonl --plot plots --format json
    """
    from monitor.cli.evaluate_reading import read_labelled
    from monitor.cli.output import say

    profile = _profile(baseline, config)
    labels, reports = read_labelled(labelled, [claim.id for claim in profile.claims])
    if not reports:
        raise ConfigError(f"{labelled}: holds no report, nothing to evaluate")
    found = run(profile, labels, reports)
    _print(found, form)
    if plot:
        for name in _draw(found, plot):
            say(f"wrote {name}")


def _profile(path: Path | None, config: Path | None) -> "Baseline":
    from monitor.baseline.profile import load_profile

    if path is not None:
        return load_profile(path)
    configured = baselines_from(settings_from(config))
    if len(configured) > 1:
        raise ConfigError("several baselines are configured, name one profile with --baseline")
    return configured[0]


def run(profile: "Baseline", labelled: "Sequence[Labelled]", reports: "Sequence[Report]") -> Evaluation:
    """Judge the reports as `monitor match` does, and compare."""
    from monitor.cli.match import judge, verdict
    from monitor.matching.evaluation import NEGATIVE_KINDS, Judged, alarms
    from monitor.matching.evaluation import evaluate as compare
    from monitor.matching.evaluation_curves import by_claim, calibration, f1_interval, sweep
    from monitor.matching.matcher import ClaimScorer

    scored, stories = judge(profile, reports)
    judged: dict[str, Judged] = {}
    for gold, one, story in zip(labelled, scored, stories, strict=True):
        line = verdict(gold.id, one, story)  # what `monitor match` prints, to the last digit
        found = {match["claim"]: (match["score"], match["relation"]) for match in line["matches"]}
        judged[gold.id] = Judged(score=line["score"], matches=found, story=line["story"])
    matcher = ClaimScorer().fit(profile)
    pairs = pair_scores(matcher, reports, scored)
    return Evaluation(
        baseline=profile.id,
        mode=matcher.mode,
        threshold=matcher.threshold,
        figures=compare(labelled, judged),
        interval=f1_interval(labelled, judged),
        alarms=alarms(labelled, judged),
        negatives=sum(gold.kind in NEGATIVE_KINDS for gold in labelled),
        claims=by_claim(labelled, judged, [claim.id for claim in profile.claims]),
        sweep=sweep(labelled, pairs),
        calibration=calibration(labelled, pairs),
    )


def pair_scores(matcher: Any, reports: "Sequence[Report]", scored: "Sequence[Scored]") -> list[dict[str, float]]:
    """The score of every pair that is not zero, also below the threshold; none for reports on another topic."""
    from monitor.matching.scoring import TOPIC_GATE

    claims = [claim.id for claim in matcher.baseline_.claims]
    matrix = matcher.transform(reports)
    pairs = []
    for number, one in enumerate(scored):
        row = matrix[number]
        on_topic = one.score >= TOPIC_GATE
        pairs.append({claims[c]: float(v) for c, v in zip(row.indices, row.data, strict=True) if on_topic and v > 0})
    return pairs


# ---- printing ------------------------------------------------------------------------------------------------------


def _print(found: Evaluation, form: Format) -> None:
    from monitor.cli.output import print_rows, to_json, write

    if form is Format.JSON:
        write(to_json(_object(found), indent=2) + "\n")
    elif form is Format.TABLE:
        _print_tables(found)
    else:
        print_rows(_long(found), form)


def _object(found: Evaluation) -> dict[str, Any]:
    return {
        "baseline": found.baseline,
        "mode": found.mode,
        "threshold": found.threshold,
        **found.figures,
        "claim_f1_interval": [round(bound, 3) for bound in found.interval],
        "negatives": found.negatives,
        "negatives_that_alarm": found.alarms,
        "claims": [_short(asdict(row)) for row in found.claims],
        "sweep": [_short(asdict(row)) for row in found.sweep],
        "calibration": _short({**asdict(found.calibration), "bins": ()})
        | {"bins": [_short(asdict(row)) for row in found.calibration.bins]},
    }


def _long(found: Evaluation) -> list[dict[str, Any]]:
    """One row a number: for CSV and JSON lines, where all rows have the same columns."""
    rows = [{"part": "figures", "at": "", "measure": name, "value": value} for name, value in _flat(found).items()]
    for part, at, items in (
        ("claims", "claim", found.claims),
        ("sweep", "threshold", found.sweep),
        ("calibration", "low", found.calibration.bins),
    ):
        for item in items:
            values = _short(asdict(item))
            where = values.pop(at)
            rows += [{"part": part, "at": where, "measure": name, "value": value} for name, value in values.items()]
    return rows


def _flat(found: Evaluation) -> dict[str, Any]:
    """Each figure by its dotted name."""

    def walk(values: Mapping[str, Any], path: str) -> dict[str, Any]:
        flat: dict[str, Any] = {}
        for name, value in values.items():
            flat |= walk(value, f"{path}{name}.") if isinstance(value, Mapping) else {f"{path}{name}": value}
        return flat

    low, high = found.interval
    return walk(found.figures, "") | {
        "claim.f1_low": round(low, 3),
        "claim.f1_high": round(high, 3),
        "negatives_that_alarm": f"{found.alarms}/{found.negatives}",
        "brier": round(found.calibration.brier, 3),
        "brier_of_base_rate": round(found.calibration.brier_of_base_rate, 3),
    }


def _short(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}


def _print_tables(found: Evaluation) -> None:
    from monitor.cli.evaluate_tables import print_evaluation

    print_evaluation(found)


def _draw(found: Evaluation, folder: Path) -> list[Path]:
    from monitor.cli.evaluate_plots import plots

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in plots(found.sweep, found.calibration, found.claims, found.threshold).items():
            (folder / name).write_text(svg, encoding="utf-8")
            written.append(folder / name)
    except OSError as exc:
        raise ConfigError(f"{folder}: {exc.strerror or exc}, name a folder that can be written") from exc
    return written
