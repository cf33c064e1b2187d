"""The table `alerts`: what was found worth telling, what became of it, and why."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from monitor.model import Alert, AlertState, Match, Severity, StoryTold
from monitor.store import matches
from monitor.store.connection import Connection
from monitor.store.values import from_iso_or_none, to_json

# An alert that was kept from people names them; one without recipients was told along with another of its report.
# One that is held until a time is as good as told.
_TOLD = "(a.state <> 'held' OR a.recipients = '[]' OR a.not_before IS NOT NULL)"
_LOUDNESS = tuple(Severity)  # lowest first


def told(connection: Connection, baseline_id: str, story_id: int, *, without_report: int | None = None) -> StoryTold:
    """What anybody was told of the story, or is about to be; `without_report`: as if that one had not come."""
    return _as_told(_told_rows(connection, baseline_id, story_id, without_report))


def told_to(
    connection: Connection,
    baseline_id: str,
    story_id: int,
    names: Collection[str],
    *,
    without_report: int | None = None,
) -> dict[str, StoryTold]:
    """The same for each of these recipients: what is old to one may be news to another."""
    rows = _told_rows(connection, baseline_id, story_id, without_report)
    readers: dict[int, set[str]] = defaultdict(set)  # of a report; what was told along with its alert has no own
    for row in rows:
        readers[row["report_id"]].update(json.loads(row["recipients"]))
    return {
        name: _as_told([row for row in rows if name in (json.loads(row["recipients"]) or readers[row["report_id"]])])
        for name in names
    }


def _told_rows(
    connection: Connection, baseline_id: str, story_id: int, without_report: int | None
) -> list[dict[str, Any]]:
    return connection.rows(
        f"""
        SELECT a.claim_id, a.relation, a.severity, a.publishers, a.figures, a.report_id, a.recipients
        FROM alerts a
        WHERE a.story_id = :story_id
          AND a.baseline_id = :baseline_id
          AND a.report_id IS NOT :without
          AND {_TOLD}
        """,
        {"story_id": story_id, "baseline_id": baseline_id, "without": without_report},
    )


def _as_told(rows: Sequence[dict[str, Any]]) -> StoryTold:
    return StoryTold(
        claims=frozenset((row["claim_id"], row["relation"]) for row in rows),
        figures=frozenset((row["claim_id"], pair["report"]) for row in rows for pair in json.loads(row["figures"])),
        severity=max((Severity(row["severity"]) for row in rows), key=_LOUDNESS.index, default=None),
        publishers=max((row["publishers"] for row in rows), default=0),
    )


def add(connection: Connection, alert: Alert, match: Match, *, now: datetime) -> int:
    """Keep an alert with the match it is about; gives its id."""
    return connection.insert(
        """
        INSERT INTO alerts (
            baseline_id, claim_id, story_id, report_id, relation, figures,
            rule, severity, state, reason, headline, recipients, publishers, not_before, created_at
        )
        VALUES (
            :baseline_id, :claim_id, :story_id, :report_id, :relation, :figures,
            :rule, :severity, :state, :reason, :headline, :recipients, :publishers, :not_before, :now
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
            "publishers": alert.publishers,
            "not_before": alert.not_before,
            "now": now,
        },
    )


def settle(connection: Connection, alert_id: int, now: datetime) -> None:
    """Set an alert's state once each of its deliveries has ended: sent if anybody got it, else failed."""
    connection.run(
        """
        WITH d AS (
            SELECT o.state FROM deliveries o JOIN delivery_alerts t ON t.delivery_id = o.id WHERE t.alert_id = :alert_id
        )
        UPDATE alerts SET
            state = CASE WHEN EXISTS (SELECT 1 FROM d WHERE d.state = 'sent') THEN 'sent' ELSE 'failed' END,
            settled_at = :now
        WHERE id = :alert_id
          AND (state IN ('pending', 'failed') OR (state = 'held' AND not_before IS NOT NULL))
          AND NOT EXISTS (SELECT 1 FROM d WHERE d.state IN ('waiting', 'sending'))
        """,
        {"alert_id": alert_id, "now": now},
    )


def story_of(connection: Connection, alert_id: int) -> int | None:
    """The story that the alert is about; None without such an alert."""
    found: int | None = connection.value("SELECT story_id FROM alerts WHERE id = :id", {"id": alert_id})
    return found


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
        publishers=row.get("publishers", 1),
        not_before=from_iso_or_none(row.get("not_before")),
    )
