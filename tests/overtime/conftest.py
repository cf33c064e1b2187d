"""One course for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from course import Course, course


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Course]:
    """A feed that behaves as the test says."""
    with course(tmp_path) as made:
        yield made
