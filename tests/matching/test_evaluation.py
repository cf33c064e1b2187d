"""The figures by which verdicts are judged, on the two labelled topics with made-up verdicts."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.matching.evaluation import Judged, Labelled, alarms, average_precision, claim_counts, evaluate
from monitor.matching.evaluation_curves import by_claim, calibration, f1_interval, sweep

DATA = Path(__file__).parents[1] / "data"
RELATIONS = ("supports", "contradicts", "updates", "related")


def labelled(topic: str) -> list[Labelled]:
    rows = [json.loads(line) for line in (DATA / f"{topic}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Labelled(
            id=row["id"],
            kind=row["kind"],
            labels={label["claim"]: label["relation"] for label in row.get("labels", [])},
            story=row.get("story"),
            copy_of=row.get("copy_of"),
        )
        for row in rows
    ]


def dice(*parts: object) -> int:
    """0..99, always the same for the same parts."""
    return int(hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest(), 16) % 100


def made_up(gold: Labelled, claims: list[str]) -> Judged:
    """A verdict that is right, wrong and silent in parts, by dice."""
    matches = {}
    for claim in claims:
        if dice(gold.id, claim, "found") < (80 if claim in gold.labels else 2):
            said = gold.labels.get(claim, "supports")
            relation = said if dice(gold.id, claim, "r") < 60 else RELATIONS[dice(gold.id, claim) % 4]
            matches[claim] = ((50 + dice(gold.id, claim, "s") // 2) / 100, relation)
    return Judged(
        score=(dice(gold.id, "score") + 60 * gold.positive) / 160,
        matches=matches,
        story=dice(gold.story or gold.id) // 2 if dice(gold.id, "story") < 90 else dice(gold.id),
    )


def made_up_verdicts(gold: list[Labelled]) -> dict[str, Judged]:
    claims = sorted({claim for one in gold for claim in one.labels})
    return {one.id: made_up(one, claims) for one in gold if dice(one.id, "missing") < 97}


# Computed once from the same verdicts by the scorer that defined these figures, independently of this package.
EXPECTED: dict[str, dict[str, Any]] = {
    "iraq": {
        "reports": 182,
        "missing": 6,
        "report": {"p": 0.769, "r": 0.94, "f1": 0.846, "ap": 0.933, "hard_negative_alarms": 23},
        "claim_all": {"p": 0.709, "r": 0.76, "f1": 0.734, "map": 0.691},
        "claim": {"p": 0.652, "r": 0.736, "f1": 0.691},
        "relation": {
            "pairs": 244,
            "accuracy": 0.693,
            "macro_f1": 0.589,
            "change": {"p": 0.528, "r": 0.792, "f1": 0.633},
            "by": {"supports": 0.809, "contradicts": 0.327, "updates": 0.535, "related": 0.685},
            "change_found_of_all": "38/70",
        },
        "story": {"p": 0.45, "r": 0.844, "f1": 0.587, "copies_joined": "8/10"},
    },
    "quake": {
        "reports": 198,
        "missing": 10,
        "report": {"p": 0.881, "r": 0.934, "f1": 0.907, "ap": 0.964, "hard_negative_alarms": 15},
        "claim_all": {"p": 0.784, "r": 0.772, "f1": 0.778, "map": 0.69},
        "claim": {"p": 0.746, "r": 0.785, "f1": 0.765},
        "relation": {
            "pairs": 312,
            "accuracy": 0.696,
            "macro_f1": 0.654,
            "change": {"p": 0.858, "r": 0.821, "f1": 0.839},
            "by": {"supports": 0.662, "contradicts": 0.557, "updates": 0.79, "related": 0.605},
            "change_found_of_all": "151/235",
        },
        "story": {"p": 0.261, "r": 0.774, "f1": 0.39, "copies_joined": "9/9"},
    },
}


@pytest.mark.parametrize("topic", ["iraq", "quake"])
def test_figures_are_those_of_the_independent_scorer(topic: str) -> None:
    """Every figure, on both labelled topics, equals what the scorer that defined them gives for the same verdicts."""
    gold = labelled(topic)

    assert evaluate(gold, made_up_verdicts(gold)) == EXPECTED[topic]


@pytest.mark.parametrize("topic", ["iraq", "quake"])
def test_readers_own_labels_score_one(topic: str) -> None:
    """A matcher that says what readers say has 1.0 everywhere, and no alarm."""
    gold = labelled(topic)
    stories = sorted({one.story or one.id for one in gold})
    judged = {
        one.id: Judged(
            score=float(one.positive),
            matches={claim: (1.0, relation) for claim, relation in one.labels.items()},
            story=stories.index(one.story or one.id),
        )
        for one in gold
    }
    figures = evaluate(gold, judged)

    assert [figures[name]["f1"] for name in ("report", "claim", "claim_all", "story")] == [1.0] * 4
    assert (figures["relation"]["accuracy"], figures["report"]["ap"], figures["claim_all"]["map"]) == (1.0, 1.0, 1.0)
    assert alarms(gold, judged) == 0
    assert f1_interval(gold, judged) == (1.0, 1.0)


def test_no_verdicts_score_zero() -> None:
    """Without any verdict all reports are missing and every figure is zero, none fails."""
    gold = labelled("iraq")
    figures = evaluate(gold, {})

    assert figures["missing"] == len(gold)
    assert [figures[name]["f1"] for name in ("report", "claim", "claim_all", "story")] == [0.0] * 4
    assert "relation" not in figures


def test_merely_related_pairs_may_be_found_or_left_out() -> None:
    """A pair that a reader marked `related` is neither missed nor false, unless all pairs are asked for."""
    gold = Labelled(id="1", kind="positive", labels={"A": "related", "B": "supports"})
    found = Judged(matches={"A": (0.9, "related"), "B": (0.8, "supports")})
    left = Judged(matches={"B": (0.8, "supports")})

    assert claim_counts(gold, found).f1 == claim_counts(gold, left).f1 == 1.0
    assert claim_counts(gold, left, optional=False).missed == 1


def test_average_precision_of_a_ranking() -> None:
    """The mean of the precision at each relevant place: 1/1 and 2/3 for places one and three."""
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([]) == 0.0


GOLD = [
    Labelled(id="1", kind="positive", labels={"A": "supports", "B": "related"}, story="s"),
    Labelled(id="2", kind="positive", labels={"B": "updates"}, story="t"),
    Labelled(id="3", kind="hard_negative"),
]
SCORES = [{"A": 0.9, "B": 0.6}, {"A": 0.7, "B": 0.5}, {"B": 0.3}]


def test_sweep_counts_matches_and_alarms_at_each_threshold() -> None:
    """A lower threshold finds more and alarms more; the figures at each are those of the pairs above it."""
    rows = sweep(GOLD, SCORES, steps=(0.2, 0.55, 0.8))

    assert [(row.matches, row.alarms) for row in rows] == [(5, 1), (3, 0), (1, 0)]
    assert [row.recall for row in rows] == [1.0, 0.5, 0.5]
    assert [row.precision for row in rows] == pytest.approx([0.5, 0.5, 1.0])


def test_calibration_sets_scores_beside_what_readers_say() -> None:
    """Each bin gives its pairs, their mean score and the share that is right; merely related pairs count nowhere."""
    found = calibration(GOLD, SCORES)

    assert found.pairs == 4
    assert [(one.low, one.pairs, one.right) for one in found.bins] == [
        (0.3, 1, 0.0),
        (0.5, 1, 1.0),
        (0.7, 1, 0.0),
        (0.9, 1, 1.0),
    ]
    assert found.brier == pytest.approx((0.1**2 + 0.7**2 + 0.5**2 + 0.3**2) / 4)
    assert found.brier_of_base_rate == pytest.approx(0.25)


def test_each_claim_has_its_own_figures() -> None:
    """What is easy and what is hard to watch shows claim by claim."""
    judged = {"1": Judged(matches={"A": (0.9, ""), "B": (0.6, "")}), "2": Judged(matches={"A": (0.7, "")})}
    rows = by_claim(GOLD, judged, ["A", "B", "C"])

    assert [(row.claim, row.labelled, row.precision, row.recall) for row in rows] == [
        ("A", 1, 0.5, 1.0),
        ("B", 1, 0.0, 0.0),
        ("C", 0, 0.0, 0.0),
    ]


def test_interval_holds_the_figure_and_is_always_the_same() -> None:
    """Drawing stories anew gives an interval around the figure, the same in each run."""
    gold = labelled("quake")
    judged = made_up_verdicts(gold)
    low, high = f1_interval(gold, judged)

    assert low < evaluate(gold, judged)["claim"]["f1"] < high
    assert f1_interval(gold, judged) == (low, high)
