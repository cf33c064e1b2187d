from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import HealthSettings
from monitor.daemon.health import why_ill
from monitor.daemon.lock import LockState

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)
LIMITS = HealthSettings(stale_after_s=3600, heartbeat_s=60)


def state(*, beat_s: float = 1, started_s: float = 10, **ages_s: float) -> LockState:
    """A held lock with signs of life so many seconds ago."""
    ago = {name: NOW - timedelta(seconds=seconds) for name, seconds in ages_s.items()}
    return LockState(
        held=True,
        pid=7,
        heartbeat=NOW - timedelta(seconds=beat_s),
        started=NOW - timedelta(seconds=started_s),
        done=ago,
        failing={"poll": "database is full"} if ages_s.get("poll", 0) > 3600 else {},
    )


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (LockState(held=False), "no daemon runs"),
        (LockState(held=True), None),
        (state(), None),
        (state(started_s=90_000, poll=30, match=30, deliver=30), None),
        (state(beat_s=120, poll=1), "shows no life since 2 min"),
        (state(started_s=90_000, poll=7300, match=30, deliver=30), "poll has not gone well for 2 h: database is full"),
        (
            replace(state(poll=1, match=1, deliver=1), undelivered="no message reaches Ada: 421"),
            "no message reaches Ada",
        ),
        (state(started_s=4000), "poll has not gone well for 66 min"),
    ],
)
def test_health_is_life_and_work(lock: LockState, said: str | None) -> None:
    """Ill: no daemon, no heartbeat, or a job that has not gone well for too long; a fresh start is well."""
    ill = why_ill(lock, LIMITS, NOW)

    assert (said is None and ill is None) or (ill is not None and said is not None and said in ill)
