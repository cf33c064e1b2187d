from unittest.mock import patch

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import matcher as matcher_module
from monitor.matching import product as product_module
from monitor.matching import pruning
from monitor.matching.matcher import ClaimMatcher
from monitor.matching.product import product
from monitor.matching.pruning import Pruner, dot_pairs
from monitor.model import Baseline, Claim, Report

WORDS = "harbour strike dockers ship port wage union vessel crane cargo mayor vote ballot tax budget road".split()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3.0), st.sampled_from([0, 1_000]), st.sampled_from([7, 1_000]))
def test_every_pair_that_reaches_its_floor_is_scored_exactly(seed: int, height: float, many: int, block: int) -> None:
    """Pruning leaves out only pairs below their floor and changes no score that it keeps."""
    rng = np.random.default_rng(seed)
    queries = sp.random(40, 30, density=0.2, random_state=rng, format="csr")
    reports = sp.random(70, 30, density=0.3, random_state=rng, format="csr") * 2.2
    floor = rng.random(40) * height
    full = (reports @ queries.T).toarray()
    with (
        patch.object(pruning, "MANY", many),
        patch.object(pruning, "BLOCK", block),
        patch.object(pruning, "PAIRS", 300),
    ):
        pruned = Pruner(queries, floor).scores(reports).toarray()

    reached = full >= floor
    assert np.allclose(pruned[reached & (full > 0)], full[reached & (full > 0)])
    assert (pruned[full < floor * (1 - 1e-9)] == 0).all()


@pytest.mark.parametrize("in_one_pass", [True, False])
def test_product_is_the_product(monkeypatch: pytest.MonkeyPatch, in_one_pass: bool) -> None:
    """With and without SciPy's private function the product is the same, of empty matrices too."""
    if not in_one_pass:
        monkeypatch.setattr(product_module, "_sparsetools", None)
    for shape in ((5, 7, 6), (0, 7, 6), (5, 0, 6), (5, 7, 0)):
        left, right = (
            sp.random(*sizes, density=0.4, random_state=np.random.default_rng(3), format="csr")
            for sizes in (shape[:2], shape[1:])
        )
        ends, columns, values = product(left, right)

        made = sp.csr_matrix((values, columns, ends), shape=(shape[0], shape[2]))
        assert np.allclose(made.toarray(), left.toarray() @ right.toarray())


def test_dot_pairs_is_the_dot_product() -> None:
    """Pairs of rows, some of them empty, give their dot products."""
    left = sp.csr_matrix(np.array([[1.0, 2, 0], [0, 0, 0], [0, 3, 1]]))
    right = sp.csr_matrix(np.array([[1.0, 1, 1], [0, 0, 0]]))

    assert dot_pairs(left, right, np.array([0, 0, 1, 2]), np.array([0, 1, 0, 0])).tolist() == [3, 0, 0, 4]


@pytest.mark.parametrize("many", [0, 1_000])
def test_matches_are_the_same_with_and_without_pruning(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """How many claims a baseline has decides the way, never the result."""
    rng = np.random.default_rng(7)
    claims = tuple(Claim(id=f"c{i}", text=" ".join(rng.choice(WORDS, 6))) for i in range(60))
    reports = [Report(key=str(i), title=" ".join(rng.choice(WORDS, 8))) for i in range(50)]
    baseline = Baseline(id="b", title="", claims=claims, entities=())
    every = ClaimMatcher().fit(baseline).match(reports)
    monkeypatch.setattr(matcher_module, "SMALL", 10)
    monkeypatch.setattr(pruning, "MANY", many)
    pruned = ClaimMatcher().fit(baseline).match(reports)

    assert [[(m.claim, m.relation) for m in s.matches] for s in pruned] == [
        [(m.claim, m.relation) for m in s.matches] for s in every
    ]
    assert any(s.matches for s in every)
