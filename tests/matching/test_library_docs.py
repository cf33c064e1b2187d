"""The examples for use in Python are run."""

import re
from pathlib import Path

import pytest
from sklearn.base import clone

from monitor import ClaimMatcher

PAGE = Path(__file__).parents[2] / "docs" / "library.md"


def test_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's code runs from top to bottom, and finds the claim that it promises."""
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"^```python$(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    exec("\n".join(code), {})

    assert len(code) == 3
    assert capsys.readouterr().out.startswith("B1 ")
    assert (tmp_path / "bridge.matcher").is_file()


def test_clone_has_the_parameters_and_nothing_learnt() -> None:
    """scikit-learn's `clone` gives an unfitted matcher with the same parameters."""
    copy = clone(ClaimMatcher(threshold=0.3, background="en"))

    assert copy.get_params() == {"threshold": 0.3, "background": "en"}
    assert not hasattr(copy, "baseline_")
