"""The figures of an evaluation on a terminal."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitor.cli.tables import bold, console, dim, print_table

if TYPE_CHECKING:
    from monitor.cli.evaluate import Evaluation

NAMES = {"p": "precision", "r": "recall", "f1": "F1"}


def print_evaluation(found: "Evaluation") -> None:
    """Figures, claims, thresholds and bins, each with a sentence on how to read it."""
    out = console()
    figures = found.figures
    out.print(bold(f"{found.baseline}: {figures['reports']} labelled reports, {found.mode}"))
    low, high = found.interval
    out.print(dim(f"claim F1 would fall between {low:.2f} and {high:.2f} on 95 of 100 like sets of stories"))
    print_table(list(_rows(found)), ["what", "precision", "recall", "F1", "besides"])
    out.print(bold("Claims"))
    print_table([asdict(row) for row in found.claims], ["claim", "labelled", "precision", "recall", "f1"])
    best = max(found.sweep, key=lambda row: row.f1)
    out.print(bold("Thresholds"))
    out.print(dim(f"one for all claims; F1 is best at {best.threshold:.2f}, the default is {found.threshold:.2f}"))
    print_table([asdict(row) for row in found.sweep], ["threshold", "precision", "recall", "f1", "matches", "alarms"])
    brier = found.calibration
    out.print(bold("Scores against what readers say"))
    out.print(dim(f"Brier score {brier.brier:.3f}; saying the base rate each time: {brier.brier_of_base_rate:.3f}"))
    print_table([asdict(row) for row in brier.bins], ["low", "high", "pairs", "mean_score", "right"])


def _rows(found: "Evaluation") -> list[dict[str, Any]]:
    figures = found.figures
    report, related = figures["report"], figures.get("relation")
    alarms = f"{found.alarms} of {found.negatives} negatives alarm"
    rows = [
        _row("reports", report, f"average precision {report['ap']:.3f}, {alarms}"),
        _row("claims", figures["claim"], "merely related ones may be left out"),
        _row("claims, all", figures["claim_all"], f"mean average precision {figures['claim_all']['map']:.3f}"),
    ]
    if related:
        said = f"accuracy {related['accuracy']:.3f} on {related['pairs']} pairs"
        rows.append(_row("change", related["change"], f"{said}, {related['change_found_of_all']} changes found"))
        rows += [{"what": f"  {name}", "F1": f1, "besides": ""} for name, f1 in related["by"].items()]
    copies = figures["story"].get("copies_joined")
    rows.append(_row("stories", figures["story"], f"copies joined {copies}" if copies else ""))
    return rows


def _row(what: str, figures: dict[str, Any], besides: str) -> dict[str, Any]:
    return {"what": what, **{NAMES[key]: figures[key] for key in NAMES}, "besides": besides}
