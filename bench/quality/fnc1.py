"""Related or not, on FNC-1: `python bench/quality/fnc1.py FOLDER` prints F1, judged on bodies that set no threshold.

The score of a headline and a body is made of the package's own parts, nothing learned: the geometric mean of the cosine
of their TF-IDF vectors and of the share of the headline's weight that the body's best passage holds. Stems, stop words
and idf are the package's; a stem that the background does not know weighs most. The one number that is chosen, the
threshold, is the best one of the other nine folds of bodies.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from monitor.matching.background import load_background
from monitor.text.passages import passages
from monitor.text.stems import stems

FOLDS = 10


def vectors(texts: Iterable[Sequence[str]], index: dict[str, int]) -> sp.csr_matrix:
    """Texts x stems, the counts; new stems are added to the index."""
    rows, columns, counts = [], [], []
    number = -1
    for number, text in enumerate(texts):
        for stem, count in Counter(text).items():
            rows.append(number)
            columns.append(index.setdefault(stem, len(index)))
            counts.append(float(count))
    return sp.csr_matrix((counts, (rows, columns)), shape=(number + 1, len(index)))


def similarities(headlines: Sequence[str], bodies: Sequence[str]) -> np.ndarray:
    """Headlines x bodies: the score of each pair."""
    index: dict[str, int] = {}
    told = [[p.text for p in passages("", body, longest=1)] or [""] for body in bodies]
    of_body = np.repeat(np.arange(len(bodies)), [len(parts) for parts in told])
    matrices = [
        vectors((stems(text) for text in texts), index)
        for texts in (headlines, bodies, [text for parts in told for text in parts])
    ]
    for matrix in matrices:
        matrix.resize(matrix.shape[0], len(index))
    background = load_background("en")
    idf = np.array([background.idf(stem) for stem in index])
    heads, whole, parts = matrices
    cosine = _weighted(heads, idf) @ _weighted(whole, idf).T
    share = normalize((heads > 0).multiply(idf).tocsr(), "l1") @ (parts > 0).astype(float).T
    first = np.searchsorted(of_body, np.arange(len(bodies)))
    best = np.maximum.reduceat(share.toarray(), first, axis=1)
    return np.sqrt(cosine.toarray() * best)


def _weighted(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    sublinear = counts.copy()
    sublinear.data = 1 + np.log(sublinear.data)
    return normalize(sublinear.multiply(idf).tocsr())


def best_threshold(scores: np.ndarray, related: np.ndarray) -> float:
    """The threshold with the highest F1."""
    order = np.argsort(-scores, kind="stable")
    f1 = 2 * np.cumsum(related[order]) / (np.arange(1, len(order) + 1) + related.sum())
    return float(scores[order][np.argmax(f1)])


def show(name: str, said: np.ndarray, related: np.ndarray, scores: np.ndarray) -> None:
    hit = (said & related).sum()
    precision, recall = hit / said.sum(), hit / related.sum()
    f1, right = 2 * precision * recall / (precision + recall), np.mean(said == related)
    area, average = roc_auc_score(related, scores), average_precision_score(related, scores)
    print(
        f"FNC-1 {name}: F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f}, accuracy {right:.4f}, "
        f"ROC AUC {area:.4f}, AP {average:.4f} of {len(related)} pairs"
    )


def load(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, whether related, and body of each pair."""
    pairs = _rows(folder / f"{name}.jsonl")
    texts = {row["body_id"]: row.get("body") or row.get("text") or "" for row in _rows(folder / f"{name}_bodies.jsonl")}
    headlines, bodies = sorted({row["headline"] for row in pairs}), sorted(texts)
    scores = similarities(headlines, [texts[body] for body in bodies])
    head = {headline: number for number, headline in enumerate(headlines)}
    place = {body: number for number, body in enumerate(bodies)}
    at = [head[row["headline"]] for row in pairs], [place[row["body_id"]] for row in pairs]
    related = np.array([row["stance"] != "unrelated" for row in pairs])
    return scores[at], related, np.array([row["body_id"] for row in pairs])


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    scores, related, body = load(folder, "dev")
    said = np.zeros_like(related)
    for others, held in GroupKFold(FOLDS).split(scores, groups=body):
        said[held] = scores[held] >= best_threshold(scores[others], related[others])
    show("dev, by body", said, related, scores)
    threshold = best_threshold(scores, related)
    for path in sorted(folder.glob("*_bodies.jsonl")):
        name = path.name.removesuffix("_bodies.jsonl")
        if name != "dev":
            other, truth, _ = load(folder, name)
            show(f"{name}, threshold of dev", other >= threshold, truth, other)


if __name__ == "__main__":
    main()
