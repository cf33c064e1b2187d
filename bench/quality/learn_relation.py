"""Learns the weights of the relation: `python bench/quality/learn_relation.py TOPIC_DIR... [--write]`.

Only pairs that no rule decides are learned from. Without `--write` the weights are printed.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from relation_data import Pair, load_topic
from sklearn.linear_model import LogisticRegression

import monitor.matching.relation
from monitor.matching.relation_features import MODELLED, Seen, look

TARGET = Path(monitor.matching.relation.__file__).parent / "data" / "relation-weights.json"
STRENGTH = 0.02  # inverse regularisation: few claims, so few degrees of freedom


def see(pair: Pair) -> Seen:
    return look(
        pair.claim,
        pair.report,
        pair.passage,
        published=pair.published,
        story_date=pair.story_date,
        entities=pair.entities,
    )


def learn(pairs: list[Pair], seen: list[Seen]) -> dict:
    """The weights from those pairs that no rule decides."""
    left = [i for i, p in enumerate(pairs) if monitor.matching.relation.rule(p.claim, seen[i]) is None]
    x = np.array([[seen[i].values[name] for name in MODELLED] for i in left])
    y = [pairs[i].relation for i in left]
    mean, scale = x.mean(axis=0), np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    model = LogisticRegression(C=STRENGTH, max_iter=5_000).fit((x - mean) / scale, y)
    columns = np.column_stack([mean, scale, model.coef_.T]).round(4)
    return {
        "relations": model.classes_.tolist(),
        "intercepts": {"all": model.intercept_.round(4).tolist()},
        "features": {name: row.tolist() for name, row in zip(MODELLED, columns, strict=True)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
    args = parser.parse_args()
    pairs = [pair for folder in args.topics for pair in load_topic(folder)]
    text = json.dumps(learn(pairs, [see(p) for p in pairs]), indent=1) + "\n"
    if args.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
