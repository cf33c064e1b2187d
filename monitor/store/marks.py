"""The table `marks`: what people said of a match; the newest word on it counts."""

from datetime import datetime
from typing import Any

from monitor.errors import StoreError
from monitor.store import reports
from monitor.store.connection import Connection
from monitor.store.records import MarkedReport

# A mark that a later one on the same pair replaced counts no more.
_COUNTS = """NOT EXISTS (
            SELECT 1 FROM marks later
            WHERE later.report_id = k.report_id
              AND later.baseline_id = k.baseline_id
              AND later.claim_id IS k.claim_id
              AND later.id > k.id
        )"""


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


def remove(connection: Connection, mark_id: int | None) -> dict[str, Any] | None:
    """Take back that mark, or the newest; gives what it said, None if there is none."""
    found = connection.row(
        """
        SELECT k.id AS mark_id, k.report_id, k.baseline_id, k.claim_id, k.mark, k.note, k.marked_at
        FROM marks k
        WHERE k.id = COALESCE(:mark_id, (SELECT MAX(id) FROM marks))
        """,
        {"mark_id": mark_id},
    )
    if found is not None:
        connection.run("DELETE FROM marks WHERE id = :mark_id", {"mark_id": found["mark_id"]})
    return found


def listing(connection: Connection, baseline_id: str | None, claim: str | None, limit: int) -> list[dict[str, Any]]:
    """Marks, newest first, with the report and the score it was stored with; `counts` is 0 for a replaced one."""
    return connection.rows(
        f"""
        SELECT
            k.id AS mark_id, k.mark, k.baseline_id, k.claim_id, k.report_id, r.title, r.publisher, r.url,
            m.score, m.threshold, k.note, k.marked_at,
            {_COUNTS} AS counts
        FROM marks k
        JOIN reports r ON r.id = k.report_id
        LEFT JOIN matches m
            ON m.report_id = k.report_id AND m.baseline_id = k.baseline_id AND m.claim_id = k.claim_id
        WHERE (:baseline_id IS NULL OR k.baseline_id = :baseline_id)
          AND (:claim IS NULL OR k.claim_id = :claim)
        ORDER BY k.id DESC
        LIMIT :limit
        """,
        {"baseline_id": baseline_id, "claim": claim, "limit": limit},
    )


def marked(connection: Connection, baseline_id: str) -> list[MarkedReport]:
    """The marks that count under a baseline with their reports, oldest first."""
    rows = connection.rows(
        f"""
        SELECT {reports.COLUMNS}, k.claim_id AS marked_claim, k.mark AS mark
        FROM marks k
        JOIN reports r ON r.id = k.report_id
        JOIN feeds f ON f.id = r.feed_id
        WHERE k.baseline_id = :baseline_id
          AND {_COUNTS}
        ORDER BY k.id
        """,
        {"baseline_id": baseline_id},
    )
    return [
        MarkedReport(
            report_id=row["id"],
            report=reports.to_report(row),
            claim=row["marked_claim"],
            relevant=row["mark"] == "relevant",
        )
        for row in rows
    ]
