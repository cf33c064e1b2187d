"""The table `tombstones`: what was removed, so that it is no news when its feed shows it again."""

from datetime import datetime
from typing import Any

from monitor.store import identity
from monitor.store.connection import Connection


def is_known(connection: Connection, item: dict[str, Any]) -> bool:
    """Whether this item of a feed (key, text_hash, title) was stored and removed, by its key or by its words."""
    found = connection.value(
        """
        SELECT 1 FROM tombstones WHERE feed_id = :feed_id AND key_hash = :key_hash
        UNION ALL
        SELECT 1 FROM tombstones WHERE feed_id = :feed_id AND text_hash = :text_hash AND :title <> ''
        LIMIT 1
        """,
        item | {"key_hash": key_hash(item["key"])},
    )
    return found is not None


def put(connection: Connection, row: dict[str, Any], now: datetime) -> None:
    """Leave a tombstone for a row of `reports`."""
    connection.run(
        """
        INSERT OR REPLACE INTO tombstones (feed_id, key_hash, text_hash, removed_at)
        VALUES (:feed_id, :key_hash, :text_hash, :now)
        """,
        {"feed_id": row["feed_id"], "key_hash": key_hash(row["key"]), "text_hash": row["text_hash"], "now": now},
    )


def key_hash(key: str) -> str:
    """A short name for a key; as written, for keys differ by case."""
    return identity.exact_hash(key)
