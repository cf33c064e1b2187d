"""The table `alerts`: what was found worth telling, what became of it, and why."""

import json
from datetime import datetime
from typing import Any

from monitor.model import Alert, AlertState, Match, Severity
from monitor.store import matches
from monitor.store.connection import Connection
from monitor.store.values import to_json

# An alert that was kept from people names them; one without recipients was told along with another of its report.
_TOLD = "(a.state <> 'held' OR a.recipients = '[]')"


def told(connection: Connection, baseline_id: str, story_id: int) -> frozenset[tuple[str, str]]:
    """The (claim, relation) pairs that people were told of the story, or are about to be."""
    rows = connection.rows(
        f"""
        SELECT DISTINCT a.claim_id, a.relation
        FROM alerts a
        WHERE a.story_id = :story_id
          AND a.baseline_id = :baseline_id
          AND {_TOLD}
        """,
        {"story_id": story_id, "baseline_id": baseline_id},
    )
    return frozenset((row["claim_id"], row["relation"]) for row in rows)


def told_figures(connection: Connection, baseline_id: str, story_id: int) -> frozenset[tuple[str, str]]:
    """The (claim, figure as a report wrote it) pairs that people were told of the story, or are about to be."""
    rows = connection.rows(
        f"""
        SELECT DISTINCT a.claim_id, json_extract(pair.value, '$.report') AS figure
        FROM alerts a, json_each(a.figures) pair
        WHERE a.story_id = :story_id
          AND a.baseline_id = :baseline_id
          AND {_TOLD}
        """,
        {"story_id": story_id, "baseline_id": baseline_id},
    )
    return frozenset((row["claim_id"], row["figure"]) for row in rows)


def add(connection: Connection, alert: Alert, match: Match, *, now: datetime) -> int:
    """Keep an alert with the match it is about; gives its id."""
    return connection.insert(
        """
        INSERT INTO alerts (
            baseline_id, claim_id, story_id, report_id, relation, figures,
            rule, severity, state, reason, headline, recipients, created_at
        )
        VALUES (
            :baseline_id, :claim_id, :story_id, :report_id, :relation, :figures,
            :rule, :severity, :state, :reason, :headline, :recipients, :now
        )
        """,
        {
            "baseline_id": alert.baseline_id,
            "claim_id": alert.claim,
            "story_id": alert.story_id,
            "report_id": alert.report_id,
            "relation": match.relation,
            "figures": matches.figures_json(match.figures),
            "rule": alert.rule,
            "severity": alert.severity,
            "state": alert.state,
            "reason": alert.reason,
            "headline": alert.headline,
            "recipients": to_json(alert.recipients),
            "now": now,
        },
    )


def settle(connection: Connection, alert_id: int, now: datetime) -> None:
    """Set a pending alert's state once each of its deliveries has ended: sent if anybody got it, else failed."""
    connection.run(
        """
        UPDATE alerts SET
            state = CASE
                WHEN EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = alerts.id AND d.state = 'sent') THEN 'sent'
                ELSE 'failed'
            END,
            settled_at = :now
        WHERE id = :alert_id
          AND state IN ('pending', 'failed')
          AND NOT EXISTS (
              SELECT 1 FROM deliveries d WHERE d.alert_id = alerts.id AND d.state IN ('waiting', 'sending')
          )
        """,
        {"alert_id": alert_id, "now": now},
    )


def set_seen(connection: Connection, alert_id: int, column: str, now: datetime) -> bool:
    """Note that a person acknowledged ("acked_at") or dismissed ("dismissed_at") it; False without such an alert."""
    assert column in ("acked_at", "dismissed_at")
    sql = f"UPDATE alerts SET {column} = COALESCE({column}, :now) WHERE id = :alert_id"
    return connection.run(sql, {"alert_id": alert_id, "now": now}) == 1


def listing(
    connection: Connection, *, state: str | None, baseline_id: str | None, open_only: bool, limit: int
) -> list[dict[str, Any]]:
    """Alerts, newest first; `open_only` leaves out those that a person acknowledged or dismissed."""
    return connection.rows(
        """
        SELECT *
        FROM v_alerts
        WHERE (:state IS NULL OR state = :state)
          AND (:baseline_id IS NULL OR baseline_id = :baseline_id)
          AND NOT (:open_only AND (acked_at IS NOT NULL OR dismissed_at IS NOT NULL))
        ORDER BY created_at DESC, alert_id DESC
        LIMIT :limit
        """,
        {"state": state, "baseline_id": baseline_id, "open_only": open_only, "limit": limit},
    )


def to_alert(row: dict[str, Any]) -> Alert:
    """The alert of a row of `alerts`."""
    return Alert(
        baseline_id=row["baseline_id"],
        story_id=row["story_id"],
        report_id=row["report_id"],
        claim=row["claim_id"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        state=AlertState(row["state"]),
        reason=row["reason"],
        headline=row["headline"],
        recipients=tuple(json.loads(row["recipients"])),
    )
