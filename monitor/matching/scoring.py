"""From raw scores to scores that mean the same for every claim: how many of such pairs readers would call a match.

For claim j, with its calibration (background, sibling, own) and its mode ("with phrases" or "plain"):

    bar(j)  = T own(j)^E + S sibling(j) + G background(j)     the raw score at which alarms and misses balance
    x(j)    = raw(j) / bar(j)
    score   = y^k / (1 + y^k),  y = x / max(best, 0.2)^C      best: the report's largest x; 0 for nothing in common,
                                                              0.5 where alarms and misses balance, always below 1

The last line is a logistic curve over ln y. Dividing by a little of `best` says that what a report tells with full
force makes its faint echoes of other claims less likely to be meant. The constants were found on four labelled topics
together (docs/matching.md); run the quality gate after any change.
"""

from dataclasses import dataclass

import numpy as np

from monitor.matching.calibration import Calibration
from monitor.matching.space import Floats


@dataclass(frozen=True)
class Curve:
    """The constants of one mode: see the module."""

    bar: float  # T
    own: float  # E
    sibling: float  # S
    background: float  # G
    company: float  # C
    steepness: float  # k, fitted so that a score of 0.8 is right about eight times in ten


WITH_PHRASES = Curve(bar=0.98, own=0.6, sibling=0.16, background=0.63, company=0.15, steepness=4.8)
PLAIN = Curve(bar=2.04, own=0.0, sibling=0.24, background=0.74, company=0.0, steepness=3.0)
COMPANY_LEAST = 0.2

# The fewer the claims, the more of the topic's own reports bear on none of them, and the less the claims can tell each
# other apart: half of the claims of either development topic wanted a bar 7 % higher, a sixth one 18 % higher.
USUAL_CLAIMS = 25
FEW_CLAIMS = 0.1

# A report that names nobody and nothing of the baseline may tell of a like event elsewhere; worth what it was worth on
# the development topics (report average precision .980 to .991 on one, unchanged on the other).
STRANGER = 0.6

# The topic: a report's best claim without the idf among claims, over what made-up news reaches.
TOPIC_MARGIN = 0.5
TOPIC_STEEPNESS = 3.0
TOPIC_RATIO = 2.0  # the ratio at which a report's score is one half
# Below this a report is on another topic, whatever single claim it resembles; costs nothing in claim F1 on either
# development topic and spares a third of the false alarms.
TOPIC_GATE = 0.22

LEAST_TERMS = 2  # of the baseline, in a report that matches anything

DEFAULT_THRESHOLD = 0.5
NEAR_MISS = 0.6  # of the threshold: worth a look in v_near_misses


def bars(calibration: Calibration, with_phrases: np.ndarray) -> Floats:
    """The raw score at which each claim's score is one half."""

    def bar(curve: Curve) -> Floats:
        return (
            curve.bar * calibration.own**curve.own
            + curve.sibling * calibration.sibling
            + curve.background * calibration.background
        )

    # A claim whose texts hold no term at all can never match; a bar of infinity says so.
    height = np.where(with_phrases, bar(WITH_PHRASES), bar(PLAIN))
    height = height * (1 + FEW_CLAIMS * np.log(max(USUAL_CLAIMS / max(len(height), 1), 1)))
    return np.where(height > 0, height, np.inf)


def of_mode(name: str, with_phrases: np.ndarray) -> Floats:
    """One constant of each claim's curve."""
    return np.asarray(np.where(with_phrases, getattr(WITH_PHRASES, name), getattr(PLAIN, name)), dtype=np.float64)


def beside_the_best(ratio: Floats, rows: np.ndarray, count: int, company: Floats) -> Floats:
    """y of each pair, given x and C of each pair and the report (0 to `count` - 1) it belongs to."""
    best = np.full(count, COMPANY_LEAST)
    np.maximum.at(best, rows, ratio)
    return np.asarray(ratio / best[rows] ** company)


def raw_at(score: Floats, bar: Floats, power: Floats, company: Floats) -> Floats:
    """The lowest raw score at which a claim can reach `score` (0..1, exclusive), whatever else the report says."""
    inside = np.clip(score, 1e-6, 1 - 1e-6)
    y = (inside / (1 - inside)) ** (1 / power)
    # A claim that is itself the best needs x = y^(1 / (1 - C)); one beside a better claim needs more.
    alone = y ** (1 / (1 - company))
    return np.asarray(bar * np.where(alone >= COMPANY_LEAST, alone, y * COMPANY_LEAST**company))


def squash(ratio: Floats, power: Floats | float) -> Floats:
    """x^k / (1 + x^k), without overflow."""
    with np.errstate(divide="ignore"):
        curve = 1.0 / (1.0 + np.exp(-np.clip(power * np.log(ratio), -700, 700)))
    return np.asarray(np.where(ratio > 0, curve, 0.0))
