"""The table `matches`: each (report, claim) pair above the threshold, with everything needed to explain it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.model import Baseline, FigurePair, Match, Relation
from monitor.store.connection import Connection
from monitor.store.values import to_json


def save(connection: Connection, found: Mapping[int, tuple[Match, ...]], baseline: Baseline, *, now: datetime) -> None:
    """Keep the matches of each report (by id); those of an earlier revision or text that are no longer ones go."""
    kept = {report_id: [match.claim for match in matches] for report_id, matches in found.items()}
    connection.run(
        """
        DELETE FROM matches
        WHERE id IN (
            SELECT m.id
            FROM json_each(:kept) k
            JOIN matches m ON m.report_id = CAST(k.key AS INTEGER)
            WHERE m.baseline_id = :baseline_id
              AND m.claim_id NOT IN (SELECT value FROM json_each(k.value))
        )
        """,
        {"baseline_id": baseline.id, "kept": to_json(kept)},
    )
    connection.run_many(
        """
        INSERT INTO matches (
            report_id, baseline_id, claim_id, score, threshold, relation, confidence,
            passage, terms, entities, figures, note, mode, matched_at
        )
        VALUES (
            :report_id, :baseline_id, :claim_id, :score, :threshold, :relation, :confidence,
            :passage, :terms, :entities, :figures, :note, :mode, :now
        )
        ON CONFLICT (report_id, baseline_id, claim_id) DO UPDATE SET
            score = excluded.score, threshold = excluded.threshold, relation = excluded.relation,
            confidence = excluded.confidence, passage = excluded.passage, terms = excluded.terms,
            entities = excluded.entities, figures = excluded.figures, note = excluded.note,
            mode = excluded.mode, matched_at = excluded.matched_at
        """,
        (
            _values(match) | {"report_id": report_id, "baseline_id": baseline.id, "now": now}
            for report_id, matches in found.items()
            for match in matches
        ),
    )


def to_match(row: dict[str, Any]) -> Match:
    """The match of a row of `matches`."""
    return Match(
        claim=row["claim_id"],
        score=row["score"],
        threshold=row["threshold"],
        relation=Relation(row["relation"]),
        confidence=row["confidence"],
        passage=row["passage"],
        terms=tuple((term, share) for term, share in json.loads(row["terms"])),
        entities=tuple(json.loads(row["entities"])),
        figures=tuple(FigurePair(**pair) for pair in json.loads(row["figures"])),
        note=row["note"],
        mode=row["mode"],
    )


def figures_json(figures: tuple[FigurePair, ...]) -> str:
    """The figures as their column holds them."""
    return to_json([{"claim": pair.claim, "report": pair.report, "agrees": pair.agrees} for pair in figures])


def listing(
    connection: Connection,
    *,
    baseline_id: str | None,
    claim: str | None,
    relation: str | None,
    min_score: float,
    since: datetime | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Matches, newest first."""
    return connection.rows(
        """
        SELECT *
        FROM v_matches
        WHERE (:baseline_id IS NULL OR baseline_id = :baseline_id)
          AND (:claim IS NULL OR claim_id = :claim)
          AND (:relation IS NULL OR relation = :relation)
          AND score >= :min_score
          AND (:since IS NULL OR at >= :since)
        ORDER BY at DESC, match_id
        LIMIT :limit
        """,
        {
            "baseline_id": baseline_id,
            "claim": claim,
            "relation": relation,
            "min_score": min_score,
            "since": since,
            "limit": limit,
        },
    )


def _values(match: Match) -> dict[str, Any]:
    return {
        "claim_id": match.claim,
        "score": match.score,
        "threshold": match.threshold,
        "relation": match.relation,
        "confidence": match.confidence,
        "passage": match.passage,
        "terms": to_json(match.terms),
        "entities": to_json(match.entities),
        "figures": figures_json(match.figures),
        "note": match.note,
        "mode": match.mode,
    }
