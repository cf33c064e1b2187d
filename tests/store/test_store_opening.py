"""Opening the database: what is made, and what is refused with a sentence and left as it is."""

import multiprocessing
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from store_samples import BASELINE, SOURCE, Clock, Poll, make_report
from test_store_outbox import ADA, make_message

from monitor.errors import StoreError
from monitor.model_digest import Notice
from monitor.store import Store, baselines, notices, open_store
from monitor.store.connection import APPLICATION_ID, Connection
from monitor.store.migrations import MIGRATIONS, SCHEMA_VERSION
from monitor.store.opening import open_connection


def test_new_database_is_complete_and_private(path: Path, clock: Clock) -> None:
    """A new file is ours by its mark, of the current schema, in WAL mode, and readable by its owner only."""
    with open_store(path, clock=clock, create=True):
        beside = [name for name in os.listdir(path.parent) if name.startswith(path.name)]
        modes = {stat.S_IMODE((path.parent / name).stat().st_mode) for name in beside}

    with sqlite3.connect(path) as raw:
        pragmas = [
            raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version", "journal_mode")
        ]
    raw.close()
    assert pragmas == [APPLICATION_ID, SCHEMA_VERSION, "wal"]
    assert modes == {0o600}
    assert sorted(beside) == ["monitor.db", "monitor.db-shm", "monitor.db-wal"]


def test_connection_is_set_for_safety(path: Path) -> None:
    """Commits reach the disk, references are checked, and a lock is waited for."""
    connection = open_connection(path, create=True)

    assert [connection.pragma(name) for name in ("synchronous", "foreign_keys", "busy_timeout")] == [2, 1, 10_000]
    connection.close()


def test_schema_version_counts_the_migrations(path: Path, store: Store) -> None:
    """The number in the file is the number of migrations, so that a newer file is recognised."""
    [row] = store.query("SELECT COUNT(*) AS n FROM _sqlite_migrations WHERE migration_set = 'monitor'")

    assert row["n"] == SCHEMA_VERSION == len(MIGRATIONS._migrations)


def test_missing_database_is_not_made_by_reading(path: Path, clock: Clock) -> None:
    """Without `create` a missing file is an error that names the command to make one."""
    with pytest.raises(StoreError, match=r"no database there; `monitor poll` and `monitor daemon` make one"):
        open_store(path, clock=clock)
    assert not path.exists()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _page(path: Path) -> None:
    path.write_text("<html>not a database</html>" * 10)


def _foreign(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()


def _newer(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    other.close()


def _damaged(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096 * 3 : 4096 * 9] = os.urandom(4096 * 6)
    path.write_bytes(raw)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 * 3])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_empty, "empty, so what it held is lost"),
        (_page, "not a SQLite database"),
        (_foreign, "belongs to another program, left untouched"),
        (_newer, f"written by a newer monitor .schema {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}"),
        (_damaged, "damaged .*put the latest good backup in its place"),
        (_cut, "damaged .*put the latest good backup in its place"),
    ],
)
def test_unusable_file_is_refused_and_left_as_it_is(
    path: Path, clock: Clock, spoil: Callable[[Path], None], sentence: str
) -> None:
    """A file that is empty, foreign, newer or damaged is refused in one sentence; not a byte of it changes."""
    if spoil is not _foreign:
        open_store(path, clock=clock, create=True).close()
    spoil(path)
    before = path.read_bytes()

    with pytest.raises(StoreError, match=sentence) as caught:
        open_store(path, clock=clock, create=True)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, clock: Clock) -> None:
    """Where no file can be made, the sentence names the place."""
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StoreError, match="cannot be made"):
        open_store(tmp_path / "file" / "monitor.db", clock=clock, create=True)


def test_failed_creation_leaves_nothing(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the schema cannot be laid down, there is no half database that would pass for a whole one."""
    monkeypatch.setattr("monitor.store.views.VIEWS", {"v_matches": "CREATE VIEW v_matches AS SELEKT"})
    with pytest.raises(sqlite3.OperationalError):
        open_store(path, clock=clock, create=True)

    assert os.listdir(path.parent) == []


def _open_and_close(path: Path) -> None:
    open_store(path, clock=Clock(), create=True).close()


def test_many_may_create_at_once(path: Path) -> None:
    """Programs that start together on a new database all find one, made once."""
    context = multiprocessing.get_context("spawn")
    programs = [context.Process(target=_open_and_close, args=(path,)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()

    assert [program.exitcode for program in programs] == [0, 0, 0]
    assert os.listdir(path.parent) == [path.name]


def test_interrupted_migration_is_done_again(path: Path, clock: Clock) -> None:
    """A file left without its schema by a crash inside the migration gets it at the next start."""
    open_store(path, clock=clock, create=True).close()
    raw = sqlite3.connect(path)
    raw.executescript("DROP VIEW v_ledger; PRAGMA user_version = 0;")
    raw.close()

    with open_store(path, clock=clock) as store:
        assert store.ledger() == []


def test_notices_outlive_the_third_migration(path: Path, clock: Clock) -> None:
    """A database of version 2 keeps its notices, their messages and all reports when feeds learn to be told of."""
    path.touch(mode=0o600)
    connection = Connection(path)
    with connection.write():
        MIGRATIONS.apply(connection.db, stop_before="m003_time")
        connection.run("PRAGMA user_version = 2")
        connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
        baselines.sync(connection, BASELINE, position=0, now=clock())
        notices.add(
            connection,
            Notice(kind="gap", baseline_id="dam", baseline_title="", headline="Silence", reason="none"),
            [(ADA, make_message(1), clock())],
            clock(),
        )
    connection.close()

    with open_store(path, clock=clock) as store:
        assert store.query("SELECT kind, headline FROM notices") == [{"kind": "gap", "headline": "Silence"}]
        assert store.query("SELECT notice_id, state FROM deliveries") == [{"notice_id": 1, "state": "waiting"}]
        assert store._connection.rows("PRAGMA foreign_key_check") == []
        store.tell_of_feeds([], "Feed broken", [])


def test_locked_database_is_one_sentence(path: Path, clock: Clock) -> None:
    """Another program that keeps the write lock is waited for, then named; reading goes on meanwhile."""
    open_store(path, clock=clock, create=True).close()
    other = sqlite3.connect(path, isolation_level=None)
    with open_store(path, clock=clock, busy_timeout_s=0.05) as store:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="locked by another program"):
            store.sync_feeds([SOURCE])
        assert store.ledger() == []
        other.execute("ROLLBACK")
        store.sync_feeds([SOURCE])
    other.close()


def test_exclusively_locked_database_is_one_sentence(path: Path, clock: Clock) -> None:
    """A program that keeps the whole file to itself is named, too."""
    open_store(path, clock=clock, create=True).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreError, match="locked by another program"):
        open_store(path, clock=clock, busy_timeout_s=0.05)
    other.close()


def test_full_disk_is_one_sentence_and_nothing_half(path: Path, clock: Clock, store: Store, poll: Poll) -> None:
    """When the disk is full, a poll is stored not at all; with space again, it is stored whole."""
    poll(make_report("1"), etag='"old"')
    connection = store._connection
    pages = connection.pragma("page_count")
    connection.pragma(f"max_page_count = {pages + 2}")
    large = [make_report(f"n{n}", content="water " * 2000) for n in range(20)]

    with pytest.raises(StoreError, match="the disk is full and nothing was written; free some space"):
        poll(*large, etag='"new"')
    assert store.query("SELECT etag FROM feeds") == [{"etag": '"old"'}]
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 1}]

    connection.pragma("max_page_count = 100000")
    assert poll(*large, etag='"new"').new == 20
    assert store.query("PRAGMA index_list(feeds)")


def test_read_only_database_is_one_sentence(path: Path, clock: Clock, store: Store) -> None:
    """A database that may only be read says so when something is to be written."""
    store._connection.pragma("query_only = 1")

    with pytest.raises(StoreError, match="cannot be written; make the file and its folder writable"):
        store.sync_baseline(BASELINE)


def test_copy_of_the_file_is_a_database(path: Path, clock: Clock, tmp_path: Path) -> None:
    """After closing, the one file is all there is: it can be copied as it is."""
    with open_store(path, clock=clock, create=True) as store:
        store.sync_feeds([SOURCE])
    shutil.copy(path, tmp_path / "copy.db")

    with open_store(tmp_path / "copy.db", clock=clock) as copy:
        assert len(copy.feeds()) == 1
