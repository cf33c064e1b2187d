"""Figures: found in a text with kind, unit, noun, place and scope, and compared between a claim and a report."""

from monitor.text.figures_compare import (
    FigureComparison,
    compare_figures,
    interval,
    measured_figures,
    other_scope,
    values_agree,
)
from monitor.text.figures_find import find_figures
from monitor.text.figures_record import Figure

__all__ = [
    "Figure",
    "FigureComparison",
    "compare_figures",
    "find_figures",
    "interval",
    "measured_figures",
    "other_scope",
    "values_agree",
]
