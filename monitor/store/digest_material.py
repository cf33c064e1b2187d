"""What one recipient has not yet been told: the questions that a digest asks of the database."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import Recipient, Standing
from monitor.model_digest import ClaimChange, DayCount, DigestMatch, DigestMaterial, FeedTrouble, HeldAlert, NearMiss
from monitor.store import alerts, digests, feeds, ledger, matches, reports
from monitor.store.connection import Connection
from monitor.store.values import from_iso, from_iso_or_none, to_json

NEAR_MISSES_SHOWN = 20
CHART_DAYS = 14
# Troubles, with what to say where no error does.
_UNSAID = {"failing": "it fails", "retired": "it is gone for good", "silent": "it answers, but brings nothing new"}

# Columns of `matches` whose names `reports` has too get their own: the rest of a row serves both records.
_MATCH_AND_REPORT = f"""
    m.claim_id, m.score, m.threshold, m.relation, m.confidence, m.passage, m.terms, m.entities, m.figures, m.note,
    m.mode, m.baseline_id, m.report_id, c.text AS claim_text, r.copy_of, {reports.COLUMNS}
"""
_JOINED = """
    matches m
    JOIN claims c ON c.baseline_id = m.baseline_id AND c.id = m.claim_id
    JOIN reports r ON r.id = m.report_id
    JOIN feeds f ON f.id = r.feed_id
"""


def gather(connection: Connection, recipient: Recipient, baseline_ids: Sequence[str], now: datetime) -> DigestMaterial:
    """All that the next digest of this recipient can tell."""
    since = digests.last_composed_at(connection, recipient.name)
    about = {"recipient": recipient.name, "ids": to_json(list(baseline_ids)), "since": since}
    counts = _counts(connection, about)
    return DigestMaterial(
        recipient=recipient,
        baselines=_titles(connection, about, baseline_ids),
        since=since,
        until=now,
        changes=_changes(connection, recipient.name, baseline_ids),
        matches=_matches(connection, about),
        held=_held(connection, about),
        near_miss_count=counts.get("near miss", 0),
        near_misses=_near_misses(connection, about),
        reports_seen=_reports_seen(connection, about),
        duplicates=counts.get("duplicate", 0),
        filtered=counts.get("filtered", 0),
        troubles=_troubles(connection),
        days=_days(connection, baseline_ids, ZoneInfo(recipient.timezone), now),
    )


def _days(connection: Connection, baseline_ids: Sequence[str], zone: ZoneInfo, now: datetime) -> tuple[DayCount, ...]:
    """What came in on each of the last local days: counted by when it was stored, for feeds date as they like."""
    first = datetime.combine(now.astimezone(zone).date() - timedelta(days=CHART_DAYS - 1), time(), tzinfo=zone)
    rows = connection.rows(
        """
        SELECT
            substr(r.first_seen_at, 1, 16) || ':00Z' AS minute,
            COUNT(*) AS reports,
            SUM(EXISTS (
                SELECT 1 FROM matches m
                WHERE m.report_id = r.id AND m.baseline_id IN (SELECT value FROM json_each(:ids))
            )) AS matched
        FROM reports r
        WHERE r.first_seen_at >= :first
        GROUP BY minute
        """,
        {"first": first, "ids": to_json(list(baseline_ids))},
    )
    seen, matched = Counter[date](), Counter[date]()
    for row in rows:
        day = from_iso(row["minute"]).astimezone(zone).date()
        seen[day] += row["reports"]
        matched[day] += row["matched"]
    return tuple(DayCount(day=day, reports=seen[day], matched=matched[day]) for day in sorted(seen))


def _titles(connection: Connection, about: dict[str, Any], baseline_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    rows = connection.rows("SELECT id, title FROM baselines WHERE id IN (SELECT value FROM json_each(:ids))", about)
    titles = {row["id"]: row["title"] for row in rows}
    return tuple((one, titles[one]) for one in baseline_ids if one in titles)


def _changes(connection: Connection, recipient: str, baseline_ids: Sequence[str]) -> tuple[ClaimChange, ...]:
    before = digests.last_standings(connection, recipient)
    moved = []
    for row in ledger.standings(connection, baseline_ids):
        told = before.get((row.baseline_id, row.claim), Standing.UNREPORTED)
        if told is row.standing:
            continue
        best = _best(connection, row.best_match_id)
        moved.append(
            ClaimChange(
                baseline_id=row.baseline_id,
                claim=row.claim,
                claim_text=row.claim_text,
                before=told,
                after=row.standing,
                match=matches.to_match(best) if best else None,
                report=reports.to_report(best) if best else None,
            )
        )
    return tuple(moved)


def _best(connection: Connection, match_id: int | None) -> dict[str, Any] | None:
    if match_id is None:
        return None
    return connection.row(f"SELECT {_MATCH_AND_REPORT} FROM {_JOINED} WHERE m.id = :id", {"id": match_id})


def _matches(connection: Connection, about: dict[str, Any]) -> tuple[DigestMatch, ...]:
    rows = connection.rows(
        f"""
        SELECT {_MATCH_AND_REPORT}
        FROM {_JOINED}
        WHERE m.baseline_id IN (SELECT value FROM json_each(:ids))
          AND c.retired_at IS NULL
          AND NOT EXISTS (
              SELECT 1 FROM v_matches v WHERE v.match_id = m.id AND v.mark = 'noise'
          )
          AND NOT EXISTS (
              SELECT 1
              FROM digest_members t
              JOIN digests g ON g.id = t.digest_id
              WHERE t.recipient = :recipient
                AND t.report_id = m.report_id AND t.baseline_id = m.baseline_id AND t.claim_id = m.claim_id
                AND t.relation = m.relation AND t.alert_id IS NULL
                AND {digests.DELIVERED}
          )
        ORDER BY m.id
        """,
        about,
    )
    return tuple(
        DigestMatch(
            baseline_id=row["baseline_id"],
            claim_text=row["claim_text"],
            match=matches.to_match(row),
            report_id=row["report_id"],
            report=reports.to_report(row),
            story_id=row["story_id"] or -row["report_id"],
            is_copy=row["copy_of"] is not None,
        )
        for row in rows
    )


def _held(connection: Connection, about: dict[str, Any]) -> tuple[HeldAlert, ...]:
    rows = connection.rows(
        f"""
        SELECT
            a.id AS alert_id, a.baseline_id, a.claim_id, a.report_id, a.rule, a.severity, a.state, a.reason, a.headline,
            a.recipients, {reports.COLUMNS}
        FROM alerts a
        JOIN reports r ON r.id = a.report_id
        JOIN feeds f ON f.id = r.feed_id
        WHERE a.state IN ('held', 'throttled')
          AND a.not_before IS NULL  -- these are delivered by themselves, only later
          AND a.baseline_id IN (SELECT value FROM json_each(:ids))
          AND a.dismissed_at IS NULL
          AND EXISTS (SELECT 1 FROM json_each(a.recipients) WHERE value = :recipient)
          AND NOT EXISTS (
              SELECT 1
              FROM digest_members t
              JOIN digests g ON g.id = t.digest_id
              WHERE t.recipient = :recipient AND t.alert_id = a.id AND {digests.DELIVERED}
          )
        ORDER BY a.id
        """,
        about,
    )
    return tuple(
        HeldAlert(alert_id=row["alert_id"], alert=alerts.to_alert(row), report=reports.to_report(row)) for row in rows
    )


def _counts(connection: Connection, about: dict[str, Any]) -> dict[str, int]:
    rows = connection.rows(
        """
        SELECT decision, COUNT(DISTINCT report_id) AS reports
        FROM verdicts
        WHERE baseline_id IN (SELECT value FROM json_each(:ids))
          AND decision IN ('near miss', 'duplicate', 'filtered')
          AND (:since IS NULL OR decided_at >= :since)
        GROUP BY decision
        """,
        about,
    )
    return {row["decision"]: row["reports"] for row in rows}


def _near_misses(connection: Connection, about: dict[str, Any]) -> tuple[NearMiss, ...]:
    rows = connection.rows(
        f"""
        SELECT v.best_claim_id, v.best_claim_score, c.threshold, {reports.COLUMNS}
        FROM verdicts v
        JOIN reports r ON r.id = v.report_id
        JOIN feeds f ON f.id = r.feed_id
        LEFT JOIN claims c ON c.baseline_id = v.baseline_id AND c.id = v.best_claim_id
        WHERE v.baseline_id IN (SELECT value FROM json_each(:ids))
          AND v.decision = 'near miss'
          AND (:since IS NULL OR v.decided_at >= :since)
        ORDER BY v.best_claim_score DESC, r.id
        LIMIT {NEAR_MISSES_SHOWN}
        """,
        about,
    )
    return tuple(
        NearMiss(
            report=reports.to_report(row),
            claim=row["best_claim_id"] or "",
            score=row["best_claim_score"],
            threshold=row["threshold"],
        )
        for row in rows
    )


def _reports_seen(connection: Connection, about: dict[str, Any]) -> int:
    found = connection.value(
        "SELECT COUNT(*) AS reports FROM reports WHERE :since IS NULL OR first_seen_at >= :since", about
    )
    return int(found)


def _troubles(connection: Connection) -> tuple[FeedTrouble, ...]:
    return tuple(
        FeedTrouble(
            url=row["url"],
            title=row["title"],
            problem=row["last_error"] or _UNSAID[row["health"]],
            failures=row["failures"],
            since=from_iso_or_none(row["failing_since"] or row["last_new_at"]),
            retired=row["health"] == "retired",
        )
        for row in feeds.listing(connection)
        if row["health"] in _UNSAID
    )
