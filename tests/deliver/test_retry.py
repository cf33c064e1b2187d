"""When a delivery is tried again."""

import random
from datetime import UTC, datetime, timedelta

from monitor.deliver.retry import next_attempt, planned_s, wait_s

NOW = datetime(2026, 3, 14, tzinfo=UTC)


def test_waits_grow_to_a_ceiling():
    """The first wait is a minute, each next one twice as long, up to eight minutes."""
    assert [wait_s(attempt) for attempt in range(1, 7)] == [60, 120, 240, 480, 480, 480]


def test_chance_keeps_each_wait_below_ten_minutes():
    """With chance added a wait stays within a fifth of its length: what waits goes out soon after recovery."""
    rng = random.Random(7)
    waits = [next_attempt(9, NOW, rng) - NOW for _ in range(500)]

    assert timedelta(seconds=384) <= min(waits)
    assert max(waits) <= timedelta(seconds=576)
    assert len(set(waits)) > 400


def test_gives_up_after_three_days():
    """Trying goes on for 72 hours of waiting, then ends with None and stays so."""
    rng = random.Random(7)
    last = next(attempt for attempt in range(1, 10_000) if next_attempt(attempt, NOW, rng) is None)

    assert planned_s(last - 1) < 72 * 3600 <= planned_s(last)
    assert next_attempt(10**9, NOW, rng) is None


def test_planned_time_is_the_sum_of_the_waits():
    """The closed form agrees with adding up the waits one by one."""
    assert [planned_s(n) for n in range(1, 30)] == [sum(wait_s(k) for k in range(1, n)) for n in range(1, 30)]
