import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.store import open_store
from monitor.store.backup import make_backup

OTHER = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version').fetchone(); c.close()"


def clock() -> datetime:
    return datetime(2026, 3, 14, 6, 0, tzinfo=UTC)


def another_program_looks_in(database: Path) -> None:
    subprocess.run([sys.executable, "-c", OTHER, str(database)], check=True)


def test_a_second_store_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Opening and closing a second store in the process keeps the first one's locks.

    Without them another program takes itself for the last to leave, and removes the log that is being written.
    """
    database = tmp_path / "monitor.db"
    with open_store(database, clock=clock, create=True) as first:
        first.next_due()
        with open_store(database, clock=clock) as second:
            second.next_due()
        another_program_looks_in(database)

        assert (tmp_path / "monitor.db-wal").exists()
    with closing(sqlite3.connect(database)) as raw:
        assert raw.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_backup_leaves_the_locks_of_the_store(tmp_path: Path) -> None:
    """So does a backup that is taken while a store is open."""
    database = tmp_path / "monitor.db"
    with open_store(database, clock=clock, create=True) as store:
        store.next_due()
        make_backup(database, tmp_path / "copy.db")
        another_program_looks_in(database)

        assert (tmp_path / "monitor.db-wal").exists()


def test_a_file_is_looked_at_again_once_nobody_has_it_open(tmp_path: Path) -> None:
    """After the last store is closed, a file put in its place is judged by its own header."""
    database = tmp_path / "monitor.db"
    open_store(database, clock=clock, create=True).close()
    with open_store(database, clock=clock) as store:
        store.close()
        store.close()  # twice does no harm
    with open_store(database, clock=clock) as again:
        assert again.baselines() == []
