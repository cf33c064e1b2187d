"""What a running monitor remembers of what it has judged."""

from dataclasses import replace
from datetime import timedelta

from pipeline_world import BASELINE, Clock

from monitor.pipeline import MatchMemory


def test_memory_of_what_was_judged_ends() -> None:
    """After an hour, under a new revision, or when newer reports are gone, all that is stored is looked at again."""
    clock, memory = Clock(), MatchMemory()
    memory.judged(BASELINE, 40, clock())

    assert memory.judged_to(BASELINE, 40, clock()) == 40
    assert memory.judged_to(BASELINE, 39, clock()) == 0
    assert memory.judged_to(replace(BASELINE, revision="another"), 40, clock()) == 0
    assert memory.judged_to(BASELINE, 40, clock() + timedelta(hours=1)) == 0
    assert memory.judged_to(BASELINE, 40, clock() - timedelta(hours=1)) == 0


def test_memory_does_not_stay_for_ever_by_being_renewed() -> None:
    """However often it is renewed, an hour after the last look at everything comes the next."""
    clock, memory = Clock(), MatchMemory()
    memory.judged(BASELINE, 1, clock())
    memory.judged(BASELINE, 2, clock() + timedelta(minutes=40))

    assert memory.judged_to(BASELINE, 2, clock() + timedelta(minutes=50)) == 2
    assert memory.judged_to(BASELINE, 2, clock() + timedelta(minutes=70)) == 0
