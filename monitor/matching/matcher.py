"""ClaimScorer: which claims of a baseline a report bears on, how surely, by which passage and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from monitor.errors import BaselineError
from monitor.matching import scoring
from monitor.matching.background import Background, load_background
from monitor.matching.calibration import calibrate
from monitor.matching.encoding import Encoder
from monitor.matching.explain import NewsIdf, PassageFinder, named, shares
from monitor.matching.feedback import LEAST, Feedback, Marked, Moved, learn
from monitor.matching.persistence import load_matcher, save_matcher
from monitor.matching.pruning import MANY, Pruner, dot_pairs, row_numbers
from monitor.matching.relation import relate
from monitor.matching.space import Floats, build_space, claim_query, claim_texts, make_extractor, term_frequency_in_news
from monitor.matching.terms import MAX_CHARACTERS, Terms
from monitor.model import Baseline, Decision, Match, Report, Scored

VERSION = "tfidf-2"
BATCH = 1_000  # reports scored at once; bounds memory
SMALL = 200  # claims up to which every pair is scored; beyond, only those that can come near a match


@dataclass(frozen=True)
class _Batch:
    """One batch of reports, scored; pairs that cannot come near a match may be missing from `scores`."""

    saturated: sp.csr_matrix  # reports x terms
    scores: sp.csr_matrix  # reports x claims
    stranger: Floats  # reports: what one counts that names nothing of the baseline
    moved: dict[tuple[int, int], Moved] = field(default_factory=dict)  # (report, claim): what marks changed


class ClaimScorer:
    """All that `ClaimMatcher` does, without scikit-learn behind it: half a second and 60 MB less for who only scores.

    `fit` on a baseline, then `match` reports; see `monitor.matching.estimator` for parameters and attributes.
    """

    def __init__(self, *, threshold: float = scoring.DEFAULT_THRESHOLD, background: str | None = None) -> None:
        self.threshold = threshold
        self.background = background

    # ---- fitting --------------------------------------------------------------------------------------------------

    def fit(self, X: Baseline, y: None = None) -> Self:
        """Build the space and the calibration of a baseline; raises BaselineError when there is nothing to match."""
        if not X.claims:
            raise BaselineError(f"baseline {X.id}: no claims to match; add [[claims]] or an article to draw them from")
        background = load_background(self.background or X.language)
        self.baseline_ = X
        self.background_ = background.name
        self.prepare_words(background)
        texts: list[Terms] = []
        owner: list[int] = []
        queries = []
        for number, claim in enumerate(X.claims):
            own = [self.extractor_.extract(text) for text in claim_texts(claim)]
            texts += own
            owner += [number] * len(own)
            queries.append(claim_query(own))
        names = {f"e:{entity.name}" for entity in X.entities}
        vocabulary = sorted(names.union(*queries))
        frequency = [(t, term_frequency_in_news(t, self.extractor_, background)) for t in vocabulary]
        self.with_phrases_ = np.array([bool(claim.phrases) for claim in X.claims])
        self.space_ = build_space(queries, frequency, self.with_phrases_)
        self.named_ = np.array([term.startswith("e:") for term in self.space_.terms])
        self.calibration_ = calibrate(self.space_, texts, owner, np.array([df for _, df in frequency]))
        self.bars_ = scoring.bars(self.calibration_, self.with_phrases_)
        self.steepness_ = scoring.of_mode("steepness", self.with_phrases_)
        self.company_ = scoring.of_mode("company", self.with_phrases_)
        self.thresholds_ = np.array([self.threshold if c.threshold is None else c.threshold for c in X.claims])
        self.feedback_: Feedback | None = None
        self.prepare_scoring()
        self.n_features_in_ = 1
        return self

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "baseline_"):
            from sklearn.exceptions import NotFittedError  # the one that users of estimators expect

            raise NotFittedError(f"this {type(self).__name__} is not fitted yet: call `fit` with a baseline first")

    def prepare_words(self, background: Background) -> None:
        """Make what reads texts, from `baseline_`."""
        self.extractor_ = make_extractor(self.baseline_, background)
        self.idf_ = NewsIdf(self.extractor_, background)

    def prepare_scoring(self) -> None:
        """Make what scores reports, from `space_`, the thresholds and what marks taught."""
        self.encoder_ = Encoder(self.extractor_, self.space_.codes)
        self.pruner_ = self._make_pruner() if len(self.baseline_.claims) > SMALL else None

    def learn(self, marks: Sequence[Marked]) -> Self:
        """Let people's marks move the scores of their claims; what was learnt before is forgotten."""
        self._check_is_fitted()
        self.feedback_ = None
        self.feedback_ = learn(self, marks) if marks else None
        self.prepare_scoring()
        return self

    def save(self, path: Path | str) -> None:
        """Write the fitted matcher to one file, without pickle; `load` gives it back."""
        self._check_is_fitted()
        save_matcher(self, Path(path), VERSION)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """The matcher that `save` wrote, with equal scores; MonitorError for anything else or another version."""
        return load_matcher(cls(), Path(path), VERSION)

    def _make_pruner(self) -> Pruner:
        near = scoring.NEAR_MISS * self.thresholds_
        if self.feedback_:
            taught = list(self.feedback_.lessons)
            near[taught] = np.minimum(near[taught], LEAST)
        return Pruner(self.space_.queries, scoring.raw_at(near, self.bars_, self.steepness_, self.company_))

    @property
    def mode(self) -> str:
        """How scores are made: matcher version, background table; kept with every match."""
        self._check_is_fitted()
        learnt = f"/marks-{self.feedback_.marks}" if self.feedback_ else ""
        return f"{VERSION}/{self.background_}{learnt}"

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The claims' ids, in the order of `transform`'s columns."""
        self._check_is_fitted()
        return np.asarray([claim.id for claim in self.baseline_.claims], dtype=object)

    # ---- scoring --------------------------------------------------------------------------------------------------

    def transform(self, X: Iterable[Report | str] | Baseline) -> sp.csr_matrix:
        """Scores of shape (n_reports, n_claims), each 0..1; reports may be plain strings.

        A baseline stands for the texts of its claims, so that a pipeline can be fitted on it.
        """
        self._check_is_fitted()
        texts = [claim.text for claim in X.claims] if isinstance(X, Baseline) else X
        reports = [Report(key="", title=x) if isinstance(x, str) else x for x in texts]
        rows = [self._score(batch).scores for batch in _batches(reports)]
        return sp.vstack(rows).tocsr() if rows else sp.csr_matrix((0, len(self.baseline_.claims)))

    def _score(self, reports: Sequence[Report]) -> _Batch:
        words = self.extractor_.words
        told = [f"{r.title}\n{r.text if r.content else r.summary}" for r in reports]
        saturated = self.space_.encoded(self.encoder_.encode(told))
        named = np.asarray(saturated[:, self.named_].sum(axis=1)).ravel() > 0
        stranger = np.where(named | (not self.baseline_.entities), 1.0, scoring.STRANGER)
        # What a stranger counts less is taken off before the product: the less a report can reach, the more is pruned.
        weighed = saturated.copy()
        weighed.data *= np.repeat(stranger, np.diff(weighed.indptr))
        raw = self.pruner_.scores(weighed) if self.pruner_ else weighed @ self.space_.by_term
        rows = row_numbers(raw)
        claims = raw.indices
        ratio = scoring.beside_the_best(raw.data / self.bars_[claims], rows, len(reports), self.company_[claims])
        scores = scoring.squash(ratio, self.steepness_[claims])
        moved: dict[tuple[int, int], Moved] = {}
        if self.feedback_:
            scores, moved = self.feedback_.move(scores, rows, claims, lambda row: words(told[row]))
        return _Batch(
            saturated=saturated,
            scores=sp.csr_matrix((scores, claims, raw.indptr), shape=raw.shape),
            stranger=stranger,
            moved=moved,
        )

    def _topic(self, batch: _Batch) -> Floats:
        """How surely each report of a batch is on the baseline's topic at all."""
        if len(self.baseline_.claims) < MANY:
            product = batch.saturated @ self.space_.topic_by_term
            claims, topic = product.indices, product.data
        else:  # by the claims that it comes near to
            product, claims = batch.scores, batch.scores.indices
            topic = dot_pairs(batch.saturated, self.space_.topic_queries, row_numbers(product), claims)
        rows = row_numbers(product)
        ratio = topic * batch.stranger[rows] / (self.calibration_.topic_background + scoring.TOPIC_MARGIN)[claims]
        nearest = np.zeros(product.shape[0])
        np.maximum.at(nearest, rows, ratio)
        return scoring.squash(nearest / scoring.TOPIC_RATIO, scoring.TOPIC_STEEPNESS)

    def match(self, reports: Sequence[Report], dates: Sequence[date | None] | None = None) -> list[Scored]:
        """The verdict on each report, in order; `dates` are the days of their stories where those are known better."""
        self._check_is_fitted()
        days = dates or [report.published.date() if report.published else None for report in reports]
        found: list[Scored] = []
        for start in range(0, len(reports), BATCH):
            batch = [_within_limits(report) for report in reports[start : start + BATCH]]
            scored = self._score(batch)
            topic = self._topic(scored).tolist()
            for row, report in enumerate(batch):
                found.append(self._verdict(report, scored, row, topic[row], days[start + row]))
        return found

    # ---- explaining -----------------------------------------------------------------------------------------------

    def _verdict(self, report: Report, batch: _Batch, row: int, topic: float, day: date | None) -> Scored:
        # Read from the arrays: a row of a sparse matrix is a matrix anew, which takes longer than all else here.
        terms = batch.saturated.indices[slice(*batch.saturated.indptr[row : row + 2])]
        pairs = slice(*batch.scores.indptr[row : row + 2])
        values, claims = batch.scores.data[pairs], batch.scores.indices[pairs]
        order = np.lexsort((claims, -values))
        on_topic = topic >= scoring.TOPIC_GATE
        over = values >= self.thresholds_[claims]
        if len(terms) < scoring.LEAST_TERMS:
            # A name alone, however often, is no statement; only for a claim that is one term itself it must do.
            over &= self.space_.queries.indptr[claims + 1] - self.space_.queries.indptr[claims] == 1
        above = [(int(claims[i]), float(values[i])) for i in order if on_topic and over[i] and values[i] > 0]
        best, best_score = (int(claims[order[0]]), float(values[order[0]])) if len(order) else (0, 0.0)
        finder = PassageFinder.of_report(report.title, report.text, self.extractor_, self.idf_) if above else None
        matches = tuple(self._match(report, batch, row, pair, finder, day) for pair in above) if finder else ()
        decision, reason = self._decide(best_score, best, bool(matches))
        return Scored(
            key=report.key,
            score=topic,
            decision=decision,
            reason=reason,
            matches=matches,
            best_claim=self.baseline_.claims[best].id if best_score > 0 else None,
            best_claim_score=best_score,
            entities=named([self.space_.terms[c] for c in terms]),
        )

    def _decide(self, score: float, claim: int, matched: bool) -> tuple[Decision, str]:
        name, bar = self.baseline_.claims[claim].id, self.thresholds_[claim]
        if matched:
            return Decision.MATCHED, f"{name} at {score:.2f}, threshold {bar:.2f}"
        if score >= bar > 0:
            return Decision.NEAR_MISS, f"resembles {name} at {score:.2f}, but tells nothing else of the topic"
        if score >= scoring.NEAR_MISS * bar and score > 0:
            return Decision.NEAR_MISS, f"nearest is {name} at {score:.2f}, threshold {bar:.2f}"
        if score > 0:
            return Decision.BELOW, f"nearest is {name} at {score:.2f}, far below {bar:.2f}"
        return Decision.BELOW, "nothing in common with any claim"

    def _parts(self, saturated: sp.csr_matrix, row: int, claim: int) -> dict[str, float]:
        """Each term's part of the raw score of one pair."""
        product = saturated[row].multiply(self.space_.queries[claim]).tocoo()
        return {self.space_.terms[c]: float(v) for c, v in zip(product.col, product.data, strict=True)}

    def query(self, claim: int) -> dict[str, float]:
        """The terms of claim number `claim` with their weights in it."""
        row = slice(*self.space_.queries.indptr[claim : claim + 2])
        columns, weights = self.space_.queries.indices[row], self.space_.queries.data[row]
        return {self.space_.terms[c]: float(weight) for c, weight in zip(columns, weights, strict=True)}

    def _match(
        self, report: Report, batch: _Batch, row: int, pair: tuple[int, float], finder: PassageFinder, day: date | None
    ) -> Match:
        number, score = pair
        claim = self.baseline_.claims[number]
        parts = self._parts(batch.saturated, row, number)
        passage = finder.best(self.query(number))
        text = passage.text if passage else report.title
        verdict = relate(claim, report, text, baseline_date=self.baseline_.published, story_date=day)
        return Match(
            claim=claim.id,
            score=score,
            threshold=float(self.thresholds_[number]),
            relation=verdict.relation,
            confidence=verdict.confidence,
            passage=text,
            terms=_shares(parts, score, batch.moved.get((row, number))),
            entities=named(tuple(parts)),
            figures=verdict.figures,
            note=verdict.note,
            mode=self.mode,
        )


def _shares(parts: dict[str, float], score: float, moved: Moved | None) -> tuple[tuple[str, float], ...]:
    if moved is None:
        return shares(parts, score)
    return tuple(sorted((*shares(parts, moved.prior), *moved.shares), key=lambda share: (-share[1], share[0])))


def _within_limits(report: Report) -> Report:
    """The report without what stands so late in a text that no score reads it."""
    if max(len(report.title), len(report.summary), len(report.content)) <= MAX_CHARACTERS:
        return report
    cut = slice(MAX_CHARACTERS)
    return replace(report, title=report.title[cut], summary=report.summary[cut], content=report.content[cut])


def _batches(reports: Sequence[Report]) -> Iterable[Sequence[Report]]:
    return (reports[start : start + BATCH] for start in range(0, len(reports), BATCH))


def __getattr__(name: str) -> Any:
    # scikit-learn is loaded for the estimator alone.
    if name != "ClaimMatcher":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from monitor.matching.estimator import ClaimMatcher

    return ClaimMatcher
