"""The database's versions. Add a function at the end; never edit one that was released."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from monitor.store import schema, schema_outbox, schema_time, views
from monitor.store.connection import APPLICATION_ID, Connection

MIGRATIONS = Migrations("monitor")


@MIGRATIONS()
def m001_initial(db: Database) -> None:
    """Lay down all tables, their indexes and the full-text search."""
    for statement in schema.TABLES + schema.INDEXES + schema.SEARCH:
        db.execute(statement)


@MIGRATIONS()
def m002_outbox(db: Database) -> None:
    """Let alerts wait and gather, keep notices and mutes, and know who waits behind whom."""
    # The child table comes last, so that dropping the old outbox does not empty it.
    order = (schema_outbox.ALERTS, schema_outbox.NEW_TABLES[:3], schema_outbox.DELIVERIES, schema_outbox.NEW_TABLES[3:])
    for statement in (*sum(order, ()), *schema_outbox.INDEXES):
        db.execute(statement)


@MIGRATIONS()
def m003_time(db: Database) -> None:
    """Know what left its feed, keep tombstones, pages and what was told of feeds."""
    # Deliveries point at notices, whose table is made anew: they are looked at again when the transaction ends.
    db.execute("PRAGMA defer_foreign_keys = ON")
    order = (schema_time.FEEDS, schema_time.REPORTS, schema_time.NEW_TABLES, schema_time.NOTICES, schema_time.INDEXES)
    for statement in sum(order, ()):
        db.execute(statement)


@MIGRATIONS()
def m004_views(db: Database) -> None:
    """Say what text was read, and count who carried a claim; views are made anew with every migration."""


@MIGRATIONS()
def m005_edits(db: Database) -> None:
    """Find the reports that were edited without reading all the others."""
    db.execute("CREATE INDEX reports_edited ON reports (version) WHERE version > 1")


SCHEMA_VERSION = 5  # how many migrations there are; kept in the file as user_version


def migrate(connection: Connection) -> None:
    """Bring the database to SCHEMA_VERSION, all or nothing; others wait meanwhile. The views are made anew."""
    with connection.write():
        # Read inside the lock: another program may just have done it.
        if connection.pragma("user_version") == SCHEMA_VERSION:
            return
        for name in views.VIEWS:
            connection.run(f"DROP VIEW IF EXISTS {name}")
        MIGRATIONS.apply(connection.db)
        for statement in views.VIEWS.values():
            connection.run(statement)
        connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.run(f"PRAGMA user_version = {SCHEMA_VERSION}")
