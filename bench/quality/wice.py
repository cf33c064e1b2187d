"""Evidence on WiCE: `python bench/quality/wice.py FOLDER` prints how often the shown passage is the evidence.

Each claim of the set is a baseline of its own, fitted as any other; its cited article is the report, the article's
sentences the passages. A hit is a sentence that readers named as support among the best 1, 3 or 5 of the package's
passage finder. Claims for which readers named none are left out. Nothing is learned.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from monitor.matching.explain import PassageFinder
from monitor.matching.matcher import ClaimMatcher
from monitor.model import Baseline, Claim
from monitor.text.passages import Passage


def places(row: dict[str, Any]) -> np.ndarray:
    """The numbers of the article's sentences, best first."""
    claim = Claim(id="C", text=row["claim"])
    matcher = ClaimMatcher().fit(Baseline(id="wice", title="", claims=(claim,), entities=()))
    found = [Passage(text=text, first=number, last=number) for number, text in enumerate(row["evidence"])]
    finder = PassageFinder(found, matcher.extractor_, matcher.idf_)
    return np.argsort(-np.array(finder.values(matcher.query(0))), kind="stable")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    for path in sorted(parser.parse_args().folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        rows = [row for row in rows if any(row["supporting_sentences"])]
        ranked = [places(row).tolist() for row in rows]
        gold = [{number for one in row["supporting_sentences"] for number in one} for row in rows]
        hits = {k: np.mean([bool(set(r[:k]) & g) for r, g in zip(ranked, gold, strict=True)]) for k in (1, 3, 5)}
        shown = ", ".join(f"hit@{k} {share:.3f}" for k, share in hits.items())
        print(f"WiCE {path.name}: {shown} of {len(rows)} claims with evidence")


if __name__ == "__main__":
    main()
