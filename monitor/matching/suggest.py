"""What the reports on a claim say and its profile does not: words from which a person can take a phrase.

The idea is that of pseudo-relevance feedback (Rocchio 1971): what was found tells in which words to look further.
Here nothing is taken over by itself, for what was found wrongly would find more of its kind; docs/decisions.md has the
trial.

For claim j with n(j) passages, one a story, n(j,t) of them with term t:

    weight(j, t) = (n(j,t) / n(j)  -  ELSEWHERE * share of the other claims' passages with t) * idf(t)

with the idf in general news. Terms of the claim's own text and phrases are left out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.background import Background, idf, load_background
from monitor.matching.space import claim_texts, make_extractor, term_frequency_in_news
from monitor.matching.terms import TermExtractor
from monitor.model import Baseline, Claim
from monitor.text.sentences import sentences
from monitor.text.stems import stem, stems, tokens

LEAST = 3  # stories that use a word: two may be one event that was told twice
SHARE = 0.3  # of the claim's passages, at least
ELSEWHERE = 3.0  # what is said under other claims counts so many times against a word
MOST = 10  # words of a claim
LEAST_WEIGHT = 0.5  # what lies below is in fashion everywhere, or hardly more common here than elsewhere
_PHRASE_WORDS = 30  # of a sentence from which a phrase can be taken; longer ones lose in proportion
_WRITTEN = re.compile(r"[^\W\d_](?:[^\W_]|['’‘ʼʿ](?!s\b)(?=\w))*")  # "Ka'bi" is a word, "Larnport's" is "Larnport"
_OTHER_KINDS = ("v:", "f:", "d:")  # kinds of event, figures and days are no words


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one story says of a claim, and the report that says it."""

    report_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWord:
    """A word or name that stories on a claim have in common."""

    word: str  # as reports write it most often
    stories: int
    share: float  # of the claim's stories
    elsewhere: float  # of the passages under other claims
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWords:
    """A claim's words, the weightiest first, and a sentence that holds much of them; none with fewer than `needed`."""

    claim: str
    stories: int
    needed: int
    words: tuple[SharedWord, ...] = ()
    example: Told | None = None


def suggest_words(
    baseline: Baseline, told: Mapping[str, Sequence[Told]], *, least: int = LEAST, most: int = MOST
) -> list[ClaimWords]:
    """For each claim, in the profile's order, what its passages (one a story) share and its text and phrases lack."""
    background = load_background(baseline.language)
    reader = _Reader(make_extractor(baseline, background), background, baseline.language)
    own = {claim.id: told.get(claim.id, ()) for claim in baseline.claims}
    counted = {claim: Counter(t for one in passages for t in reader.terms(one.text)) for claim, passages in own.items()}
    every: Counter[str] = Counter()
    for terms in counted.values():
        every.update(terms)
    passages = sum(map(len, own.values()))
    found = []
    for claim in baseline.claims:
        stories = len(own[claim.id])
        counts = _Counts(own=counted[claim.id], stories=stories, every=every, passages=passages)
        if stories < least:
            found.append(ClaimWords(claim=claim.id, stories=stories, needed=least))
        else:
            found.append(_claim_words(reader, claim, own[claim.id], counts, least, most))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """In how many passages each term stands: of the claim, and of all claims."""

    own: Counter[str]
    stories: int
    every: Counter[str]
    passages: int

    def share(self, term: str) -> float:
        """The share of the claim's passages with the term."""
        return self.own[term] / self.stories

    def elsewhere(self, term: str) -> float:
        """The share of the other claims' passages with the term."""
        others = self.passages - self.stories
        return (self.every[term] - self.own[term]) / others if others else 0.0


def _claim_words(
    reader: "_Reader", claim: Claim, told: Sequence[Told], counts: _Counts, least: int, most: int
) -> ClaimWords:
    weights = _weights(reader, claim, counts, least)
    chosen = sorted(weights, key=lambda term: (-weights[term], term))[:most]
    written = reader.written(chosen, [one.text for one in told])
    words = tuple(
        SharedWord(
            word=written[term],
            stories=counts.own[term],
            share=counts.share(term),
            elsewhere=counts.elsewhere(term),
            weight=weights[term],
        )
        for term in chosen
    )
    example = _example(reader, told, {term: weights[term] for term in chosen})
    return ClaimWords(claim=claim.id, stories=len(told), needed=least, words=words, example=example)


def _weights(reader: "_Reader", claim: Claim, counts: _Counts, least: int) -> dict[str, float]:
    """The weight of each term that counts for the claim."""
    knows = reader.knower(claim)
    weights = {
        term: (counts.share(term) - ELSEWHERE * counts.elsewhere(term)) * reader.idf(term)
        for term, stories in counts.own.items()
        if stories >= max(least, SHARE * counts.stories) and not knows(term)
    }
    return {term: weight for term, weight in weights.items() if weight >= LEAST_WEIGHT}


def _example(reader: "_Reader", told: Sequence[Told], weights: Mapping[str, float]) -> Told | None:
    """The sentence with the most of these words for its length."""
    found: list[tuple[float, int, int, str]] = []
    for one in told if weights else ():
        for sentence in sentences(one.text):
            length = len(tokens(sentence))
            worth = sum(weights.get(term, 0.0) for term in reader.terms(sentence)) / max(1.0, length / _PHRASE_WORDS)
            found.append((-worth, length, one.report_id, sentence))
    if not found:
        return None
    _, _, report_id, text = min(found)
    return Told(report_id=report_id, text=text)


class _Reader:
    """Texts as terms, remembered: one passage may stand under several claims."""

    def __init__(self, extractor: TermExtractor, background: Background, language: str) -> None:
        self._extractor = extractor
        self._background = background
        self._language = language
        self._terms: dict[str, frozenset[str]] = {}

    def terms(self, text: str) -> frozenset[str]:
        """The words and names of a text, as terms."""
        if text not in self._terms:
            counts = self._extractor.extract(text).counts
            self._terms[text] = frozenset(term for term in counts if not term.startswith(_OTHER_KINDS))
        return self._terms[text]

    def knower(self, claim: Claim) -> Callable[[str], bool]:
        """Tells whether the profile has a term for the claim already, be it within a name or as a part of one."""
        terms = frozenset[str]().union(*map(self.terms, claim_texts(claim)))
        names = (term[2:] for term in terms if term.startswith("e:"))
        words = frozenset(word for text in (*claim_texts(claim), *names) for word in stems(text, self._language))

        def knows(term: str) -> bool:
            if term.startswith("e:"):
                return term in terms or words.issuperset(stems(term[2:], self._language))
            return term in terms or term in words

        return knows

    def idf(self, term: str) -> float:
        """How much the term says in general news."""
        return idf(term_frequency_in_news(term, self._extractor, self._background))

    def written(self, terms: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
        """Each term as it is written most often; in small letters if it ever is, since headlines have capitals."""
        forms: dict[str, Counter[str]] = {term: Counter() for term in terms}
        for raw, count in Counter(raw for text in texts for raw in _WRITTEN.findall(text)).items():
            folded = tokens(raw)
            root = stem(folded[0], self._language) if len(folded) == 1 else ""
            if root in forms:
                forms[root][raw] = count
        return {term: term[2:] if term.startswith("e:") else _commonest(seen, term) for term, seen in forms.items()}


def _commonest(forms: Counter[str], term: str) -> str:
    """The commonest form whatever its capitals, then its commonest spelling, small letters first."""
    alike: Counter[str] = Counter()
    for form, count in forms.items():
        alike[form.casefold()] += count
    if not alike:
        return term
    best = min(alike, key=lambda form: (-alike[form], form))
    spellings = [form for form in forms if form.casefold() == best]
    return min(spellings, key=lambda form: (not form.islower(), -forms[form], form))
