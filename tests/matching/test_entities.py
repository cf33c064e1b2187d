import pytest

from monitor.matching.background import load_background
from monitor.matching.entities import EntityFinder
from monitor.model import Entity
from monitor.text.stems import words

ENTITIES = (
    Entity(
        name="Kataib Hezbollah",
        type="organisation",
        aliases=("Hezbollah Brigades", "كتائب حزب الله"),
        excluded=("Lebanese Hezbollah", "Hezbollah in Lebanon"),
    ),
    Entity(name="Qassem Soleimani", type="person"),
    Entity(name="Badr Organization", type="organisation", aliases=("Badr",)),
    Entity(name="World Health Organization", type="organisation", aliases=("WHO",)),
    Entity(name="John Smith", type="person"),
)


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    return EntityFinder(ENTITIES, load_background())


def names(finder: EntityFinder, text: str) -> list[str]:
    return [ENTITIES[m.entity].name for m in finder.find(words(finder.mark_acronyms(text)))]


@pytest.mark.parametrize(
    "written",
    [
        "Kataib Hezbollah",
        "Kata'ib Hizballah",
        "Kata’eb Hizbullah",
        "KATAIB HEZBOLLAH's",
        "Ḥizballāh? no: Hezbollah Brigades",
        "هجوم شنته كتائب حزب الله",
        "Kataib\u200b Hezbollah",
        "Каtаib Hezbollah",  # three Cyrillic letters
    ],
)
def test_one_organisation_is_found_however_it_is_written(finder: EntityFinder, written: str) -> None:
    """Apostrophes, diacritics, romanisations, scripts, zero-width and look-alike letters do not hide a name."""
    assert names(finder, written) == ["Kataib Hezbollah"]


@pytest.mark.parametrize("written", ["Soleimani", "General Suleimani", "Qasem Sulaymani", "Ghassem Soleimani"])
def test_a_person_is_found_by_surname_and_unlisted_romanisation(finder: EntityFinder, written: str) -> None:
    """A rare surname stands for its person, and its consonants for its other spellings."""
    assert names(finder, written) == ["Qassem Soleimani"]


@pytest.mark.parametrize(
    "other", ["Lebanese Hezbollah fired rockets", "Hezbollah in Lebanon", "Hezbollah", "a badger", "Smith", "who cares"]
)
def test_false_friends_are_nobody(finder: EntityFinder, other: str) -> None:
    """An excluded name, a part of a name, a longer word, a common surname and a pronoun name no entity."""
    assert names(finder, other) == []


def test_acronym_that_reads_as_a_pronoun_counts_in_capitals_only(finder: EntityFinder) -> None:
    """WHO is the organisation, who is not; a headline all in capitals cannot tell."""
    assert names(finder, "WHO says those who can should stay") == ["World Health Organization"]
    assert names(finder, "THE MAN WHO KNEW") == []


def test_longest_name_wins_and_names_do_not_overlap(finder: EntityFinder) -> None:
    """The Badr Organization is one mention, not two."""
    assert names(finder, "the Badr Organization and Badr") == ["Badr Organization", "Badr Organization"]


def test_shared_surname_binds_to_nobody() -> None:
    """When two people of the baseline share a surname, the surname alone names neither."""
    people = (Entity(name="Hamza Qureshani", type="person"), Entity(name="Layla Qureshani", type="person"))
    finder = EntityFinder(people, load_background())

    assert finder.find(words("Qureshani said")) == []
    assert [m.entity for m in finder.find(words("Layla Qureshani said"))] == [1]
