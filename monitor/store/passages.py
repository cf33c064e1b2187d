"""The passages that matched, as people let them stand: what `monitor baseline suggest` reads."""

from monitor.store.connection import Connection
from monitor.store.records import ClaimPassage


def of_claims(connection: Connection, baseline_id: str) -> list[ClaimPassage]:
    """The best passage of each story for each claim, oldest report first; what is marked as noise is left out."""
    rows = connection.rows(
        """
        SELECT claim_id, report_id, passage
        FROM (
            SELECT
                m.claim_id, m.report_id, m.passage,
                ROW_NUMBER() OVER (
                    PARTITION BY m.claim_id, COALESCE('s' || m.story_id, 'r' || m.report_id)
                    ORDER BY m.score DESC, m.report_id
                ) AS place
            FROM v_matches m
            WHERE m.baseline_id = :baseline_id
              AND m.mark IS NOT 'noise'
        )
        WHERE place = 1
        ORDER BY report_id, claim_id
        """,
        {"baseline_id": baseline_id},
    )
    return [ClaimPassage(claim=row["claim_id"], report_id=row["report_id"], passage=row["passage"]) for row in rows]
