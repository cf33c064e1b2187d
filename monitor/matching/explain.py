"""Why a report matched a claim: the terms and their shares, and the passage that holds most of them."""

from collections.abc import Mapping, Sequence

from monitor.matching.terms import TermExtractor
from monitor.text.passages import Passage, passages

# What a further sentence must add to the share of the score that a passage holds, to be shown with it.
SENTENCE_COST = 0.06
MOST_SENTENCES = 3


def shares(parts: Mapping[str, float], score: float) -> tuple[tuple[str, float], ...]:
    """Each term's part of the raw score as its share of the score, largest first; they add up to the score."""
    total = sum(parts.values())
    ranked = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return tuple((term, score * part / total) for term, part in ranked if part > 0)


class PassageFinder:
    """The passages of one report with their terms, looked up for each claim that it matches."""

    def __init__(self, title: str, text: str, extractor: TermExtractor) -> None:
        self._passages = passages(title, text, MOST_SENTENCES)
        single = {p.first: frozenset(extractor.extract(p.text).counts) for p in self._passages if p.first == p.last}
        self._terms = [frozenset().union(*(single[i] for i in range(p.first, p.last + 1))) for p in self._passages]

    def best(self, parts: Mapping[str, float]) -> Passage | None:
        """The passage with the largest share of the score, shorter ones first among near equals."""
        total = sum(parts.values())
        best: tuple[float, Passage] | None = None
        for passage, terms in zip(self._passages, self._terms, strict=True):
            held = sum(parts[t] for t in terms & parts.keys()) / total if total else 0.0
            value = held - SENTENCE_COST * (passage.last - passage.first)
            if best is None or value > best[0] + 1e-12:
                best = (value, passage)
        return best[1] if best else None


def named(terms: Sequence[str]) -> tuple[str, ...]:
    """The entities among terms."""
    return tuple(t[2:] for t in terms if t.startswith("e:"))
