"""How a report stands to a claim it matches."""

from dataclasses import dataclass
from datetime import date

from monitor.model import Claim, FigurePair, Relation, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A relation with its confidence and reason."""

    relation: Relation
    confidence: float
    note: str
    figures: tuple[FigurePair, ...] = ()


def relate(
    claim: Claim, report: Report, passage: str, *, baseline_date: date | None, story_date: date | None
) -> Verdict:
    """The relation of a report to a claim."""
    return Verdict(relation=Relation.SUPPORTS, confidence=0.5, note="same subject, nothing against it")
