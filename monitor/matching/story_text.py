"""A report as stories see it: weighted stems, character runs and word shingles of its title and first lines."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.model import Report
from monitor.text.figures import find_figures
from monitor.text.sentences import sentences
from monitor.text.stems import STOP_WORDS, stem, words

Ids = NDArray[np.int64]
Weights = NDArray[np.float64]
Vector = tuple[Ids, Weights]  # ids ascending, each once

TITLE_WEIGHT, LEAD_WEIGHT, REST_WEIGHT = 3, 2, 1  # what an event is called stands first in a news text
MAX_TITLE_CHARS = 400
MAX_TEXT_CHARS = 3_000  # news tells the event at the top; the rest of a full text is background that all reports share
GRAM_LENGTHS = (3, 4, 5)
SHINGLE_WORDS = 3
MAX_SHINGLE_WORDS = 150  # so that a full text and its own teaser still look like copies
BUCKETS = 1 << 22  # terms are hashed; two of a report fall together about once in 10,000 reports
_GRAM_MEMO = 4_096  # reports whose character runs stay at hand: the candidates of a busy day

# A cheap look before the search for figures: most reports hold no ordinal.
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b|\b(?:first|second|third|\w+th|\w+(?:first|second|third))\b", re.IGNORECASE)
_TIME_NOUNS = frozenset("year month week day hour minut centuri decad quarter time".split())

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(64 - 22)


@dataclass(frozen=True, slots=True)
class StoryText:
    """What two reports are compared by; two equal reports give equal ones on every machine."""

    parts: tuple[str, str, str]  # title, first sentence, rest: folded words with single spaces
    stem_ids: Ids  # ascending, each once
    stem_weights: Weights  # 1 + ln(weighted count)
    day: int | None  # of publication, as an ordinal of the calendar; None: not known
    ordinals: frozenset[tuple[str, float]]  # "the 23rd attack": what is counted, and where in the count


def story_text(report: Report) -> StoryText:
    """The comparable form of a report, of bounded size whatever the report holds."""
    found = sentences(report.text[:MAX_TEXT_CHARS])
    texts = (report.title[:MAX_TITLE_CHARS], " ".join(found[:1]), " ".join(found[1:]))
    split = [words(text) for text in texts]
    language = report.language or "en"
    counts: Counter[str] = Counter()
    for part, weight in zip(split, (TITLE_WEIGHT, LEAD_WEIGHT, REST_WEIGHT), strict=True):
        for word in part:
            if word not in STOP_WORDS:
                counts[stem(word, language)] += weight
    ids, weights = _summed([zlib.crc32(term.encode()) % BUCKETS for term in counts], list(counts.values()))
    title, lead, rest = (" ".join(part) for part in split)
    day = report.published.date().toordinal() if report.published else None
    ordinals = _ordinals(f"{texts[0]}.\n{texts[1]}")
    return StoryText(parts=(title, lead, rest), stem_ids=ids, stem_weights=weights, day=day, ordinals=ordinals)


def _ordinals(text: str) -> frozenset[tuple[str, float]]:
    if not _ORDINAL.search(text):
        return frozenset()
    found = (figure for figure in find_figures(text) if figure.kind == "ordinal")
    return frozenset((noun, figure.value) for figure in found for noun in figure.nouns if noun not in _TIME_NOUNS)


@lru_cache(maxsize=_GRAM_MEMO)
def grams(parts: tuple[str, str, str]) -> Vector:
    """The runs of 3 to 5 characters of a report, ascending, each with 1 + ln(weighted count)."""
    found: list[NDArray[np.uint64]] = []
    weights: list[int] = []
    for part, weight in zip(parts, (TITLE_WEIGHT, LEAD_WEIGHT, REST_WEIGHT), strict=True):
        for runs in _runs(part):
            found.append(runs)
            weights += [weight] * len(runs)
    return _summed(np.concatenate(found) if found else [], weights)


def _runs(part: str) -> list[NDArray[np.uint64]]:
    if not part:
        return []
    codes = np.frombuffer(f" {part} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    found = []
    rolling = codes
    for length in range(2, GRAM_LENGTHS[-1] + 1):
        if len(rolling) < 2:
            break
        rolling = (rolling[:-1] * _BASE + codes[length - 1 :]) ^ np.uint64(length)
        if length in GRAM_LENGTHS:
            found.append(((rolling ^ (rolling >> np.uint64(29))) * _MIX) >> _SHIFT)
    return found


@lru_cache(maxsize=_GRAM_MEMO)
def shingles(parts: tuple[str, str, str]) -> frozenset[int]:
    """Hashes of every three words in a row: what copies of one text share."""
    words = " ".join(parts).split()[:MAX_SHINGLE_WORDS]
    return frozenset(
        zlib.crc32(" ".join(words[at : at + SHINGLE_WORDS]).encode()) for at in range(len(words) - SHINGLE_WORDS + 1)
    )


def _summed(ids: Sequence[int] | NDArray[np.uint64], counts: Sequence[int]) -> Vector:
    if not len(ids):
        return np.empty(0, dtype=np.int64), np.empty(0)
    unique, inverse = np.unique(np.asarray(ids, dtype=np.int64), return_inverse=True)
    return unique, 1.0 + np.log(np.bincount(inverse, weights=np.asarray(counts, dtype=np.float64)))
