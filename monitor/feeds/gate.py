"""Manners towards hosts: so many requests at once, so much time between their starts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOLD_S = 30.0  # a host that says "too many" is left alone this long, whatever its other feeds are due


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # on the monotonic clock: a changed wall clock must neither burst nor block


class HostGate:
    """Hands out the right to ask a host; the total over all hosts is limited as well."""

    def __init__(
        self,
        *,
        per_host: int,
        delay_s: float,
        total: int,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._per_host = per_host
        self._delay_s = delay_s
        self._total = asyncio.Semaphore(total)
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def slot(self, host: str, *, spaced: bool = True) -> AsyncIterator[None]:
        """Waits until the host may be asked. `spaced=False` is for the next hop of a request that has begun."""
        entry = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host)))
        async with entry.slots:
            if spaced:
                async with entry.order:
                    await self._wait(entry)
            # The total is taken last, so that waiting for one slow host never keeps another from being asked.
            async with self._total:
                yield

    def hold(self, host: str, seconds: float = HOLD_S) -> None:
        """Leaves a host alone for a while."""
        entry = self._hosts.get(host)
        if entry is not None:
            entry.free_at = max(entry.free_at, self._monotonic() + seconds)

    async def _wait(self, entry: _Host) -> None:
        while (left := entry.free_at - self._monotonic()) > 0:
            await self._sleep(left)
        entry.free_at = self._monotonic() + self._delay_s
