"""Thresholds are suggested from marks by what the other marks teach, and never set."""

from pathlib import Path

import pytest

from monitor.baseline.profile import load_profile
from monitor.cli.evaluate_reading import read_labelled
from monitor.matching.feedback import Marked
from monitor.matching.feedback_thresholds import STEPS, suggest, suggest_thresholds
from monitor.matching.matcher import ClaimMatcher

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def matcher() -> ClaimMatcher:
    return ClaimMatcher().fit(load_profile(DATA / "quake.toml"))


@pytest.fixture(scope="module")
def marks(matcher: ClaimMatcher) -> list[Marked]:
    """Every match of three claims, marked as readers labelled it."""
    gold, reports = read_labelled(DATA / "quake.jsonl", [claim.id for claim in matcher.baseline_.claims])
    return [
        Marked(report=report, claim=match.claim, relevant=match.claim in label.labels)
        for label, report, scored in zip(gold, reports, matcher.match(reports), strict=True)
        for match in scored.matches
        if match.claim in ("Q06", "Q10", "Q25")
    ]


def test_each_marked_claim_has_its_table(matcher: ClaimMatcher, marks: list[Marked]) -> None:
    """Precision at every threshold; fewer reports above a higher one; the suggestion is as precise as was asked."""
    found = {one.claim: one for one in suggest_thresholds(matcher, marks, 0.8)}

    assert found.keys() == {"Q06", "Q10", "Q25"}
    for one in found.values():
        assert [step.threshold for step in one.steps] == list(STEPS)
        assert sorted((step.relevant for step in one.steps), reverse=True) == [step.relevant for step in one.steps]
        assert one.relevant + one.noise == sum(mark.claim == one.claim for mark in marks)
        if one.suggested is not None:
            step = next(step for step in one.steps if step.threshold == one.suggested)
            assert step.precision >= 0.8
    assert any(one.suggested for one in found.values())


def test_suggesting_changes_nothing(matcher: ClaimMatcher, marks: list[Marked]) -> None:
    """Thresholds stay, and what was learnt for the suggestion is forgotten."""
    before, mode = matcher.thresholds_.tolist(), matcher.mode
    suggest_thresholds(matcher, marks)

    assert (matcher.thresholds_.tolist(), matcher.mode) == (before, mode)


def test_no_report_is_judged_by_its_own_mark(matcher: ClaimMatcher, marks: list[Marked]) -> None:
    """A lone mark has nothing to learn from, so its report counts with the score that it has without marks."""
    lone = next(mark for mark in marks if mark.claim == "Q06" and not mark.relevant)
    (found,) = suggest_thresholds(matcher, [lone])
    score = matcher.transform([lone.report]).toarray()[0, 5]

    assert [step.noise for step in found.steps] == [int(score >= step) for step in STEPS]


def test_few_or_one_sided_marks_suggest_nothing() -> None:
    """Less than six marks, or less than two of a kind, are no ground for a threshold."""
    few = suggest("C1", [(0.9, True), (0.8, True), (0.4, False), (0.3, False)], 0.5)
    one_sided = suggest("C1", [(0.9, True)] * 7 + [(0.4, False)], 0.5)

    assert (few.suggested, one_sided.suggested) == (None, None)
    assert few.reason == one_sided.reason == "too few marks: at least 6, 2 of each kind, are needed"
