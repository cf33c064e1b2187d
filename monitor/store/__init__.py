"""The store: connection, migrations, views and the SQL of each table. The only room that knows SQLite."""

from monitor.store.checks import SQLITE_VERSION
from monitor.store.records import Finding, LedgerRow, MarkedReport, PollStored, StoredReport, StoryFacts
from monitor.store.store import Store, open_store

__all__ = [
    "SQLITE_VERSION",
    "Finding",
    "LedgerRow",
    "MarkedReport",
    "PollStored",
    "Store",
    "StoredReport",
    "StoryFacts",
    "open_store",
]
