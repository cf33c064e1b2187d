"""The quality gate: what the matcher finds on labelled reports must not fall below what it found before.

`floor.json` holds, for each topic and mode, each figure as measured and its floor; the hash of every file that the
figures depend on besides the code; and the margin between the two, with its reason.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.baseline.profile import load_profile
from monitor.cli.evaluate_reading import read_labelled
from monitor.cli.match import judge
from monitor.matching.evaluation import Judged, alarms, evaluate
from monitor.model import Baseline

ROOT = Path(__file__).parents[2]
FLOOR = Path(__file__).with_name("floor.json")
TOPICS = {
    "iraq": (ROOT / "config" / "baselines" / "coalition-withdrawal.toml", ROOT / "tests" / "data" / "iraq.jsonl"),
    "quake": (ROOT / "tests" / "data" / "quake.toml", ROOT / "tests" / "data" / "quake.jsonl"),
    "grounding": (ROOT / "tests" / "data" / "grounding.toml", ROOT / "tests" / "data" / "grounding.jsonl"),
    "exchange": (ROOT / "tests" / "data" / "exchange.toml", ROOT / "tests" / "data" / "exchange.jsonl"),
}
WITH_PHRASES, PLAIN = "with phrases", "without phrases"
FEWER_IS_BETTER = frozenset({"negatives_that_alarm"})

Measured = dict[str, dict[str, dict[str, float]]]  # topic -> mode -> figure -> value


@dataclass(frozen=True)
class Fault:
    """One thing for which the gate stays shut."""

    where: str
    message: str


def measure() -> Measured:
    """The figures as the code stands."""
    found: Measured = {}
    for topic, (profile, labelled) in TOPICS.items():
        baseline = load_profile(profile)
        plain = replace(baseline, claims=tuple(replace(claim, phrases=()) for claim in baseline.claims))
        found[topic] = {
            WITH_PHRASES: figures(baseline, labelled),
            PLAIN: {
                name: value
                for name, value in figures(plain, labelled).items()
                if name in ("report_ap", "claim_f1", "negatives_that_alarm")
            },
        }
    return found


def figures(baseline: Baseline, labelled: Path) -> dict[str, float]:
    """The figures of one baseline on one file, by the way of `monitor match`."""
    gold, reports = read_labelled(labelled, [claim.id for claim in baseline.claims])
    scored, stories = judge(baseline, reports)
    judged = {
        label.id: Judged(
            score=one.score, matches={m.claim: (m.score, m.relation.value) for m in one.matches}, story=story
        )
        for label, one, story in zip(gold, scored, stories, strict=True)
    }
    found = evaluate(gold, judged)
    return {
        "report_ap": found["report"]["ap"],
        "claim_f1": found["claim"]["f1"],
        "relation_accuracy": found["relation"]["accuracy"],
        "change_f1": found["relation"]["change"]["f1"],
        "story_f1": found["story"]["f1"],
        "copies_joined": int(found["story"]["copies_joined"].split("/")[0]),
        "negatives_that_alarm": alarms(gold, judged),
    }


def hashes() -> dict[str, str]:
    """SHA-256 of every file that the figures depend on besides the code, by its path."""
    files = sorted({file for pair in TOPICS.values() for file in pair})
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def load() -> dict[str, Any]:
    """The pinned floor."""
    pinned: dict[str, Any] = json.loads(FLOOR.read_text(encoding="utf-8"))
    return pinned


def save(pinned: dict[str, Any]) -> None:
    """Pin it."""
    FLOOR.write_text(json.dumps(pinned, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


# ---- deciding: pure ------------------------------------------------------------------------------------------------


def check(found: Measured, data: dict[str, str], pinned: dict[str, Any]) -> list[Fault]:
    """What is wrong: other data than the pinned ones, figures missing or below their floor."""
    changed = sorted(name for name in pinned["data"].keys() | data.keys() if pinned["data"].get(name) != data.get(name))
    faults = [Fault(name, "is not the pinned file; if that is meant, run with --update") for name in changed]
    if _names(found) != _names(pinned["figures"]):
        faults.append(Fault("floor.json", "pins other figures than are measured; run with --update"))
    for topic, mode, name in sorted(_names(found) & _names(pinned["figures"])):
        floor = pinned["figures"][topic][mode][name]["floor"]
        if _worse(name, found[topic][mode][name], floor):
            bound = "more than" if name in FEWER_IS_BETTER else "below"
            faults.append(Fault(f"{topic}, {mode}, {name}", f"{found[topic][mode][name]} is {bound} {floor}"))
    return faults


def renewed(
    found: Measured, data: dict[str, str], pinned: dict[str, Any], *, allow_regression: bool
) -> tuple[dict[str, Any], list[Fault]]:
    """The floor for these figures, and what would be lowered; a floor only sinks if that is allowed."""
    lowered = []
    figures: dict[str, Any] = {}
    for topic, mode, name in sorted(_names(found)):
        measured = found[topic][mode][name]
        floor = _floor(name, measured, pinned["margins"][name]["margin"])
        old = pinned["figures"].get(topic, {}).get(mode, {}).get(name, {}).get("floor")
        if old is not None and _worse(name, floor, old):
            if _worse(name, measured, old):
                lowered.append(Fault(f"{topic}, {mode}, {name}", f"measured {measured}, floor {old}"))
            floor = floor if allow_regression else old
        figures.setdefault(topic, {}).setdefault(mode, {})[name] = {"measured": measured, "floor": floor}
    gone = sorted(_names(pinned["figures"]) - _names(found))
    lowered += [Fault(", ".join(path), "is no longer measured") for path in gone]
    return {**pinned, "data": data, "figures": figures}, lowered


def _names(figures: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(topic, mode, name) for topic, modes in figures.items() for mode, own in modes.items() for name in own}


def _worse(name: str, value: float, than: float) -> bool:
    return value > than if name in FEWER_IS_BETTER else value < than


def _floor(name: str, measured: float, margin: float) -> float:
    return round(measured + margin if name in FEWER_IS_BETTER else measured - margin, 3)
