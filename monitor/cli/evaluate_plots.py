"""The plots of `monitor evaluate`: figures over the threshold, scores against truth, the claims one by one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.cli.evaluate_svg import Plot

if TYPE_CHECKING:
    from monitor.matching.evaluation_curves import Calibration, ClaimRow, SweepRow


def plots(
    sweep: "Sequence[SweepRow]", calibration: "Calibration", claims: "Sequence[ClaimRow]", threshold: float
) -> dict[str, str]:
    """File name -> SVG."""
    return {
        "sweep.svg": _sweep(sweep, threshold),
        "calibration.svg": _calibration(calibration),
        "claims.svg": _claims(claims),
    }


def _sweep(rows: "Sequence[SweepRow]", threshold: float) -> str:
    plot = Plot("Claims found, by threshold", "threshold", "share")
    plot.line([(row.threshold, row.precision) for row in rows], "precision")
    plot.line([(row.threshold, row.recall) for row in rows], "recall")
    plot.line([(row.threshold, row.f1) for row in rows], "F1")
    plot.upright(threshold, "default")
    return plot.svg()


def _calibration(calibration: "Calibration") -> str:
    plot = Plot("Scores against what readers say", "score", "share that readers call a match", (0.62, 0.1))
    plot.line([(0, 0), (1, 1)], dashed=True)
    plot.line([(one.mean_score, one.right) for one in calibration.bins], f"Brier score {calibration.brier:.3f}")
    plot.dots(
        [(one.mean_score, one.right) for one in calibration.bins],
        [min(3 + one.pairs**0.5 / 2, 14) for one in calibration.bins],
        [f"{one.pairs} pairs, mean score {one.mean_score:.2f}, right {one.right:.2f}" for one in calibration.bins],
    )
    return plot.svg()


def _claims(rows: "Sequence[ClaimRow]") -> str:
    plot = Plot("F1 of each claim", "", "F1")
    shown = [row for row in rows if row.labelled]
    plot.bars(
        [row.f1 for row in shown],
        [row.claim for row in shown],
        [f"{r.claim}: {r.labelled} reports, precision {r.precision:.2f}, recall {r.recall:.2f}" for r in shown],
    )
    return plot.svg()
