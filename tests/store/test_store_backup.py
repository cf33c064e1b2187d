"""Backups: what is taken under load is whole, what is damaged is refused, what was there before is kept."""

import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import SOURCE, Clock, Poll, make_report

from monitor.errors import StoreError
from monitor.store import Store, open_store
from monitor.store.backup import backups_of, daily_path, latest_good, make_backup, restore, rotate, vacuum, verify
from monitor.store.migrations import SCHEMA_VERSION


def titles(path: Path, clock: Clock) -> int:
    """How many reports a database holds."""
    with open_store(path, clock=clock) as store:
        count: int = store.query("SELECT COUNT(*) AS n FROM reports")[0]["n"]
        return count


def damage(path: Path) -> None:
    """Spoil the middle of a file."""
    raw = bytearray(path.read_bytes())
    raw[4096 * 4 : 4096 * 9] = b"\x5a" * 4096 * 5
    path.write_bytes(raw)


def test_backup_is_one_private_whole_file(store: Store, path: Path, clock: Clock, poll: Poll) -> None:
    """The copy holds what was committed, in one file that only its owner reads; nothing half is left beside it."""
    poll(make_report("1"), make_report("2"))
    target = daily_path(path, clock())
    size = make_backup(path, target)

    assert [one.name for one in target.parent.iterdir()] == [target.name]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_size == size
    assert verify(target) == SCHEMA_VERSION
    assert titles(target, clock) == 2


def test_backups_under_load_are_whole(store: Store, path: Path, clock: Clock) -> None:
    """Twenty backups while another connection writes without pause: each is whole, none holds half a poll."""
    with store._connection.write():
        store._connection.run("CREATE TABLE load (n)")
    stop = threading.Event()
    written = []

    def write() -> None:
        with open_store(path, clock=clock) as other:
            while not stop.is_set():
                with other._connection.write():
                    other._connection.run("INSERT INTO load SELECT value FROM json_each('[0, 1, 2, 3, 4]')")
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(20):
            target = path.parent / f"copy-{number}.db"
            make_backup(path, target)
            with sqlite3.connect(target) as raw:
                (rows,) = raw.execute("SELECT COUNT(*) FROM load").fetchone()
            raw.close()
            assert rows % 5 == 0
    finally:
        stop.set()
        writer.join()
    assert len(written) > 20


def test_failed_backup_leaves_the_old_one(store: Store, path: Path, clock: Clock) -> None:
    """If the copy is not whole, the file that bore the name before is still there, and nothing else."""
    target = path.parent / "backup.db"
    make_backup(path, target)
    before = target.read_bytes()

    def spoil(name: str) -> None:
        damage(next(path.parent.glob(".backup.db.part-*")))

    with pytest.raises(StoreError, match=r"backup\.db: damaged"):
        make_backup(path, target, failpoint=spoil)
    assert target.read_bytes() == before
    assert list(path.parent.glob(".*")) == []


def test_database_is_no_target_for_its_own_backup(store: Store, path: Path) -> None:
    """Naming the database as the backup would end it."""
    with pytest.raises(StoreError, match="is the database itself"):
        make_backup(path, path)
    with pytest.raises(StoreError, match="is the database itself"):
        restore(path, path, Clock()())


def test_restore_puts_the_backup_in_place_and_keeps_the_old(path: Path, clock: Clock, tmp_path: Path) -> None:
    """After restoring, the database is as it was; what it was replaced for lies beside it, with its log."""
    with open_store(path, clock=clock, create=True) as store:
        store.sync_feeds([SOURCE])
    make_backup(path, tmp_path / "good.db")
    damage(path)
    path.with_name("monitor.db-wal").write_bytes(b"stale")

    aside = restore(tmp_path / "good.db", path, clock())

    assert aside is not None
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"stale"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_store(path, clock=clock) as store:
        assert [row["url"] for row in store.feeds()] == [SOURCE.url]
        assert store._connection.pragma("journal_mode") == "wal"


def test_restore_refuses_what_is_no_good_backup(store: Store, path: Path, clock: Clock, tmp_path: Path) -> None:
    """A damaged or foreign file is refused before anything is moved."""
    make_backup(path, tmp_path / "bad.db")
    damage(tmp_path / "bad.db")
    (tmp_path / "page.db").write_text("<html>" * 100)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE notes (text)")
    other.close()
    before = path.read_bytes()

    for name, sentence in (("bad", "damaged"), ("page", "not a database"), ("other", "not a database"), ("no", "read")):
        with pytest.raises(StoreError, match=sentence):
            restore(tmp_path / f"{name}.db", path, clock())
    assert path.read_bytes() == before


def test_rotation_keeps_the_newest(store: Store, path: Path, clock: Clock) -> None:
    """Of ten daily backups the newest three stay; files of other names are left alone."""
    for _ in range(10):
        make_backup(path, daily_path(path, clock.forward(days=1)))
    mine = daily_path(path, clock()).with_name("monitor-mine.db")
    make_backup(path, mine)
    rotate(path, 3)

    assert [one.made for one in backups_of(path)] == [clock() - timedelta(days=back) for back in range(3)]
    assert mine.exists()


def test_damaged_database_is_refused_with_its_latest_good_backup(path: Path, clock: Clock) -> None:
    """The refusal names the newest backup that is whole, not a newer one that is damaged, too."""
    with open_store(path, clock=clock, create=True):
        pass
    good, newer = daily_path(path, clock()), daily_path(path, clock.forward(days=1))
    make_backup(path, good)
    make_backup(path, newer)
    damage(newer)

    assert latest_good(path) == good
    for spoil in (damage, lambda one: one.write_bytes(b""), lambda one: one.write_bytes(b"x" * 5000)):
        spoil(path)
        with pytest.raises(StoreError, match=rf"monitor restore {good}"):
            open_store(path, clock=clock)


def test_migration_takes_a_backup_first(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before an older database is changed, a copy of it is put among the backups."""
    with open_store(path, clock=clock, create=True) as store:
        store.sync_feeds([SOURCE])
        with store._connection.write():
            store._connection.run(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    with open_store(path, clock=clock):
        pass

    copy = path.parent / "backups" / f"monitor-schema-{SCHEMA_VERSION - 1}.db"
    assert verify(copy) == SCHEMA_VERSION - 1


def test_vacuum_gives_space_back(store: Store, path: Path, poll: Poll) -> None:
    """What was removed no longer takes room on the disk."""
    poll(*(make_report(f"n{number}", content="water " * 3000) for number in range(100)))
    with store._connection.write():
        store._connection.run("DELETE FROM reports")
    before, after = vacuum(path)

    assert after < before / 2
    assert verify(path) == SCHEMA_VERSION
