import pytest

from monitor.matching.background import load_background
from monitor.matching.entities import EntityFinder
from monitor.matching.families import load_families
from monitor.matching.terms import MAX_COUNT, TermExtractor
from monitor.model import Entity


@pytest.fixture(scope="module")
def extractor() -> TermExtractor:
    background = load_background()
    return TermExtractor(EntityFinder((Entity(name="Camp Taji"),), background), load_families())


def test_entity_replaces_its_words(extractor: TermExtractor) -> None:
    """A mention becomes one term and its words do not count a second time."""
    terms = extractor.extract("Rockets at Camp Taji").counts

    assert terms["e:Camp Taji"] == 1
    assert "camp" not in terms
    assert "taji" not in terms


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("5,200 troops", "f:5200"),
        ("$5 billion in grants", "f:5e+09"),
        ("60 per cent", "f:60%"),
        ("60%", "f:60%"),
        ("٢٥ هجوما", "f:25"),
        ("on March 19", "d:03-19"),
        ("19th March 2020", "d:03-19"),
        ("on Dec. 27, 2019", "d:12-27"),
    ],
)
def test_figures_and_days_are_terms_in_one_form(extractor: TermExtractor, text: str, term: str) -> None:
    """The same figure or day gives the same term however it is written."""
    assert term in extractor.extract(text).counts


@pytest.mark.parametrize("text", ["handed over the base", "the base was transferred", "turned over the base"])
def test_event_words_share_a_family(extractor: TermExtractor, text: str) -> None:
    """Different words for one kind of event share a term, members of several words included."""
    assert "v:transfer" in extractor.extract(text).counts


def test_repetition_is_bounded(extractor: TermExtractor) -> None:
    """A name written 2,000 times counts no more than the bound, and a text of 200,000 words is cut."""
    assert extractor.extract("Camp Taji " * 2_000).counts["e:Camp Taji"] <= MAX_COUNT
    assert extractor.extract(" ".join(f"word{i}" for i in range(200_000))).length < 5_000


@pytest.mark.parametrize("text", ["", "   ", "!!! ??? ---", "\u200b\u200b", "1.2.3.4 ,,, 5,"])
def test_texts_without_words_give_no_error(extractor: TermExtractor, text: str) -> None:
    """No letters at all is a text like any other."""
    assert extractor.extract(text).length >= 0
