"""What the parts of the store share: the connection they ask, and the clock."""

from collections.abc import Callable
from datetime import datetime

from monitor.store.connection import Connection


class Part:
    """A part of `Store`, which inherits from all of them."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
