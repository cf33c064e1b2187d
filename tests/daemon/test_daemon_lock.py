import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.daemon.lock import lock_path, read_lock, single_instance
from monitor.errors import StoreError

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.daemon.lock import single_instance
with single_instance(Path(sys.argv[1]), datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lock_shows_its_holder_and_signs_of_life(tmp_path: Path) -> None:
    """While held, others see process, start, heartbeat and how the jobs went; the file is nobody else's to read."""
    database = tmp_path / "monitor.db"
    with single_instance(database, NOW) as beat:
        beat.done("poll", NOW)
        beat.failed("deliver", "the mail server is away for good, it seems")
        beat.show(NOW)
        state = read_lock(database)
        beat.done("deliver", NOW)
        beat.show(NOW)
        later = read_lock(database)

    assert (state.held, state.pid, state.started, state.heartbeat) == (True, os.getpid(), NOW, NOW)
    assert state.done == {"poll": NOW}
    assert state.failing == {"deliver": "the mail server is away for good, it seems"}
    assert later.failing == {}
    assert lock_path(database).stat().st_mode & 0o077 == 0
    assert not read_lock(database).held


def test_no_lock_file_means_no_daemon(tmp_path: Path) -> None:
    """Asking does not make the file."""
    assert not read_lock(tmp_path / "monitor.db").held
    assert list(tmp_path.iterdir()) == []


def test_second_holder_is_refused_and_a_killed_one_leaves_it_free(tmp_path: Path) -> None:
    """Another process is told who holds the lock; after SIGKILL the lock is free at once."""
    database = tmp_path / "monitor.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(StoreError, match=rf"already runs on it \(process {holder.pid}\)"),
            single_instance(database, NOW),
        ):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        with single_instance(database, NOW):
            assert read_lock(database).pid == os.getpid()


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A lock that cannot be made is an error with the path, not a daemon without a lock."""
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be made"), single_instance(tmp_path / "file" / "monitor.db", NOW):
        pass


def test_reason_of_any_length_leaves_the_signs_of_life_readable(tmp_path: Path) -> None:
    """A failure that quotes a whole document is cut: else nobody could read that the daemon lives."""
    database = tmp_path / "monitor.db"
    with single_instance(database, NOW) as beat:
        beat.failed("poll", "x" * 1_000_000)
        beat.undelivered("y" * 1_000_000)
        beat.show(NOW)
        state = read_lock(database)

    assert state.heartbeat == NOW
    assert len(state.failing["poll"]) == len(state.undelivered or "") == 500
