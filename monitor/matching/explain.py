"""Why a report matched a claim: the terms and their shares, and the passage that holds most of them.

For a claim with the weights q(t) of `space.queries`, and a passage p with terms p(t) of a report whose title and
sentences are n, d(t) of them with the term:

    value(p) = sum of q(t) l(t) over terms in p / the same over terms in the report     how much of it stands here
             + COSINE * cos(q, idf(t) (1 + ln p(t)))                                    and how little else
             - SENTENCE_COST * further sentences
    l(t)     = ln((n+1)/d(t)) / ln(n+1)           what all sentences of a report share cannot tell them apart
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from monitor.matching.background import Background, idf
from monitor.matching.space import term_frequency_in_news
from monitor.matching.terms import MAX_MEMO, TermExtractor
from monitor.text.passages import Passage, passages

# What a further sentence must add to the share of the claim's weight that a passage holds, to be shown with it.
SENTENCE_COST = 0.06
MOST_SENTENCES = 3
# Found on claims and evidence of another kind altogether (bench/quality/wice.py); 0.2 to 0.5 do about as well.
COSINE = 0.3


def shares(parts: Mapping[str, float], score: float) -> tuple[tuple[str, float], ...]:
    """Each term's part of the raw score as its share of the score, largest first; they add up to the score."""
    total = sum(parts.values())
    ranked = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return tuple((term, score * part / total) for term, part in ranked if part > 0)


class NewsIdf:
    """The idf of a term of any kind in general news, remembered; memory is bounded."""

    def __init__(self, extractor: TermExtractor, background: Background) -> None:
        self._extractor = extractor
        self._background = background
        self._memo: dict[str, float] = {}

    def __call__(self, term: str) -> float:
        """The idf of one term."""
        if term not in self._memo:
            if len(self._memo) > MAX_MEMO:
                self._memo.clear()
            self._memo[term] = idf(term_frequency_in_news(term, self._extractor, self._background))
        return self._memo[term]


class PassageFinder:
    """Passages of one report with their terms, looked up for each claim that it matches.

    `idf` gives the weight of any term in general news.
    """

    def __init__(self, found: Sequence[Passage], extractor: TermExtractor, idf: Callable[[str], float]) -> None:
        self._passages = found
        single = {p.first: extractor.extract(p.text).counts for p in found if p.first == p.last}
        self._terms = [_joined([single[i] for i in range(p.first, p.last + 1)]) for p in found]
        self._local = _local_idf(list(single.values()))
        self._length = [_length(terms, idf) for terms in self._terms]
        self._idf = idf

    @classmethod
    def of_report(cls, title: str, text: str, extractor: TermExtractor, idf: Callable[[str], float]) -> "PassageFinder":
        """The finder over a report's title and its runs of one to three sentences."""
        return cls(passages(title, text, MOST_SENTENCES), extractor, idf)

    def best(self, query: Mapping[str, float]) -> Passage | None:
        """The passage that tells most of a claim and least else; the first among equals."""
        values = self.values(query)
        if not values:
            return None
        highest = max(values) - 1e-12
        return next(p for p, value in zip(self._passages, values, strict=True) if value >= highest)

    def values(self, query: Mapping[str, float]) -> list[float]:
        """What each passage is worth for a claim: see the module."""
        shared = {term: weight for term, weight in query.items() if term in self._local and weight > 0}
        total = sum(weight * self._local[term] for term, weight in shared.items()) or 1.0
        norm = math.sqrt(sum(weight * weight for weight in query.values())) or 1.0
        found = []
        for passage, terms, length in zip(self._passages, self._terms, self._length, strict=True):
            held = [(t, weight) for t, weight in shared.items() if t in terms]
            product = sum(weight * self._idf(t) * (1 + math.log(terms[t])) for t, weight in held)
            cosine = product / (norm * length) if length else 0.0
            cost = SENTENCE_COST * (passage.last - passage.first)
            found.append(sum(weight * self._local[t] for t, weight in held) / total + COSINE * cosine - cost)
        return found


def _joined(parts: Sequence[Counter[str]]) -> Counter[str]:
    return parts[0] if len(parts) == 1 else sum(parts, Counter())


def _local_idf(parts: Sequence[Counter[str]]) -> dict[str, float]:
    spread = Counter(term for part in parts for term in part)
    whole = math.log(len(parts) + 1)
    return {term: math.log((len(parts) + 1) / count) / whole for term, count in spread.items()}


def _length(terms: Mapping[str, int], idf: Callable[[str], float]) -> float:
    return math.sqrt(sum((idf(term) * (1 + math.log(count))) ** 2 for term, count in terms.items()))


def named(terms: Sequence[str]) -> tuple[str, ...]:
    """The entities among terms."""
    return tuple(t[2:] for t in terms if t.startswith("e:"))
