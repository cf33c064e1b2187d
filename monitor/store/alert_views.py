"""Stored alerts and judgements as the records that rules and mails are made from."""

import json
from typing import Any

from monitor.model import Decision, Match, MatchedReport, Scored
from monitor.model_digest import AlertView
from monitor.store import alerts, matches, reports, stories
from monitor.store.connection import Connection


def view(connection: Connection, alert_id: int, recipient: str) -> AlertView | None:
    """What a message on a stored alert shows; None if there is none, or its report says something else by now."""
    row = connection.row(
        """
        SELECT a.*, c.text AS claim_text, b.title AS baseline_title
        FROM alerts a
        JOIN claims c ON c.baseline_id = a.baseline_id AND c.id = a.claim_id
        JOIN baselines b ON b.id = a.baseline_id
        WHERE a.id = :id
        """,
        {"id": alert_id},
    )
    if row is None:
        return None
    stored = reports.load(connection, row["report_id"])
    found = _matches(connection, row["report_id"], row["baseline_id"])
    match = next((one for _, one in found if one.claim == row["claim_id"]), None)
    if stored is None or match is None:
        return None
    facts = stories.facts(connection, row["story_id"], recipient)
    return AlertView(
        alert=alerts.to_alert(row),
        baseline_title=row["baseline_title"],
        claim_text=row["claim_text"],
        match=match,
        report=stored.report,
        story_reports=facts.reports,
        publishers=facts.publishers,
        others=tuple((text, one) for text, one in found if one.claim != match.claim),
        first_message_id=facts.first_message_id,
    )


def judged(connection: Connection, report_id: int) -> list[MatchedReport]:
    """A stored report as the rules saw it, once for each baseline that judged it."""
    stored = reports.load(connection, report_id)
    if stored is None:
        return []
    verdicts = connection.rows("SELECT * FROM verdicts WHERE report_id = :id ORDER BY baseline_id", {"id": report_id})
    facts = stories.facts(connection, stored.story_id, "") if stored.story_id is not None else None
    return [
        MatchedReport(
            report_id=report_id,
            report=stored.report,
            baseline_id=row["baseline_id"],
            scored=_scored(row, tuple(one for _, one in _matches(connection, report_id, row["baseline_id"]))),
            story_id=stored.story_id or 0,
            story_is_new=facts is None or facts.reports <= 1,
            first_sight=stored.first_sight,
            feed_url=stored.feed_url,
            feed_tags=stored.feed_tags,
            publishers=len(facts.publishers) if facts else 1,
        )
        for row in verdicts
    ]


def scored(connection: Connection, report_id: int, baseline_id: str) -> Scored | None:
    """The verdict on a report under a baseline, with its matches."""
    row = connection.row(
        "SELECT * FROM verdicts WHERE report_id = :report_id AND baseline_id = :baseline_id",
        {"report_id": report_id, "baseline_id": baseline_id},
    )
    return _scored(row, tuple(one for _, one in _matches(connection, report_id, baseline_id))) if row else None


def _scored(row: dict[str, Any], found: tuple[Match, ...]) -> Scored:
    return Scored(
        key=str(row["report_id"]),
        score=row["score"],
        decision=Decision(row["decision"]),
        reason=row["reason"],
        matches=found,
        best_claim=row["best_claim_id"],
        best_claim_score=row["best_claim_score"],
        entities=tuple(json.loads(row["entities"])),
    )


def _matches(connection: Connection, report_id: int, baseline_id: str) -> list[tuple[str, Match]]:
    """(claim's text, match) of the report, best first."""
    rows = connection.rows(
        """
        SELECT m.*, c.text AS claim_text
        FROM matches m
        JOIN claims c ON c.baseline_id = m.baseline_id AND c.id = m.claim_id
        WHERE m.report_id = :report_id AND m.baseline_id = :baseline_id
        ORDER BY m.score DESC, m.id
        """,
        {"report_id": report_id, "baseline_id": baseline_id},
    )
    return [(row["claim_text"], matches.to_match(row)) for row in rows]
