from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.relation import CERTAIN, Verdict, relate
from monitor.matching.relation_turns import find_turn
from monitor.model import Claim, Relation, Report

BASELINE = date(2021, 5, 1)


def verdict(claim: str, told: str, day: str | None = "2021-05-20") -> Verdict:
    """The relation of a report with this text to the claim."""
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    report = Report(key="r", title="", summary=told, published=published)
    return relate(Claim(id="C1", text=claim), report, told, baseline_date=BASELINE, story_date=None)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The tramway will open to passengers in June.", "The tramway will not open to passengers in June."),
        ("The tramway will open to passengers in June.", "The tramway won't open to passengers before the autumn."),
        ("The band plans to tour Norland in autumn.", "The band has called off its autumn tour of Norland."),
        ("The satellite is due to be launched in July.", "July's launch of the satellite is put off by a year."),
        ("The vaccine has not been approved for children.", "The vaccine is approved for children from today."),
    ],
)
def test_what_is_denied_put_off_or_done_after_all_updates_a_plan(claim: str, told: str) -> None:
    """A later report that the plan is off, or that the missing has come, is news; undated it contradicts."""
    assert verdict(claim, told).relation is Relation.UPDATES
    if "not been" not in claim:
        assert verdict(claim, told, None).relation is Relation.CONTRADICTS


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The senate is likely to reject the fishing bill.", "Senators voted 31 to 12 for the fishing bill."),
        ("The senate is likely to pass the fishing bill.", "The senate rejected the fishing bill by two votes."),
        (
            "Talks between pilots and the airline failed.",
            "Pilots and the airline signed a deal after talks had failed.",
        ),
        ("The pilots reached a deal with the airline.", "Talks of the pilots with the airline broke down at night."),
        ("The bank finances the harbour in Alton.", "The bank has cancelled its loan for the harbour in Alton."),
        ("A court convicted the mayor of bribery.", "On appeal the mayor is acquitted of bribery."),
        ("The city imposed a ban on fireworks.", "The ban on fireworks in the city is lifted."),
    ],
)
def test_the_opposite_outcome_is_no_support(claim: str, told: str) -> None:
    """What turned out otherwise updates the claim when it is later, else contradicts it."""
    assert verdict(claim, told).relation is Relation.UPDATES
    assert verdict(claim, told, "2021-04-20").relation is Relation.CONTRADICTS


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The chain calls the closing of shops a modernisation.", "Staff dismiss talk of modernisation as a pretext."),
        ("The minister took money from a brewer.", "The minister denies that he took money from a brewer."),
        ("The photograph shows a comet over Alton.", "That the photograph shows a comet is a hoax, astronomers say."),
    ],
)
def test_a_claim_that_is_dismissed_may_be_contradicted(claim: str, told: str) -> None:
    """Somebody's denial is no proof: it is said with "may"."""
    found = verdict(claim, told)

    assert found.relation is Relation.CONTRADICTS
    assert found.confidence < CERTAIN


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The museum bought the painting.", "The museum bought not only the painting but its frame."),
        ("The tramway will open in June.", "The tramway will open in June, not in May."),
        ("The senate rejected the bill.", "The senate has not approved the bill."),
        ("The senate approved the bill.", "The senate approved the bill after it had been rejected in March."),
        ("The senate approved the bill.", "A farmer rejected an offer for his cow."),
        ("The tour of Norland will not be cancelled.", "The tour of Norland goes on as planned."),
        ("The ferry suspended its night trips for a time.", "The ferry has promised to resume its night trips."),
        ("The bank's members said the vote is not binding.", "Members of the bank held a non-binding vote."),
        ("The fire was no result of arson.", "Police deny that arson led to the fire."),
        ("The chain dismissed claims of bad meat.", "The chain denies that its meat was bad."),
    ],
)
def test_what_says_the_same_turns_nothing(claim: str, told: str) -> None:
    """The same outcome in other words, a denial of another thing, or what came before the news."""
    assert find_turn(claim, "", told) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_turns_itself_round(claim: str, told: str) -> None:
    """Any two texts are read without fault, and twice the same way."""
    assert find_turn(claim, "", told) == find_turn(claim, "", told)
