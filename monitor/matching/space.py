"""The vector space of one baseline: which terms its claims use, and what each is worth.

For claim j, report r and term t:

    raw(j, r) = sum over t of  q(j,t) w(j,t) s(r,t)  /  sum over t of q(j,t)
    w(j,t)    = (ln((N+1)/(df(t)+1)) + 1) * c(t)^a * k(t)  background idf, idf among the claims, kind of term
    c(t)      = ln((n+1)/n(t)) / ln(n+1) * CLAIM_IDF       n claims, n(t) of them with the term
    s(r,t)    = tf (K1+1) / (tf + K1 (1 - B + B len/LENGTH))

with `a` and `k` of the claim's mode (`Weighing`).

This is TF-IDF with the saturation and length normalisation of BM25 (Robertson & Zaragoza 2009, "The Probabilistic
Relevance Framework: BM25 and Beyond"), the claim being the query; with K1 → ∞ and B = 0 it is the plain dot product of
TF-IDF vectors. The second idf follows the same idea inside the baseline: what all claims share cannot tell them apart.
Dividing by ln(n+1) keeps the scale the same for baselines of any size.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from monitor.matching.background import Background, idf
from monitor.matching.encoding import Encoded
from monitor.matching.entities import EntityFinder
from monitor.matching.families import load_families
from monitor.matching.terms import MAX_COUNT, WORD, TermExtractor, Terms
from monitor.model import Baseline, Claim

K1 = 1.2
B = 0.3
LENGTH = 40.0  # words of a usual report: title and summary
# The scale of a term that only one claim uses: ln(26), its value in a baseline of 25 claims, for which the thresholds
# were measured.
CLAIM_IDF = math.log(26)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weighing:
    """How a claim weighs its terms; found on four labelled topics together (docs/matching.md)."""

    claim_idf: float  # the power a of the idf among the claims
    figure: float  # k of a figure: two texts seldom share one by chance
    family: float  # k of a kind of event, which stands beside the very words that tell of it


WITH_PHRASES = Weighing(claim_idf=1.25, figure=1.5, family=0.75)
PLAIN = Weighing(claim_idf=1.1, figure=1.25, family=1.0)


@dataclass(frozen=True)
class Space:
    """Terms, weights and claims as arrays: `queries` is claims x terms, each row adding up to 1 before weighting."""

    terms: tuple[str, ...]
    index: dict[str, int]
    queries: sp.csr_matrix  # claims x terms: q(j,t) / sum q(j,.) * w(j,t)
    topic_queries: sp.csr_matrix  # the same with the background idf alone
    by_term: sp.csr_matrix  # `queries` as terms x claims, `topic_by_term` likewise: made once, not for each product
    topic_by_term: sp.csr_matrix

    def saturated(self, texts: Sequence[Terms]) -> sp.csr_matrix:
        """Texts x terms: each text's counts after saturation and length normalisation."""
        rows, columns, counts = [], [], []
        for row, text in enumerate(texts):
            for term, count in text.counts.items():
                column = self.index.get(term)
                if column is not None:
                    rows.append(row)
                    columns.append(column)
                    counts.append(count)
        shape = (len(texts), len(self.terms))
        matrix = sp.csr_matrix((np.asarray(counts, dtype=np.float64), (rows, columns)), shape=shape)
        return _saturate(matrix, np.array([text.length for text in texts], dtype=np.float64))

    def encoded(self, texts: Encoded) -> sp.csr_matrix:
        """The same from the codes of an `Encoder` made with `codes`."""
        shape = (len(texts.lengths), len(self.terms))
        counts = sp.csr_matrix((np.ones(len(texts.codes)), texts.codes, texts.ends), shape=shape)
        counts.sum_duplicates()
        counts.data = np.minimum(counts.data, MAX_COUNT)
        return _saturate(counts, texts.lengths)

    @property
    def codes(self) -> dict[str, int]:
        """The number of each term, and the one after the last for words as such."""
        return {**self.index, WORD: len(self.terms)}


def _saturate(counts: sp.csr_matrix, lengths: Floats) -> sp.csr_matrix:
    norm = K1 * (1 - B + B * lengths / LENGTH)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    return sp.csr_matrix(
        (counts.data * (K1 + 1) / (counts.data + norm[rows]), counts.indices, counts.indptr), shape=counts.shape
    )


def claim_texts(claim: Claim) -> tuple[str, ...]:
    """The ways in which a baseline puts a claim: its text, then its phrases."""
    return (claim.text, *claim.phrases)


def make_extractor(baseline: Baseline, background: Background) -> TermExtractor:
    """The extractor of terms for a baseline's entities and language."""
    return TermExtractor(EntityFinder(baseline.entities, background), load_families(), baseline.language)


def term_frequency_in_news(term: str, extractor: TermExtractor, background: Background) -> float:
    """In how many of the background's reports a term of any kind is to be expected."""
    if term.startswith("e:"):
        numbers = (i for i, e in enumerate(extractor.finder.entities) if e.name == term[2:])
        return sum(extractor.finder.frequency(number) for number in numbers)
    if term.startswith("v:"):
        return load_families().frequency(term, background.frequencies)
    if term.startswith("f:"):
        return FIGURE_FREQUENCY
    if term.startswith("d:"):
        return DAY_FREQUENCY
    return background.frequencies.get(term, 0.0)


# A certain figure, a certain day of the year: rare, but not as rare as a name never seen. By count over two months of
# news, one report in about 200 has a given small figure, one in 500 a given day.
FIGURE_FREQUENCY = 50.0
DAY_FREQUENCY = 20.0


def claim_query(texts: Sequence[Terms]) -> Counter[str]:
    """q(j, .): the claim's own terms once, those of its phrases as often as phrases use them."""
    query = Counter(texts[0].counts.keys())
    for text in texts[1:]:
        query.update(text.counts)
    return query


def build_space(
    queries: Sequence[Counter[str]], frequency: Iterable[tuple[str, float]], with_phrases: NDArray[np.bool_]
) -> Space:
    """The space of claims given their query terms; `frequency` gives every term with its background frequency."""
    known = sorted(frequency)
    terms = tuple(term for term, _ in known)
    index = {term: i for i, term in enumerate(terms)}
    rows, columns, values = [], [], []
    for row, query in enumerate(queries):
        total = sum(query.values()) or 1
        for term, count in query.items():
            rows.append(row)
            columns.append(index[term])
            values.append(count / total)
    shares = sp.csr_matrix((values, (rows, columns)), shape=(len(queries), len(terms)))
    claims_with = np.asarray((shares > 0).sum(axis=0)).ravel()
    n = len(queries)
    among = np.log((n + 1) / np.maximum(claims_with, 1)) / math.log(n + 1) * CLAIM_IDF if n else np.ones(len(terms))
    background_idf = np.array([idf(df) for _, df in known])
    topic_queries = shares.multiply(background_idf).tocsr()
    told = with_phrases.astype(np.float64)[:, None]
    weighted = (
        topic_queries.multiply(sp.csr_matrix(told)).multiply(_claim_weights(WITH_PHRASES, terms, among))
        + topic_queries.multiply(sp.csr_matrix(1.0 - told)).multiply(_claim_weights(PLAIN, terms, among))
    ).tocsr()
    return Space(
        terms=terms,
        index=index,
        queries=weighted,
        topic_queries=topic_queries,
        by_term=weighted.T.tocsr(),
        topic_by_term=topic_queries.T.tocsr(),
    )


def _claim_weights(weighing: Weighing, terms: Sequence[str], among: Floats) -> Floats:
    """c(t)^a k(t) of each term."""
    kinds = {"f:": weighing.figure, "v:": weighing.family}
    return np.asarray(among**weighing.claim_idf * np.array([kinds.get(term[:2], 1.0) for term in terms]))
