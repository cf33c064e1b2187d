"""Which claim a report bears on: figures of the shipped matcher on labelled reports, and how far its constants travel.

    python bench/quality/claims.py iraq=REPORTS.jsonl,PROFILE.toml quake=REPORTS.jsonl,PROFILE.toml

Prints, for each topic with and without phrases, claim F1 at the shipped threshold, claim pair AP, report AP and the
negatives that alarm; then the same F1 with the threshold chosen on one topic and applied to the others.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from monitor.baseline.profile import load_profile
from monitor.matching.matcher import ClaimMatcher
from monitor.model import Baseline, Report

SWEEP = np.linspace(0.05, 0.95, 181)


@dataclass(frozen=True)
class Topic:
    """Scores and labels of one topic: reports x claims."""

    name: str
    scores: np.ndarray
    wanted: np.ndarray  # supports, contradicts, updates
    optional: np.ndarray  # related: may be found or left out
    report_scores: np.ndarray
    positive: np.ndarray
    alarms: int
    threshold: float

    def f1(self, threshold: float) -> float:
        """Claim F1 when what is at or above `threshold` counts as found."""
        found = self.scores >= threshold
        right = (found & self.wanted).sum()
        wrong = (found & ~self.wanted & ~self.optional).sum()
        return float(2 * right / (right + wrong + self.wanted.sum()))

    def pair_ap(self) -> float:
        """Average precision of the ranking of all pairs, those marked only `related` left out."""
        return float(average_precision_score(self.wanted[~self.optional], self.scores[~self.optional]))

    def best(self) -> float:
        """The threshold at which claim F1 is highest."""
        return float(max(SWEEP, key=self.f1))


def measure(name: str, labelled: Sequence[dict], baseline: Baseline) -> Topic:
    """Score the labelled reports of one topic."""
    matcher = ClaimMatcher().fit(baseline)
    reports = [Report(key=g["id"], title=g["title"], summary=g["summary"]) for g in labelled]
    verdicts = matcher.match(reports)
    scores = matcher.transform(reports).toarray()
    for row, verdict in enumerate(verdicts):
        if not verdict.matches:  # off topic, or nothing above the threshold
            scores[row] = np.minimum(scores[row], matcher.threshold - 1e-9)
    column = {claim.id: j for j, claim in enumerate(baseline.claims)}
    wanted, optional = np.zeros(scores.shape, dtype=bool), np.zeros(scores.shape, dtype=bool)
    for row, gold in enumerate(labelled):
        for label in gold["labels"]:
            (optional if label["relation"] == "related" else wanted)[row, column[label["claim"]]] = True
    positive = np.array([g["kind"] == "positive" for g in labelled])
    alarms = sum(bool(v.matches) and not p for v, p in zip(verdicts, positive, strict=True))
    report_scores = np.array([v.score for v in verdicts])
    return Topic(name, scores, wanted, optional, report_scores, positive, alarms, matcher.threshold)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    for phrases in (True, False):
        print("with phrases" if phrases else "without phrases")
        topics = []
        for argument in arguments:
            name, _, places = argument.partition("=")
            reports, profile = map(Path, places.split(","))
            baseline = load_profile(profile)
            if not phrases:
                baseline = replace(baseline, claims=tuple(replace(c, phrases=()) for c in baseline.claims))
            labelled = [json.loads(line) for line in reports.read_text(encoding="utf-8").splitlines()]
            topic = measure(name, labelled, baseline)
            topics.append(topic)
            print(
                f"  {name:8} claim F1 {topic.f1(topic.threshold):.3f} (best {topic.f1(topic.best()):.3f})"
                f"  pair AP {topic.pair_ap():.3f}"
                f"  report AP {average_precision_score(topic.positive, topic.report_scores):.3f}"
                f"  negatives that alarm {topic.alarms} of {(~topic.positive).sum()}"
            )
        for one, other in permutations(topics, 2):
            print(f"  threshold of {one.name} on {other.name}: claim F1 {other.f1(one.best()):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
