"""The quality gate: the matcher is as good as it was, and the gate cannot be opened by accident."""

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
import quality_gate as gate

DATA = {"data/a.jsonl": "1f", "data/a.toml": "2e"}
PINNED: dict[str, Any] = {
    "margins": {
        "claim_f1": {"margin": 0.01, "why": "six pairs"},
        "negatives_that_alarm": {"margin": 1, "why": "one"},
    },
    "data": DATA,
    "figures": {
        "a": {
            "plain": {
                "claim_f1": {"measured": 0.75, "floor": 0.74},
                "negatives_that_alarm": {"measured": 2, "floor": 3},
            }
        }
    },
}


def found(claim_f1: float = 0.75, alarms: float = 2) -> gate.Measured:
    return {"a": {"plain": {"claim_f1": claim_f1, "negatives_that_alarm": alarms}}}


def test_matcher_is_as_good_as_it_was() -> None:
    """No figure on the labelled reports of four topics is below its floor; data and profiles are the pinned ones.

    If this fails after a change of the matcher, see docs/evaluation.md, "The quality gate".
    """
    assert gate.check(gate.measure(), gate.hashes(), gate.load()) == []


def test_every_margin_has_a_reason_and_every_floor_keeps_it() -> None:
    """Between what was measured and its floor lies at most the written margin."""
    pinned = gate.load()

    assert all(margin["why"].endswith(".") for margin in pinned["margins"].values())
    for topic in pinned["figures"].values():
        for figures in topic.values():
            for name, figure in figures.items():
                distance = abs(figure["measured"] - figure["floor"])
                assert distance <= pinned["margins"][name]["margin"] + 1e-9, name


@pytest.mark.parametrize(
    ("figures", "faults"),
    [
        (found(), []),
        (found(claim_f1=0.74), []),
        (found(claim_f1=0.739), ["a, plain, claim_f1: 0.739 is below 0.74"]),
        (found(alarms=3), []),
        (found(alarms=4), ["a, plain, negatives_that_alarm: 4 is more than 3"]),
        ({}, ["floor.json: pins other figures than are measured; run with --update"]),
    ],
)
def test_figures_are_held_to_their_floor(figures: gate.Measured, faults: list[str]) -> None:
    """A figure may fall to its floor and not below; of alarms fewer are better; none may be left out."""
    assert [f"{one.where}: {one.message}" for one in gate.check(figures, DATA, PINNED)] == faults


def test_changed_data_shut_the_gate() -> None:
    """A label or a phrase that was changed is seen, also where no figure falls."""
    changed = gate.check(found(), DATA | {"data/a.jsonl": "99"}, PINNED)

    assert [one.where for one in changed] == ["data/a.jsonl"]
    assert [one.where for one in gate.check(found(), {"data/a.jsonl": "1f"}, PINNED)] == ["data/a.toml"]


def test_update_raises_floors_and_pins_data() -> None:
    """A gain is kept: the floor follows what is measured, less the margin."""
    new, lowered = gate.renewed(found(claim_f1=0.8, alarms=0), {"b": "3"}, PINNED, allow_regression=False)

    assert lowered == []
    assert new["data"] == {"b": "3"}
    assert new["figures"]["a"]["plain"] == {
        "claim_f1": {"measured": 0.8, "floor": 0.79},
        "negatives_that_alarm": {"measured": 0, "floor": 1},
    }


def test_update_lowers_no_floor_by_itself() -> None:
    """A figure within its margin leaves the floor where it was; one below it, or one left out, is named."""
    within, nothing = gate.renewed(found(claim_f1=0.745), DATA, PINNED, allow_regression=False)
    _, below = gate.renewed(found(claim_f1=0.7), DATA, PINNED, allow_regression=False)
    _, gone = gate.renewed({}, DATA, PINNED, allow_regression=False)
    allowed, _ = gate.renewed(found(claim_f1=0.7), DATA, PINNED, allow_regression=True)

    assert within["figures"]["a"]["plain"]["claim_f1"] == {"measured": 0.745, "floor": 0.74}
    assert nothing == []
    assert [one.where for one in below] == ["a, plain, claim_f1"]
    assert len(gone) == 2
    assert allowed["figures"]["a"]["plain"]["claim_f1"] == {"measured": 0.7, "floor": 0.69}


def test_pinned_file_is_left_alone_by_the_rules() -> None:
    """Deciding changes no values that it was given."""
    before = copy.deepcopy(PINNED)
    gate.renewed(found(claim_f1=0.9), {}, PINNED, allow_regression=True)

    assert before == PINNED
    assert json.loads(gate.FLOOR.read_text(encoding="utf-8")) == gate.load()


def test_command_refuses_to_lower_without_update() -> None:
    """`--allow-regression` alone is wrong use."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.quality", "--allow-regression"], cwd=gate.ROOT, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "goes with --update" in done.stderr
