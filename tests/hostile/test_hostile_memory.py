import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_MIB = 150


@pytest.mark.slow
def test_memory_stays_flat_through_everything_hostile(tmp_path):
    """A process that polls every hostile document and server grows by no more than 150 MiB."""
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(here / "hostile_memory.py"), str(tmp_path / "m.db")],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    words = dict(line.split(": ") for line in done.stdout.strip().split("\n"))

    assert int(words["feeds"]) > 400
    assert float(words["grown MiB"]) <= LIMIT_MIB
    assert float(words["longest s"]) <= 30
