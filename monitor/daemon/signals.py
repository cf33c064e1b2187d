"""Signals as events for a loop: handlers do nothing but note the signal, so they can interrupt anything."""

import os
import select
import signal
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self

STOP = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """Within the `with` block SIGTERM, SIGINT and SIGHUP are noted; a second request to stop ends the process at once.

    A pipe, not a threading.Event: setting an event inside a handler can wait for ever on the lock it interrupted.
    """

    def __init__(self) -> None:
        self.stopping: signal.Signals | None = None
        self.reloads = 0
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in (*STOP, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        """Returns after so long, or as soon as a signal arrives."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        if ready:
            os.read(self._read, 4096)

    def take_reload(self) -> bool:
        """Whether SIGHUP came since last asked."""
        wanted, self.reloads = self.reloads > 0, 0
        return wanted

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self.reloads += 1
        elif self.stopping is not None:
            os._exit(128 + number)  # safe at any point: what was not committed is done again
        else:
            self.stopping = signal.Signals(number)
        with suppress(BlockingIOError):  # the pipe is full of earlier signals: the loop wakes up anyway
            os.write(self._write, b"!")
