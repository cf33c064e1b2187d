"""The table `baselines`, and how claims, entities and aliases follow the profile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.model import Baseline
from monitor.store import claims, entities
from monitor.store.connection import Connection
from monitor.store.values import to_json


def sync(connection: Connection, baseline: Baseline, *, position: int, now: datetime) -> None:
    """Make the tables follow the profile. A new revision has every report judged again; what was told stays told."""
    known = connection.row("SELECT revision, position, active FROM baselines WHERE id = :id", {"id": baseline.id})
    if known == {"revision": baseline.revision, "position": position, "active": 1}:
        return
    connection.run(
        """
        INSERT INTO baselines (
            id, title, author, publisher, published, url, language, article,
            revision, position, active, added_at, changed_at
        )
        VALUES (
            :id, :title, :author, :publisher, :published, :url, :language, :article, :revision, :position, 1, :now, :now
        )
        ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, author = excluded.author, publisher = excluded.publisher,
            published = excluded.published, url = excluded.url, language = excluded.language,
            article = excluded.article, position = excluded.position, active = 1,
            changed_at = CASE WHEN revision = excluded.revision THEN changed_at ELSE excluded.changed_at END,
            revision = excluded.revision
        """,
        {
            "id": baseline.id,
            "title": baseline.title,
            "author": baseline.author,
            "publisher": baseline.publisher,
            "published": baseline.published.isoformat() if baseline.published else None,
            "url": baseline.url,
            "language": baseline.language,
            "article": baseline.article,
            "revision": baseline.revision,
            "position": position,
            "now": now,
        },
    )
    claims.sync(connection, baseline, now=now)
    entities.sync(connection, baseline)


def retire_others(connection: Connection, baseline_ids: Sequence[str]) -> None:
    """Note that only these are configured."""
    connection.run(
        "UPDATE baselines SET active = 0 WHERE active = 1 AND id NOT IN (SELECT value FROM json_each(:ids))",
        {"ids": to_json(list(baseline_ids))},
    )


def listing(connection: Connection) -> list[dict[str, Any]]:
    """Every configured baseline with the number of its claims and entities."""
    return connection.rows(
        """
        SELECT
            b.id, b.title, b.published, b.url, b.revision, b.added_at, b.changed_at,
            (SELECT COUNT(*) FROM claims c WHERE c.baseline_id = b.id AND c.retired_at IS NULL) AS claims,
            (SELECT COUNT(*) FROM entities e WHERE e.baseline_id = b.id) AS entities
        FROM baselines b
        WHERE b.active = 1
        ORDER BY b.position, b.id
        """
    )
