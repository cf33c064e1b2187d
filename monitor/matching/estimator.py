"""ClaimMatcher: the scorer of claims as an estimator of scikit-learn."""

from sklearn.base import BaseEstimator, TransformerMixin

from monitor.matching.matcher import ClaimScorer


class ClaimMatcher(TransformerMixin, BaseEstimator, ClaimScorer):  # type: ignore[misc]  # scikit-learn is not typed
    """Scores reports against the claims of a baseline, after scikit-learn's conventions for estimators.

    Parameters
    ----------
    threshold : float in 0..1, default 0.5
        What is at or above it is a match; a claim's own threshold comes first. It means the same for every baseline.
    background : str or None, default None
        Language of the background document frequencies; None takes the baseline's.

    Attributes
    ----------
    baseline_ : Baseline
        What it was fitted on.
    thresholds_ : ndarray of shape (n_claims,)
        The threshold of each claim.
    space_ : Space
        Terms, weights and claim vectors.

    Examples
    --------
    >>> from monitor import Baseline, ClaimMatcher, Report
    >>> from monitor.model import Claim
    >>> claims = (Claim(id="A", text="Rockets hit the Taji base."), Claim(id="B", text="Parliament expels the troops."))
    >>> matcher = ClaimMatcher().fit(Baseline(id="b", title="", claims=claims, entities=()))
    >>> [m.claim for m in matcher.match([Report(key="1", title="Rockets hit Taji base again")])[0].matches]
    ['A']
    """

    # Named here, for scikit-learn looks for what it wraps (`set_output`) in the class itself.
    transform = ClaimScorer.transform
