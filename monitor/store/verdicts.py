"""The table `verdicts`: which reports wait for a judgement, and what became of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import Baseline, Scored
from monitor.store import reports
from monitor.store.connection import Connection
from monitor.store.records import StoredReport
from monitor.store.values import bound, to_json

_WAITS = "(v.report_id IS NULL OR v.revision <> :revision OR v.report_version <> r.version)"


def unmatched(
    connection: Connection, baseline: Baseline, limit: int, after: int, judged_to: int = 0
) -> list[StoredReport]:
    """Reports above that id not yet judged under this revision of the baseline, or edited since; oldest first.

    A report that was judged before the profile changed, or before this baseline was added, counts as first sight: a new
    claim must not raise alerts on the news of last month.
    """
    rows = connection.rows(
        f"""
        SELECT
            {reports.COLUMNS},
            r.first_sight OR (v.report_id IS NOT NULL AND v.report_version = r.version) OR (
                r.first_seen_at < b.added_at
                AND EXISTS (SELECT 1 FROM verdicts o WHERE o.report_id = r.id AND o.decided_at < b.added_at)
            ) AS first_sight  -- in place of the column
        FROM reports r
        JOIN feeds f ON f.id = r.feed_id
        JOIN baselines b ON b.id = :baseline_id
        LEFT JOIN verdicts v ON v.report_id = r.id AND v.baseline_id = b.id
        WHERE r.id > :after AND {_looked_at(after, judged_to)} AND {_WAITS}
        ORDER BY r.id
        LIMIT :limit
        """,
        _about(baseline, judged_to) | {"after": after, "limit": limit},
    )
    return [reports.stored(row) for row in rows]


def count_unmatched(connection: Connection, baseline: Baseline, judged_to: int = 0) -> int:
    """How many reports wait for a judgement under this baseline's revision."""
    found = connection.value(
        f"""
        SELECT COUNT(*) AS reports
        FROM reports r
        LEFT JOIN verdicts v ON v.report_id = r.id AND v.baseline_id = :baseline_id
        WHERE {_looked_at(0, judged_to)} AND {_WAITS}
        """,
        _about(baseline, judged_to),
    )
    return int(found)


def _looked_at(after: int, judged_to: int) -> str:
    """Which reports above `after` may wait: up to `judged_to` only the edited ones, for not all that is stored can be
    read at every tick."""
    if after >= judged_to:
        return "TRUE"
    return """
        r.id IN (
            SELECT id FROM reports WHERE id > :judged_to
            UNION ALL SELECT id FROM reports WHERE version > 1 AND id <= :judged_to
        )
    """


def newest(connection: Connection) -> int:
    """The highest id of a report, 0 if there is none."""
    return int(connection.value("SELECT COALESCE(MAX(id), 0) FROM reports"))


def _about(baseline: Baseline, judged_to: int) -> dict[str, object]:
    return {"baseline_id": baseline.id, "revision": baseline.revision, "judged_to": judged_to}


def waiting(connection: Connection, versions: Mapping[int, int], baseline: Baseline) -> dict[int, int | None]:
    """Which of the reports, as they were read (id -> version), still wait, each with its story.

    Another program may have judged or a poll edited some since.
    """
    rows = connection.rows(
        """
        SELECT r.id, r.story_id
        FROM json_each(:versions) w
        JOIN reports r ON r.id = CAST(w.key AS INTEGER) AND r.version = w.value
        LEFT JOIN verdicts v ON v.report_id = r.id AND v.baseline_id = :baseline_id
        WHERE v.report_id IS NULL OR v.revision <> :revision OR v.report_version <> r.version
        """,
        {"baseline_id": baseline.id, "revision": baseline.revision, "versions": to_json(versions)},
    )
    return {row["id"]: row["story_id"] for row in rows}


def save(connection: Connection, judged: Sequence[tuple[int, Scored]], baseline: Baseline, *, now: datetime) -> None:
    """Keep the verdicts, each in place of the one on an earlier revision or text."""
    connection.run_rows(
        """
        INSERT INTO verdicts (
            report_id, baseline_id, revision, report_version, score, decision, reason,
            best_claim_id, best_claim_score, entities, decided_at
        )
        SELECT r.id, ?2, ?3, r.version, ?4, ?5, ?6, ?7, ?8, ?9, ?10
        FROM reports r
        WHERE r.id = ?1
        ON CONFLICT (report_id, baseline_id) DO UPDATE SET
            revision = excluded.revision, report_version = excluded.report_version, score = excluded.score,
            decision = excluded.decision, reason = excluded.reason, best_claim_id = excluded.best_claim_id,
            best_claim_score = excluded.best_claim_score, entities = excluded.entities, decided_at = excluded.decided_at
        """,
        (
            bound(
                (
                    report_id,
                    baseline.id,
                    baseline.revision,
                    scored.score,
                    scored.decision.value,
                    scored.reason,
                    scored.best_claim,
                    scored.best_claim_score,
                    to_json(scored.entities) if scored.entities else "[]",
                    now,
                )
            )
            for report_id, scored in judged
        ),
    )


def near_misses(connection: Connection, baseline_id: str | None, limit: int) -> list[dict[str, Any]]:
    """Reports that came close to a claim, the nearest first."""
    return connection.rows(
        """
        SELECT *
        FROM v_near_misses
        WHERE :baseline_id IS NULL OR baseline_id = :baseline_id
        ORDER BY score DESC, report_id
        LIMIT :limit
        """,
        {"baseline_id": baseline_id, "limit": limit},
    )
