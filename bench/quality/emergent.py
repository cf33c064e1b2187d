"""Stance on Emergent: `python bench/quality/emergent.py FOLDER` prints three-way accuracy, cross-validated by claim.

A headline stands for, against or only observes a claim. The features are the package's own (shared stems, figures,
events denied or undone) and small classes of cue words; the model is a logistic regression learned on the other claims.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from monitor.matching.relation_features import events, opposition
from monitor.text.figures import compare_figures
from monitor.text.stems import stems, words

STANCES = ("for", "against", "observing")
FOLDS, STRENGTH = 10, 0.03
CUES = {
    "refutes": "fake hoax false debunk debunked debunks untrue myth satire satirical prank photoshopped phony bogus",
    "denies": (
        "deny denies denied denying refute refutes refuted dismiss dismisses dismissed rejects rejected "
        "no not nope never"
    ),
    "didnt": "didnt isnt wasnt doesnt hasnt arent werent dont wont cant",
    "doubts": (
        "rumor rumors rumour rumours unconfirmed doubt doubts doubtful skeptical sceptical questions question dubious "
        "conflicting mystery unclear speculation hoaxed wrong mistake mistaken error"
    ),
    "reports": (
        "report reports reported reportedly allegedly alleged claim claims claimed says said saying according source "
        "sources told tells suggests suggest appears apparently believed purported purportedly"
    ),
    "may": (
        "may might could possibly possible likely probably maybe perhaps would set expected plans planning considering"
    ),
    "asks": "is did does was are has why what how who really",
    "confirms": "confirm confirms confirmed official officially proof proves reveals revealed verified admits true",
    "checks": "fact check checking truth real story actually explained investigation investigates investigating probe",
    "quoted": "video watch photo photos picture pictures image images footage",
    "jokes": "internet twitter viral online blog website spoof joke parody media",
}
CLASSES = {name: frozenset(cues.split()) for name, cues in CUES.items()}
SINGLE = sorted({word for cues in CLASSES.values() for word in cues})


def features(claim: str, headline: str) -> list[float]:
    told, own = words(headline), set(stems(claim))
    theirs = set(stems(headline))
    comparisons = compare_figures(claim, headline, strict=False)
    denied_here = {f for f, negated in events(headline) if negated}
    denied_there = {f for f, negated in events(claim) if negated}
    values = [
        len(own & theirs) / max(len(own), 1),
        len(own & theirs) / max(len(theirs), 1),
        float(len(theirs - own)),
        float(len(told)),
        float(any(c.agrees for c in comparisons)),
        float(any(not c.agrees for c in comparisons)),
        float(bool(denied_here - denied_there)),
        float(opposition(claim, headline) is not None),
        float("?" in headline),
        float(bool(re.search(r"['‘\"“]\w", headline))),
        float(headline.rstrip().endswith("?")),
        float(":" in headline),
        float("!" in headline),
    ]
    values += [float(sum(w in cues for w in told)) for cues in CLASSES.values()]
    values += [float(bool(told) and told[0] in cues) for cues in CLASSES.values()]
    here = set(told)
    return values + [float(word in here) for word in SINGLE]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    x, y, claims = load(args.folder / "dev.jsonl")
    said = np.zeros_like(y)
    for learned, held in GroupKFold(FOLDS).split(x, y, claims):
        said[held] = learn(x[learned], y[learned]).predict(x[held])
    show("dev, by claim", y, said)
    for path in sorted(args.folder.glob("*.jsonl")):
        if path.name != "dev.jsonl":
            other, truth, _ = load(path)
            show(f"{path.name}, learned on dev", truth, learn(x, y).predict(other))


def load(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    x = np.array([features(row["claim"], row["headline"]) for row in rows])
    return x, np.array([STANCES.index(row["stance"]) for row in rows]), [row["claim_id"] for row in rows]


def learn(x: np.ndarray, y: np.ndarray) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=5_000)).fit(x, y)


def show(name: str, y: np.ndarray, said: np.ndarray) -> None:
    by = f1_score(y, said, average=None)
    each = ", ".join(f"{stance} {value:.3f}" for stance, value in zip(STANCES, by, strict=True))
    print(f"Emergent {name}: accuracy {np.mean(said == y):.3f}, macro F1 {by.mean():.3f} of {len(y)} ({each})")


if __name__ == "__main__":
    main()
