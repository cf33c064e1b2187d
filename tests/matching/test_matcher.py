import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from monitor.errors import BaselineError
from monitor.matching.matcher import ClaimMatcher
from monitor.model import Baseline, Claim, Decision, Entity, Report

BASELINE = Baseline(
    id="harbour",
    title="The strike at Port Halden",
    claims=(
        Claim(
            id="H1",
            text="Dockers at Port Halden have been on strike since 3 May.",
            phrases=("walkout by harbour workers in Halden", "stoppage halts the port of Halden"),
        ),
        Claim(
            id="H2",
            text="The owner, Meridian Lines, has offered a pay rise of 4 per cent.",
            phrases=("Meridian offers dockers higher wages", "pay offer from the shipping line"),
        ),
        Claim(id="H3", text="Forty ships are waiting outside the harbour.", phrases=("queue of vessels off Halden",)),
    ),
    entities=(
        Entity(name="Port Halden", type="place", aliases=("Halden", "هالدن")),
        Entity(name="Meridian Lines", type="organisation", aliases=("Meridian",)),
    ),
)
REPORTS = [
    Report(key="a", title="Halden dockers vote to prolong strike", summary="The walkout at the port began on 3 May."),
    Report(key="b", title="Meridian Lines raises pay offer to 6%", summary="The shipping line had offered 4 per cent."),
    Report(key="c", title="Queue of ships off Halden grows", summary="Fifty vessels are waiting outside the harbour."),
    Report(key="d", title="Village choir wins prize", summary="The singers performed two songs on Saturday."),
    Report(key="e", title="", summary=""),
]


@pytest.fixture(scope="module")
def matcher() -> ClaimMatcher:
    return ClaimMatcher().fit(BASELINE)


def test_each_report_finds_its_claim(matcher: ClaimMatcher) -> None:
    """Reports match the claim they are about; others match none."""
    found = [[m.claim for m in scored.matches] for scored in matcher.match(REPORTS)]

    assert [claims[:1] for claims in found] == [["H1"], ["H2"], ["H3"], [], []]


def test_match_shows_its_passage(matcher: ClaimMatcher) -> None:
    """The passage is the part of the report that holds the claim's words."""
    assert matcher.match(REPORTS)[2].matches[0].passage == "Fifty vessels are waiting outside the harbour." or (
        matcher.match(REPORTS)[2].matches[0].passage == "Queue of ships off Halden grows"
    )


def test_reports_without_match_keep_score_decision_and_reason(matcher: ClaimMatcher) -> None:
    """Nothing is dropped in silence: what is below the threshold says how far."""
    choir, empty = matcher.match(REPORTS)[3:]

    assert choir.decision is Decision.BELOW
    assert empty.reason == "nothing in common with any claim"
    assert empty.score == 0.0


def test_claims_own_threshold_comes_first() -> None:
    """A claim's threshold overrides the matcher's."""
    strict = replace(BASELINE, claims=(replace(BASELINE.claims[0], threshold=0.9999), *BASELINE.claims[1:]))
    matches = ClaimMatcher().fit(strict).match(REPORTS[:1])[0].matches

    assert all(m.claim != "H1" for m in matches)


def test_arabic_report_matches_by_entities_and_figures() -> None:
    """A report in another script matches through aliases and figures."""
    baseline = Baseline(
        id="b",
        title="",
        claims=(
            Claim(id="A", text="Militias launched 25 attacks on Camp Taji.", phrases=("25 rockets hit Camp Taji",)),
            Claim(id="B", text="Parliament voted to expel foreign troops.", phrases=("MPs demand an exit",)),
        ),
        entities=(Entity(name="Camp Taji", type="place", aliases=("معسكر التاجي",)),),
    )
    scored = ClaimMatcher().fit(baseline).match([Report(key="1", title="٢٥ هجوما على معسكر التاجي", language="ar")])

    assert [m.claim for m in scored[0].matches] == ["A"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("halden dockers strike pay offer meridian ships 4 per cent may harbour . the of"
                                " queue Fifty vessels wage".split()), min_size=1, max_size=60))  # fmt: skip
def test_explanation_adds_up_to_the_score(words: list[str]) -> None:
    """The shares of the terms of every match add up to its score, and the score is finite and in 0..1."""
    for scored in ClaimMatcher(threshold=0.01).fit(BASELINE).match([Report(key="1", title=" ".join(words))]):
        for match in scored.matches:
            assert sum(share for _, share in match.terms) == pytest.approx(match.score)
            assert 0.0 < match.score < 1.0


def test_order_and_company_of_reports_change_nothing(matcher: ClaimMatcher) -> None:
    """A report's verdict does not depend on the reports it is scored with."""
    shuffled = REPORTS[:]
    random.Random(7).shuffle(shuffled)
    together = {scored.key: scored for scored in matcher.match(shuffled)}

    assert [together[r.key] for r in REPORTS] == [matcher.match([r])[0] for r in REPORTS]


def test_fitting_twice_gives_the_same_numbers() -> None:
    """Calibration draws the same numbers every time."""
    first, second = (ClaimMatcher().fit(BASELINE).transform(REPORTS).toarray() for _ in range(2))

    assert np.array_equal(first, second)


def test_hostile_reports_win_nothing(matcher: ClaimMatcher) -> None:
    """Endless repetition and endless vocabulary stay bounded, finite and without an unfair score."""
    fair = matcher.match(REPORTS[:1])[0]
    stuffed = Report(key="s", title="Halden " * 2_000)
    endless = Report(key="w", title=" ".join(f"w{i}x" for i in range(200_000)))
    scores = matcher.transform([stuffed, endless]).toarray()

    assert np.isfinite(scores).all()
    assert scores[0].max() < fair.matches[0].score
    assert scores[1].max() < 0.05


def test_transform_gives_reports_by_claims(matcher: ClaimMatcher) -> None:
    """The estimator's output is a sparse matrix with the claims' ids as feature names."""
    scores = matcher.transform(REPORTS)

    assert scores.shape == (5, 3)
    assert list(matcher.get_feature_names_out()) == ["H1", "H2", "H3"]
    assert scores.toarray()[0].argmax() == 0


def test_estimator_conventions() -> None:
    """It can be cloned, configured and put into a pipeline."""
    matcher = ClaimMatcher(threshold=0.4)
    copy = clone(matcher).set_params(threshold=0.6)
    pipeline = make_pipeline(FunctionTransformer(), copy).fit(BASELINE)

    assert copy.get_params() == {"background": None, "threshold": 0.6}
    assert pipeline.transform(REPORTS).shape == (5, 3)


def test_baseline_without_claims_is_refused() -> None:
    """There is nothing to match without claims, and the error says what to do."""
    with pytest.raises(BaselineError, match="no claims to match; add"):
        ClaimMatcher().fit(replace(BASELINE, claims=()))


def test_single_claim_baseline_works() -> None:
    """One claim alone has no siblings to be calibrated on and still matches its report."""
    alone = replace(BASELINE, claims=BASELINE.claims[:1])
    scored = ClaimMatcher().fit(alone).match(REPORTS)

    assert [bool(s.matches) for s in scored[:1] + scored[3:]] == [True, False, False]
