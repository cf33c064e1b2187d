"""The table `claims`."""

from datetime import datetime

from monitor.model import Baseline
from monitor.store.connection import Connection
from monitor.store.values import to_json


def sync(connection: Connection, baseline: Baseline, *, now: datetime) -> None:
    """Make the claims follow the profile. One that left it is retired, not deleted: matches and alerts speak of it."""
    connection.run(
        """
        UPDATE claims SET retired_at = :now
        WHERE baseline_id = :baseline_id
          AND retired_at IS NULL
          AND id NOT IN (SELECT value FROM json_each(:ids))
        """,
        {"baseline_id": baseline.id, "now": now, "ids": to_json([claim.id for claim in baseline.claims])},
    )
    for position, claim in enumerate(baseline.claims):
        connection.run(
            """
            INSERT INTO claims (baseline_id, id, position, text, phrases, threshold)
            VALUES (:baseline_id, :id, :position, :text, :phrases, :threshold)
            ON CONFLICT (baseline_id, id) DO UPDATE SET
                position = excluded.position, text = excluded.text, phrases = excluded.phrases,
                threshold = excluded.threshold, retired_at = NULL
            """,
            {
                "baseline_id": baseline.id,
                "id": claim.id,
                "position": position,
                "text": claim.text,
                "phrases": to_json(claim.phrases),
                "threshold": claim.threshold,
            },
        )
