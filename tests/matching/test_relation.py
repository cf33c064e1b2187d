from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.relation import Verdict, probabilities, relate
from monitor.matching.relation_features import FEATURES, date_of, extends_list, opposition
from monitor.model import Claim, Entity, Relation, Report

BASELINE = date(2021, 5, 1)
PLACES = (
    Entity(name="Norland", type="place", aliases=("Norlandia",)),
    Entity(name="Sudland", type="place"),
)


def verdict(claim: str, told: str, day: str | None = "2021-05-20", story: date | None = None) -> Verdict:
    """The relation of a report with this text to the claim."""
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    report = Report(key="r", title="", summary=told, published=published)
    return relate(Claim(id="C1", text=claim), report, told, baseline_date=BASELINE, story_date=story, entities=PLACES)


def test_a_higher_count_after_the_baseline_updates_the_claim() -> None:
    """The count went on; both figures stand side by side, and the note says so."""
    told = verdict("617 people have died in Norland.", "Officials in Norland now count 802 dead.")

    assert told.relation is Relation.UPDATES
    assert not told.figures[0].agrees
    assert (told.figures[0].claim, told.figures[0].report) == ("617 people", "802 dead")
    assert "617" in told.note
    assert "802" in told.note
    assert "19 days after" in told.note


def test_a_lower_count_before_the_baseline_is_only_related() -> None:
    """An earlier report of a growing count contradicts nothing."""
    told = verdict("617 people have died in Norland.", "In Norland 402 people have died.", day="2021-04-20")

    assert told.relation is Relation.RELATED


def test_a_figure_that_the_report_replaces_is_no_support() -> None:
    """The claim's value stands in the report, but as the one that holds no longer; a lower one is news too."""
    claim, told = "The stadium costs £95 million.", "The stadium will cost £81 million instead of £95 million."
    later, undated = verdict(claim, told), verdict(claim, told, day=None)

    assert later.relation is Relation.UPDATES
    assert (later.figures[0].claim, later.figures[0].report) == ("£95 million", "£81 million")
    assert undated.relation is Relation.CONTRADICTS


def test_another_value_of_what_does_not_grow_contradicts() -> None:
    """A magnitude does not rise with time: another value is another account."""
    told = verdict(
        "The quake had a magnitude of 6.1.", "The quake of magnitude 6.4 was felt far away.", day="2021-04-20"
    )

    assert told.relation is Relation.CONTRADICTS
    assert told.figures[0].report.startswith("6.4")


def test_the_count_of_another_place_decides_nothing() -> None:
    """Sudland's dead do not conflict with Norland's."""
    told = verdict("617 people have died in Norland.", "In Sudland 802 people have died.")

    assert told.figures == ()


def test_the_same_figure_supports_and_is_shown() -> None:
    """An agreeing figure stands beside the claim's."""
    told = verdict("617 people have died in Norland.", "In Norland 617 people have died.", day="2021-05-01")

    assert told.relation is Relation.SUPPORTS
    assert told.figures[0].agrees


def test_a_few_shared_words_without_the_claims_figure_only_relate() -> None:
    """A report on the subject that has neither the claim's figure nor many of its words supports nothing."""
    claim = (
        "The orchard growers of Norland exported 46,000 tonnes of cider apples by rail to breweries abroad last autumn."
    )
    told = verdict(claim, "Friends met to taste cider.", day="2021-04-20")

    assert told.relation is Relation.RELATED
    assert "none of its figures" in told.note


def test_an_ordinal_beyond_the_list_extends_it() -> None:
    """A claim that lists four bases is updated by the sixth."""
    claim = "The army announced the handover of bases: Alton, Brack, Corby and Denby Field."
    told = verdict(claim, "Emberton is the sixth base that the army has given up.")

    assert told.relation is Relation.UPDATES
    assert "sixth base" in told.note


def test_what_the_claim_denies_and_the_report_tells_is_an_update() -> None:
    """A base that was not vacated is handed over."""
    told = verdict("Alton was given new guns and not vacated.", "The coalition has handed over Alton to the army.")

    assert told.relation is Relation.UPDATES


def test_the_date_comes_from_the_report_then_its_story_then_its_text() -> None:
    """A report without a date takes its story's; else only a later date that its text names."""
    dated = Report(key="1", published=datetime(2021, 5, 3, tzinfo=UTC))
    undated = Report(key="2", summary="It happened on 7 June 2021.")
    old = Report(key="3", summary="It happened on 7 June 2019.")

    assert (date(2021, 5, 3), "its own date") == date_of(dated, date(2021, 5, 9), BASELINE)
    assert (date(2021, 5, 9), "its story") == date_of(undated, date(2021, 5, 9), BASELINE)
    assert (date(2021, 6, 7), "its text") == date_of(undated, None, BASELINE)
    assert date_of(old, None, BASELINE) == (None, "")


def test_one_event_of_the_claim_is_undone_by_its_opposite() -> None:
    """Arrest and release, stay and withdrawal; the same event undoes nothing."""
    assert opposition("The cells were arrested.", "They were freed at night.") == ("arrest", "release")
    assert opposition("The cells were arrested.", "The cells were arrested at night.") is None


def test_claims_without_a_list_cannot_be_extended() -> None:
    """An ordinal alone is no addition."""
    assert extends_list("The army left a base.", "It is the sixth base.") == ""


@given(
    st.fixed_dictionaries({name: st.floats(0, 1, allow_nan=False) for name in FEATURES}),
)
def test_the_probabilities_add_up(values: dict[str, float]) -> None:
    """Whatever is seen, the four relations share one whole."""
    odds = probabilities(values)

    assert set(odds) == set(Relation)
    assert sum(odds.values()) == pytest.approx(1.0)


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from([None, "2021-05-20", "2020-01-01"]))
def test_any_pair_has_a_verdict_with_a_reason(claim: str, told: str, day: str | None) -> None:
    """No text is without a relation, a confidence between 0 and 1 and a note; the same pair gets the same."""
    found = verdict(claim, told, day)

    assert 0.0 <= found.confidence <= 1.0
    assert found.note
    assert found == verdict(claim, told, day)
