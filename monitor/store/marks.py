"""The table `marks`: what people said of a match."""

from datetime import datetime

from monitor.errors import StoreError
from monitor.store.connection import Connection


def add(
    connection: Connection, report_id: int, baseline_id: str, claim: str | None, mark: str, note: str, *, now: datetime
) -> int:
    """Keep a mark; StoreError if there is no such report, baseline or claim. Gives the mark's id."""
    known = connection.value(
        """
        SELECT 1
        FROM reports r
        JOIN baselines b ON b.id = :baseline_id
        WHERE r.id = :report_id
          AND (:claim IS NULL OR EXISTS (SELECT 1 FROM claims c WHERE c.baseline_id = b.id AND c.id = :claim))
        """,
        {"report_id": report_id, "baseline_id": baseline_id, "claim": claim},
    )
    if known is None:
        what = f"report {report_id}, baseline {baseline_id}" + (f", claim {claim}" if claim else "")
        raise StoreError(f"{connection.path}: there is no {what}; see `monitor matches` for what there is")
    return connection.insert(
        """
        INSERT INTO marks (report_id, baseline_id, claim_id, mark, note, marked_at)
        VALUES (:report_id, :baseline_id, :claim, :mark, :note, :now)
        """,
        {
            "report_id": report_id,
            "baseline_id": baseline_id,
            "claim": claim,
            "mark": mark,
            "note": note,
            "now": now,
        },
    )
