"""The tables `entities` and `aliases`."""

from monitor.model import Baseline, Entity
from monitor.store.connection import Connection


def sync(connection: Connection, baseline: Baseline) -> None:
    """Make both tables follow the profile. Nothing refers to their rows, so they are written anew."""
    connection.run("DELETE FROM entities WHERE baseline_id = :id", {"id": baseline.id})
    for position, entity in enumerate(baseline.entities):
        _insert(connection, baseline.id, position, entity)


def _insert(connection: Connection, baseline_id: str, position: int, entity: Entity) -> None:
    entity_id = connection.insert(
        """
        INSERT INTO entities (baseline_id, position, name, type)
        VALUES (:baseline_id, :position, :name, :type)
        """,
        {"baseline_id": baseline_id, "position": position, "name": entity.name, "type": entity.type},
    )
    spellings = [(alias, False) for alias in entity.aliases] + [(alias, True) for alias in entity.excluded]
    for alias, excluded in spellings:
        connection.run(
            "INSERT OR IGNORE INTO aliases (entity_id, alias, excluded) VALUES (:entity_id, :alias, :excluded)",
            {"entity_id": entity_id, "alias": alias, "excluded": excluded},
        )
