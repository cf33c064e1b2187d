"""What marks are worth: claim F1 on stories that nobody marked, by how many reports of each claim were marked.

    python bench/quality/feedback.py

Cross-validated over stories in five parts on the two labelled topics of the tests, with and without phrases. Marked
are, for each claim, at most so many of the reports that bear on it, and of those that only look so (0.3 or more).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from monitor.baseline.profile import load_profile
from monitor.cli.evaluate import pair_scores
from monitor.cli.evaluate_reading import read_labelled
from monitor.matching.evaluation import Counts, Judged, Labelled, claim_counts
from monitor.matching.feedback import Marked
from monitor.matching.matcher import ClaimMatcher
from monitor.matching.scoring import TOPIC_GATE
from monitor.model import Baseline, Report

ROOT = Path(__file__).parents[2]
TOPICS = {
    "iraq": (ROOT / "config/baselines/coalition-withdrawal.toml", ROOT / "tests/data/iraq.jsonl"),
    "quake": (ROOT / "tests/data/quake.toml", ROOT / "tests/data/quake.jsonl"),
}
FOLDS = 5
DRAWS = 3
MARKS = (0, 1, 5, 15)
LOOKS_SO = 0.3


@dataclass(frozen=True)
class Topic:
    """Labelled reports with a fitted matcher."""

    baseline: Baseline
    gold: list[Labelled]
    reports: list[Report]
    scores: list[dict[str, float]]  # without marks
    on_topic: list[bool]


def load(profile: Path, labelled: Path, *, phrases: bool) -> Topic:
    """One topic, with or without the phrases of its profile."""
    baseline = load_profile(profile)
    if not phrases:
        baseline = replace(baseline, claims=tuple(replace(claim, phrases=()) for claim in baseline.claims))
    gold, reports = read_labelled(labelled, [claim.id for claim in baseline.claims])
    matcher = ClaimMatcher().fit(baseline)
    scored = matcher.match(reports)
    return Topic(
        baseline, gold, reports, pair_scores(matcher, reports, scored), [one.score >= TOPIC_GATE for one in scored]
    )


def number(*parts: object) -> int:
    """The same number for the same parts, on every machine."""
    return int(hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest(), 16)


def marks(topic: Topic, known: Sequence[int], most: int, draw: int) -> list[Marked]:
    """What a reader would have marked of these reports."""
    found = []
    for claim in (one.id for one in topic.baseline.claims):
        order = sorted(known, key=lambda i: number(draw, claim, topic.gold[i].id))
        good = [i for i in order if topic.gold[i].labels.get(claim) not in (None, "related")]
        bad = [i for i in order if claim not in topic.gold[i].labels and topic.scores[i].get(claim, 0) >= LOOKS_SO]
        found += [Marked(report=topic.reports[i], claim=claim, relevant=True) for i in good[:most]]
        found += [Marked(report=topic.reports[i], claim=claim, relevant=False) for i in bad[:most]]
    return found


def f1(topic: Topic, most: int, draw: int) -> float:
    """Claim F1 over all folds, each judged by what the marks of the others taught."""
    matcher = ClaimMatcher().fit(topic.baseline)
    claims = list(matcher.get_feature_names_out())
    fold = [number(draw, one.story or one.id) % FOLDS for one in topic.gold]
    counts = Counts()
    for part in range(FOLDS):
        known = [i for i, own in enumerate(fold) if own != part]
        rest = [i for i, own in enumerate(fold) if own == part]
        matcher.learn(marks(topic, known, most, draw) if most else [])
        scores = matcher.transform([topic.reports[i] for i in rest]).toarray()
        for i, row in zip(rest, scores, strict=True):
            over = {c: (float(s), "") for c, s in zip(claims, row, strict=True) if s >= matcher.threshold}
            counts += claim_counts(topic.gold[i], Judged(matches=over if topic.on_topic[i] else {}))
    return counts.f1


def main() -> None:
    """One line a number of marks."""
    topics = {
        f"{name}{'' if phrases else ', no phrases'}": load(*files, phrases=phrases)
        for phrases in (True, False)
        for name, files in TOPICS.items()
    }
    print(f"{'marks':>5} " + " ".join(f"{name:>18}" for name in topics))
    for most in MARKS:
        found = [mean(f1(topic, most, draw) for draw in range(DRAWS)) for topic in topics.values()]
        print(f"{most:>5} " + " ".join(f"{value:>18.3f}" for value in found), flush=True)


if __name__ == "__main__":
    main()
