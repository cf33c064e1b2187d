"""How well the relation is told: `python bench/quality/relations.py IRAQ_DIR QUAKE_DIR [--errors]`.

Judged on labelled (report, claim) pairs: as shipped; by story and by claim, the weights learned on the other folds; and
with the weights of one topic on the other. "change" is contradicts or updates against the rest. "two figures": of the
changes whose note names a figure of the claim and one of the report, how many are found with just these side by side.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
from learn_relation import learn, see
from relation_data import Pair, load_topic
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

import monitor.matching.relation as relation
from monitor.matching.relation import CERTAIN, Verdict
from monitor.text.figures import Figure, find_figures, values_agree

CHANGE = frozenset({"contradicts", "updates"})


def judge(pairs: list[Pair], weights: dict | None = None) -> list[Verdict]:
    """The verdicts on the pairs, with these weights or the shipped ones."""
    with patch.object(relation, "load_weights", (lambda: weights) if weights else relation.load_weights):
        return [
            relation.relate(
                p.claim,
                p.report,
                p.passage,
                baseline_date=p.published,
                story_date=p.story_date,
                entities=p.entities,
            )
            for p in pairs
        ]


def judge_by(pairs: list[Pair], group: Callable[[Pair], str]) -> list[Verdict]:
    """The verdicts with weights learned from the other groups' pairs."""
    seen = [see(p) for p in pairs]
    verdicts: dict[int, Verdict] = {}
    for learned, held in GroupKFold(5).split(pairs, groups=[group(p) for p in pairs]):
        weights = learn([pairs[i] for i in learned], [seen[i] for i in learned])
        verdicts |= dict(zip(held, judge([pairs[i] for i in held], weights), strict=True))
    return [verdicts[i] for i in range(len(pairs))]


def report(name: str, pairs: list[Pair], verdicts: list[Verdict]) -> None:
    gold = np.array([p.relation for p in pairs])
    said = np.array([v.relation.value for v in verdicts])
    is_change, says_change = np.isin(gold, list(CHANGE)), np.isin(said, list(CHANGE))
    hits = (is_change & says_change).sum()
    precision, recall = hits / max(says_change.sum(), 1), hits / is_change.sum()
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    ap = average_precision_score(is_change, [v.change for v in verdicts])
    by = " ".join(f"{r[:5]} {_f1(gold == r, said == r):.2f}" for r in ("supports", "contradicts", "updates", "related"))
    change = f"change P {precision:.3f} R {recall:.3f} F1 {f1:.3f} AP {ap:.3f}"
    print(f"{name:<28} accuracy {np.mean(gold == said):.3f}  {change}  (F1 {by})")


def _f1(gold: np.ndarray, said: np.ndarray) -> float:
    return float(2 * (gold & said).sum() / max(gold.sum() + said.sum(), 1))


def named_figures(note: str) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The figures that a label's note names for the claim and for the report."""
    parts = re.match(r"(.*?),? ?(?:but )?(?=\breport)(.*)", note)
    return (find_figures(parts[1]), find_figures(parts[2])) if parts else ((), ())


def shows(verdict: Verdict, note: str) -> bool:
    """Whether the first pair shown is of two figures that the note names."""
    claimed, told = named_figures(note)
    if not verdict.figures or verdict.figures[0].agrees:
        return False
    first = verdict.figures[0]
    return _among(first.claim, claimed) and _among(first.report, told)


def _among(raw: str, figures: tuple[Figure, ...]) -> bool:
    return any(abs(a.value - b.value) < 1e-6 or values_agree(a, b) for a in find_figures(raw) for b in figures)


def two_figures(name: str, pairs: list[Pair], verdicts: list[Verdict]) -> None:
    wanted = [i for i, p in enumerate(pairs) if p.relation in CHANGE and all(named_figures(p.note))]
    said = [i for i, v in enumerate(verdicts) if v.relation.value in CHANGE and v.figures and not v.figures[0].agrees]
    found = [i for i in wanted if i in set(said) and shows(verdicts[i], pairs[i].note)]
    change = sum(pairs[i].relation in CHANGE for i in said)
    total = max(len(said), 1)
    print(
        f"{name:<28} two figures: found {len(found)}/{len(wanted)} = {len(found) / max(len(wanted), 1):.3f}, "
        f"precision {change / total:.3f} of {total} said with figures (just the noted ones {len(found) / total:.3f})"
    )


def certain(name: str, pairs: list[Pair], verdicts: list[Verdict]) -> None:
    sure = [
        p.relation
        for p, v in zip(pairs, verdicts, strict=True)
        if v.relation == "contradicts" and v.confidence >= CERTAIN
    ]
    print(f"{name:<28} “contradicts” without “may”: {sum(r == 'contradicts' for r in sure)} of {len(sure)} right")
    bins = []
    for low, high in ((0, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        inside = [
            (v.confidence, v.relation == p.relation)
            for p, v in zip(pairs, verdicts, strict=True)
            if low <= v.confidence < high
        ]
        if inside:
            bins.append(f"{np.mean([c for c, _ in inside]):.2f}→{np.mean([r for _, r in inside]):.2f} ({len(inside)})")
    print(f"{name:<28} confidence → right: {'  '.join(bins)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("iraq", type=Path)
    parser.add_argument("quake", type=Path)
    parser.add_argument("--errors", action="store_true", help="print the pairs told wrong, as shipped")
    args = parser.parse_args()
    topics = {"iraq": load_topic(args.iraq), "quake": load_topic(args.quake)}
    for name, pairs in topics.items():
        other = next(p for n, p in topics.items() if n != name)
        shipped = judge(pairs)
        report(f"{name}, as shipped", pairs, shipped)
        report(f"{name}, by story", pairs, judge_by(pairs, lambda p: p.story))
        report(f"{name}, by claim", pairs, judge_by(pairs, lambda p: p.claim.id))
        crossed = judge(pairs, learn(other, [see(p) for p in other]))
        report(f"{name}, learned on the other", pairs, crossed)
        two_figures(f"{name}, learned on the other", pairs, crossed)
        certain(f"{name}, learned on the other", pairs, crossed)
        for pair, verdict in zip(pairs, shipped, strict=True) if args.errors else ():
            if pair.relation != verdict.relation:
                said = f"said {verdict.relation} {verdict.confidence}: {verdict.note}"
                print(f"  {pair.report.key} {pair.claim.id} {pair.relation} [{pair.note}] {said}")


if __name__ == "__main__":
    main()
