"""When to try a delivery again: waits that grow to a ceiling, spread by chance, until three days are over. Pure."""

import math
import random
from datetime import datetime, timedelta

FIRST_WAIT_S = 60.0
# Low enough that what waits goes out within ten minutes of a server's recovery, however long it was down.
LONGEST_WAIT_S = 480.0
SPREAD = 0.2  # each wait is up to this share shorter or longer, so that a backlog does not come in one burst
GIVE_UP_AFTER_S = 72 * 3600.0
LONGEST_ASKED_S = 6 * 3600.0


def next_attempt(attempts: int, now: datetime, rng: random.Random, *, asked_s: float | None = None) -> datetime | None:
    """When to try again after `attempts` failed tries (1 or more); None when 72 hours of trying are over.

    `asked_s` is how long the other side asked to wait: it lengthens the wait, within bounds, and never shortens it.
    """
    if planned_s(attempts) >= GIVE_UP_AFTER_S:
        return None
    wait = wait_s(attempts) * rng.uniform(1 - SPREAD, 1 + SPREAD)
    return now + timedelta(seconds=max(wait, min(asked_s or 0.0, LONGEST_ASKED_S)))


def wait_s(attempts: int) -> float:
    """The wait after the given try, before chance is added: doubling from one minute up to the ceiling."""
    doublings = min(max(attempts, 1) - 1, 30)  # beyond that the ceiling holds anyway, and floats would grow huge
    return min(FIRST_WAIT_S * 2.0**doublings, LONGEST_WAIT_S)


def planned_s(attempts: int) -> float:
    """The sum of the waits before the given try: how long trying has lasted, if it was tried when it was due."""
    growing = 0.0
    for attempt in range(1, max(attempts, 1)):
        wait = wait_s(attempt)
        if wait >= LONGEST_WAIT_S:
            return growing + (attempts - attempt) * LONGEST_WAIT_S
        growing += wait
    return growing


def most_attempts() -> int:
    """After how many tries 72 hours are over."""
    growing = 1
    while wait_s(growing) < LONGEST_WAIT_S:
        growing += 1
    return growing + math.ceil((GIVE_UP_AFTER_S - planned_s(growing)) / LONGEST_WAIT_S)
