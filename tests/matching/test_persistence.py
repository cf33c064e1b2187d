"""A fitted matcher survives on disk with equal scores, without pickle; foreign files are refused."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.baseline.profile import load_profile
from monitor.errors import MonitorError
from monitor.matching import matcher as matching
from monitor.matching.feedback import Marked
from monitor.matching.matcher import SMALL, ClaimMatcher
from monitor.model import Baseline, Claim, Report

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return load_profile(DATA / "quake.toml")


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    rows = [json.loads(line) for line in (DATA / "quake.jsonl").read_text(encoding="utf-8").splitlines()[:60]]
    return [Report(key=row["id"], title=row["title"], summary=row["summary"]) for row in rows]


@pytest.fixture(scope="module")
def saved(baseline: Baseline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("matcher") / "quake.matcher"
    ClaimMatcher().fit(baseline).save(path)
    return path


def test_scores_are_equal_after_a_round_trip(baseline: Baseline, reports: list[Report], saved: Path) -> None:
    """Every verdict is the same to the last bit: scores, terms, passages, reasons."""
    fitted, loaded = ClaimMatcher().fit(baseline), ClaimMatcher.load(saved)

    assert loaded.match(reports) == fitted.match(reports)
    assert (loaded.transform(reports) != fitted.transform(reports)).nnz == 0
    assert (loaded.baseline_, loaded.mode) == (baseline, fitted.mode)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()


def test_parameters_thresholds_and_lessons_come_along(
    baseline: Baseline, reports: list[Report], tmp_path: Path
) -> None:
    """What was set, a claim's own threshold, and what marks taught are kept; the loaded one can learn anew."""
    own = replace(baseline, claims=(replace(baseline.claims[0], threshold=0.9), *baseline.claims[1:]))
    marks = [
        Marked(report=reports[0], claim="Q01", relevant=False),
        Marked(report=reports[1], claim="Q05", relevant=True),
    ]
    matcher = ClaimMatcher(threshold=0.4, background="en").fit(own).learn(marks)
    matcher.save(tmp_path / "m")
    loaded = ClaimMatcher.load(str(tmp_path / "m"))

    assert loaded.get_params() == {"threshold": 0.4, "background": "en"}
    assert loaded.match(reports) == matcher.match(reports)
    assert loaded.mode.endswith("/marks-2")
    assert loaded.learn([]).match(reports) == ClaimMatcher(threshold=0.4, background="en").fit(own).match(reports)


def test_large_baselines_keep_their_pruning(tmp_path: Path) -> None:
    """Beyond the size at which pairs are pruned the loaded matcher scores as the fitted one."""
    claims = tuple(
        Claim(id=f"N{n}", text=f"Village number {n} on the river Vale lost {n + 3} houses.") for n in range(SMALL + 1)
    )
    matcher = ClaimMatcher().fit(Baseline(id="many", title="", claims=claims, entities=()))
    matcher.save(tmp_path / "m")
    reports = [Report(key="1", title="Village on the Vale lost 17 houses"), Report(key="2", title="Nothing")]

    assert ClaimMatcher.load(tmp_path / "m").match(reports) == matcher.match(reports)


def test_nothing_in_the_file_is_pickled(saved: Path) -> None:
    """Every member is a plain array of numbers, and what describes them is JSON."""
    with np.load(saved, allow_pickle=False) as file:
        kinds = {file[name].dtype.kind for name in file.files}
        meta = json.loads(file["meta"].tobytes())

    assert kinds <= set("bifu")
    assert meta["matcher"] == matching.VERSION


def test_other_version_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A matcher that scores in another way does not take up the old one's numbers."""
    monkeypatch.setattr(matching, "VERSION", "tfidf-99")

    with pytest.raises(MonitorError, match=r"saved by another version .* fit it anew"):
        ClaimMatcher.load(saved)


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("a pickle was run",))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"{}", pickle.dumps(Trap())])
def test_foreign_files_are_refused(content: bytes, tmp_path: Path) -> None:
    """What is no saved matcher gives one sentence, and nothing in it is run."""
    path = tmp_path / "m"
    path.write_bytes(content)

    with pytest.raises(MonitorError, match="not a saved matcher"):
        ClaimMatcher.load(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path without a file is told."""
    with pytest.raises(MonitorError, match="gone: cannot be read"):
        ClaimMatcher.load(tmp_path / "gone")


@pytest.mark.parametrize("damage", ["indices", "pickled", "missing"])
def test_damaged_arrays_are_refused(saved: Path, tmp_path: Path, damage: str) -> None:
    """Indices beyond the matrix, objects in place of numbers and lost arrays are seen before anything is computed."""
    with np.load(saved, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    name = "space_.queries.indices"
    if damage == "indices":
        arrays[name] = arrays[name] + 1_000_000
    elif damage == "pickled":
        arrays[name] = np.array([Trap()], dtype=object)
    else:
        del arrays[name]
    path = tmp_path / "m"
    with path.open("wb") as out:
        np.savez(out, **arrays)

    with pytest.raises(MonitorError, match="not a saved matcher"):
        ClaimMatcher.load(path)


def test_unfitted_matcher_cannot_be_saved(tmp_path: Path) -> None:
    """There is nothing to keep before `fit`."""
    with pytest.raises(Exception, match="not fitted"):
        ClaimMatcher().save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_written_is_named(saved: Path, tmp_path: Path) -> None:
    """A folder that is not there is told, and no half file stays."""
    with pytest.raises(MonitorError, match="cannot be written"):
        ClaimMatcher.load(saved).save(tmp_path / "gone" / "m")
