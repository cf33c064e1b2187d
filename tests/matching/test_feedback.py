"""What marks teach the matcher, and that it can be told from the explanation and taken back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.baseline.profile import load_profile
from monitor.cli.evaluate_reading import read_labelled
from monitor.matching.evaluation import Judged, Labelled, claim_counts
from monitor.matching.feedback import ALWAYS, LEAST, RIDGE, Marked, fit_weights
from monitor.matching.matcher import ClaimMatcher
from monitor.model import Baseline, Claim, Entity, Report

DATA = Path(__file__).parents[1] / "data"

BASELINE = Baseline(
    id="dam",
    title="The dam will hold",
    claims=(
        Claim(id="C1", text="The Vale Dam holds forty million cubic metres of water."),
        Claim(id="C2", text="No village below the Vale Dam was evacuated."),
    ),
    entities=(Entity(name="Vale Dam", type="place"),),
)


def report(key: str, title: str, summary: str = "") -> Report:
    return Report(key=key, title=title, summary=summary)


CONCERT = report("c", "Concert at Vale Dam fills every village inn", "Fans of the orchestra slept below the Vale Dam.")
ENCORE = report("d", "Second concert at Vale Dam", "The orchestra plays again in the village below the Vale Dam.")
LEAVING = report("e", "Village evacuated below Vale Dam", "Families left the village by bus.")
ELSEWHERE = report("f", "Parliament debates the budget", "Members argued until midnight.")
REPORTS = [CONCERT, ENCORE, LEAVING, ELSEWHERE]


def scores(matcher: ClaimMatcher, claim: str = "C2") -> list[float]:
    column = list(matcher.get_feature_names_out()).index(claim)
    return [float(value) for value in matcher.transform(REPORTS).toarray()[:, column]]


def noise(one: Report, claim: str = "C2") -> Marked:
    return Marked(report=one, claim=claim, relevant=False)


def relevant(one: Report, claim: str = "C2") -> Marked:
    return Marked(report=one, claim=claim, relevant=True)


def test_noise_lowers_the_report_and_those_like_it() -> None:
    """A report marked as noise loses score, and so does the next one in the same words; a relevant one hardly."""
    matcher = ClaimMatcher().fit(BASELINE)
    before = scores(matcher)
    after = scores(matcher.learn([noise(CONCERT), relevant(LEAVING)]))

    assert min(before[:3]) > LEAST
    assert after[0] < before[0]
    assert after[1] < before[1]
    assert before[2] - after[2] < (before[0] - after[0]) / 10


def test_relevant_raises_the_report_and_those_like_it() -> None:
    """A report in doubt gains by being called relevant, and so does the next one in the same words."""
    low = report("g", "Vale Dam water is low", "Cracks show in the wall.")
    like = report("h", "Water at Vale Dam lower still", "More cracks show.")
    matcher = ClaimMatcher().fit(BASELINE)
    before = matcher.transform([low, like]).toarray()[:, 0]
    after = matcher.learn([relevant(low, "C1")]).transform([low, like]).toarray()[:, 0]

    assert before.min() > LEAST
    assert (after > before).all()


def test_other_claims_and_distant_reports_stay() -> None:
    """Marks move only their own claim, and only reports that come near it."""
    matcher = ClaimMatcher().fit(BASELINE)
    others, distant = scores(matcher, "C1"), scores(matcher)[3]
    matcher.learn([noise(CONCERT), noise(ENCORE)])

    assert scores(matcher, "C1") == others
    assert scores(matcher)[3] == distant


def test_taking_marks_back_takes_back_what_they_did() -> None:
    """Learning from no marks is the same as never having learnt; the mode tells how many marks there are."""
    matcher = ClaimMatcher().fit(BASELINE)
    before, mode = scores(matcher), matcher.mode
    matcher.learn([noise(CONCERT)])

    assert matcher.mode == f"{mode}/marks-1"
    assert scores(matcher.learn([])) == before
    assert matcher.mode == mode


def test_last_mark_of_a_pair_counts_and_order_does_not() -> None:
    """A second thought replaces the first; the order of marks on different reports changes no lesson's direction."""
    once = ClaimMatcher().fit(BASELINE).learn([relevant(CONCERT)])
    twice = ClaimMatcher().fit(BASELINE).learn([noise(CONCERT), relevant(CONCERT)])
    one_way = ClaimMatcher().fit(BASELINE).learn([noise(CONCERT), relevant(LEAVING)])
    other_way = ClaimMatcher().fit(BASELINE).learn([relevant(LEAVING), noise(CONCERT)])

    assert scores(once) == scores(twice)
    assert scores(one_way) == pytest.approx(scores(other_way), abs=1e-9)


def test_unknown_claims_are_passed_over() -> None:
    """A mark on a claim that has left the profile teaches nothing and breaks nothing."""
    matcher = ClaimMatcher().fit(BASELINE)
    before = scores(matcher)

    assert scores(matcher.learn([noise(CONCERT, "C9")])) == before


def test_lesson_names_the_words() -> None:
    """The lesson shows what counts against: words of the noise that the relevant report does not have."""
    matcher = ClaimMatcher().fit(BASELINE).learn([noise(CONCERT), noise(ENCORE), relevant(LEAVING)])
    lesson = matcher.feedback_.lessons[1]

    assert (lesson.claim, lesson.relevant, lesson.noise) == ("C2", 1, 2)
    assert lesson.weights["concert"] < 0 < lesson.weights["bus"]
    assert dict(lesson.strongest(1)).keys() <= lesson.weights.keys()


def test_result_does_not_depend_on_the_other_reports() -> None:
    """Each report has the same score alone and in any company, also after learning."""
    matcher = ClaimMatcher().fit(BASELINE).learn([noise(CONCERT), relevant(LEAVING)])
    together = matcher.match(REPORTS)
    alone = [matcher.match([one])[0] for one in reversed(REPORTS)]

    assert together == list(reversed(alone))


WORDS = st.sampled_from("Vale Dam village evacuated water concert orchestra bus cubic metres holds below forty".split())
TEXTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)


@given(
    marks=st.lists(st.tuples(TEXTS, st.sampled_from(["C1", "C2"]), st.booleans()), min_size=1, max_size=5), text=TEXTS
)
@settings(max_examples=60, deadline=None)
def test_explanation_adds_up_after_learning(marks: list[tuple[str, str, bool]], text: str) -> None:
    """Whatever was marked, the shares of each match's terms add up to its score, and scores stay within 0 and 1."""
    matcher = ClaimMatcher(threshold=0.01).fit(BASELINE)
    matcher.learn([Marked(report=report(t, t), claim=claim, relevant=good) for t, claim, good in marks])
    for match in matcher.match([report("x", text)])[0].matches:
        assert 0.0 < match.score < 1.0
        assert sum(share for _, share in match.terms) == pytest.approx(match.score, abs=1e-9)


def test_weights_are_those_of_the_penalised_likelihood() -> None:
    """At the weights that are found the gradient of the penalised likelihood is zero."""
    rng = np.random.default_rng(7)
    x, wanted, prior = rng.random((6, 9)), np.array([1.0, 0, 1, 0, 0, 1]), rng.normal(size=6)
    weights = fit_weights(x, wanted, prior)
    inputs = np.hstack([x, np.full((6, 1), ALWAYS)])
    chance = 1 / (1 + np.exp(-(prior + inputs @ weights)))

    assert np.abs(inputs.T @ (chance - wanted) + RIDGE * weights).max() < 1e-6


def _f1(gold: list[Labelled], matcher: ClaimMatcher, reports: list[Report]) -> float:
    counts = [
        claim_counts(label, Judged(matches={m.claim: (m.score, "") for m in one.matches}))
        for label, one in zip(gold, matcher.match(reports), strict=True)
    ]
    return sum(counts[1:], counts[0]).f1


def test_marks_on_some_stories_help_on_others() -> None:
    """Marks on half of a topic's stories raise claim F1 on the other half, without phrases by several points."""
    baseline = load_profile(DATA / "quake.toml")
    plain = Baseline(
        id="plain",
        title=baseline.title,
        claims=tuple(Claim(id=claim.id, text=claim.text) for claim in baseline.claims),
        entities=baseline.entities,
        published=baseline.published,
    )
    gold, reports = read_labelled(DATA / "quake.jsonl", [claim.id for claim in plain.claims])
    stories = sorted({one.story or one.id for one in gold})
    seen = [stories.index(one.story or one.id) % 2 == 0 for one in gold]
    matcher = ClaimMatcher().fit(plain)
    marks = [
        Marked(report=one, claim=match.claim, relevant=match.claim in label.labels)
        for label, one, scored, known in zip(gold, reports, matcher.match(reports), seen, strict=True)
        if known
        for match in scored.matches
    ]
    others = [(label, one) for label, one, known in zip(gold, reports, seen, strict=True) if not known]
    labels, rest = [label for label, _ in others], [one for _, one in others]
    before = _f1(labels, matcher, rest)

    assert _f1(labels, matcher.learn(marks), rest) > before + 0.02
