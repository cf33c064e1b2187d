"""The shipped profile: its claims, its names, and the names that mean somebody else."""

from pathlib import Path

import pytest

from monitor.baseline.naming import NameFinder
from monitor.baseline.profile import load_profile
from monitor.model import Baseline

PATH = Path(__file__).parents[2] / "config/baselines/coalition-withdrawal.toml"


@pytest.fixture(scope="module")
def shipped() -> Baseline:
    """The shipped profile, read."""
    return load_profile(PATH)


def test_it_holds_the_claims_under_their_ids(shipped: Baseline) -> None:
    """25 claims, C01 to C25, each with two to four phrases; no text of the article."""
    assert [claim.id for claim in shipped.claims] == [f"C{number:02}" for number in range(1, 26)]
    assert {len(claim.phrases) for claim in shipped.claims} <= {2, 3, 4}
    assert shipped.article is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kata'ib Hizballah fired rockets", "Kataib Hezbollah"),
        ("the Hezbollah Brigades", "Kataib Hezbollah"),
        ("أعلنت كتائب حزب الله مسؤوليتها", "Kataib Hezbollah"),
        ("Gen. Qasem Soleimani", "Qassem Soleimani"),
        ("الجنرال قاسم سليماني", "Qassem Soleimani"),
        ("the Hashed al-Shaabi", "Popular Mobilization Forces"),
        ("Al Asad air base", "Ain al-Asad"),
        ("Daesh", "Islamic State"),
        ("Usbat al-Tha'ireen", "Asaib al-Thairun"),
        ("سپاه پاسداران", "Islamic Revolutionary Guard Corps"),
    ],
)
def test_the_press_of_the_world_is_understood(shipped: Baseline, text: str, name: str) -> None:
    """Several romanisations, translations, Arabic and Persian find the one entity."""
    assert name in NameFinder(shipped.entities).find(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lebanese Hezbollah held a rally", "Kataib Hezbollah"),
        ("President Bashar al-Assad spoke", "Ain al-Asad"),
        ("a report in the Washington Post", "United States"),
        ("the Saudi-led coalition in Yemen", "US-led coalition"),
        ("the Balad party of Israel", "Balad"),
        ("Abu Bakr al-Baghdadi is dead", "Baghdad"),
    ],
)
def test_false_friends_are_told_apart(shipped: Baseline, text: str, name: str) -> None:
    """Where one of the excluded phrases stands, it is someone else."""
    assert name not in NameFinder(shipped.entities).find(text)
