"""The ledger: each claim with its standing today. The rule itself is the view `v_ledger`."""

from collections.abc import Sequence
from typing import Any

from monitor.model import Standing
from monitor.store.connection import Connection
from monitor.store.records import LedgerRow
from monitor.store.values import to_json


def listing(connection: Connection, baseline_id: str | None) -> list[dict[str, Any]]:
    """The ledger in the order of the claims, of one baseline or of all."""
    return connection.rows(
        """
        SELECT l.*
        FROM v_ledger l
        JOIN baselines b ON b.id = l.baseline_id
        WHERE :baseline_id IS NULL OR l.baseline_id = :baseline_id
        ORDER BY b.position, b.id, l.position
        """,
        {"baseline_id": baseline_id},
    )


def standings(connection: Connection, baseline_ids: Sequence[str]) -> list[LedgerRow]:
    """The standings of these baselines' claims, in their order."""
    rows = connection.rows(
        """
        SELECT l.baseline_id, l.claim_id, l.claim, l.standing, l.best_match_id
        FROM v_ledger l
        WHERE l.baseline_id IN (SELECT value FROM json_each(:ids))
        ORDER BY l.baseline_id, l.position
        """,
        {"ids": to_json(list(baseline_ids))},
    )
    return [
        LedgerRow(
            baseline_id=row["baseline_id"],
            claim=row["claim_id"],
            claim_text=row["claim"],
            standing=Standing(row["standing"]),
            best_match_id=row["best_match_id"],
        )
        for row in rows
    ]
