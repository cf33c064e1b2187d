"""What time does to claims that wait: things told as done that were not, and days that have passed."""

from datetime import UTC, date, datetime

import pytest

from monitor.matching.relation import relate
from monitor.matching.relation_overtaken import come_true, due
from monitor.model import Claim, Relation, Report

BASELINE_DAY = date(2021, 5, 1)


def relation(claim: str, title: str, text: str = "", day: datetime | None = None) -> Relation:
    report = Report(key="r", title=title, summary=text, published=day or datetime(2021, 9, 1, tzinfo=UTC))
    verdict = relate(Claim(id="A", text=claim), report, title, baseline_date=BASELINE_DAY, story_date=None)
    return verdict.relation


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The port authority has no plan to close the north terminal.", "North terminal to close in autumn, port says"),
        ("Nobody has been charged over the ferry accident.", "Captain of the ferry charged with negligence"),
        ("The yard has not won a new order since January.", "Yard books first order: two ferries for Norland"),
        ("The ministry sees no need for a parliamentary inquiry.", "Inquiry of parliament into the ferry opens"),
        ("No insurer has paid the owners yet.", "Insurer pays owners of the sunken ferry in full"),
    ],
)
def test_what_was_not_so_and_is_told_as_so_overtakes_the_claim(claim, told):
    """A later sentence with the words of what the claim says is missing, undenied, updates it."""
    assert come_true(claim, told, "") is not None
    assert relation(claim, told) is Relation.UPDATES


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("Nobody has been charged over the ferry accident.", "Still nobody charged over the ferry, prosecutor says"),
        ("The yard has not won a new order since January.", "Yard hopes for an order from Norland"),
        ("The port authority has no plan to close the north terminal.", "Unions fear that the terminal could close"),
        ("The port authority has no plan to close the north terminal.", "Record summer for the cranes of the port"),
        ("It was not only the crew that failed.", "The crew failed, the inquiry finds"),
        ("The ferry sank in the harbour.", "The ferry sank in the harbour, divers say"),
    ],
)
def test_what_is_still_not_so_or_only_hoped_for_overtakes_nothing(claim, told):
    """Denied again, wished or feared, about something else, or never missing: nothing has come true."""
    assert come_true(claim, told, "") is None


def test_nothing_comes_true_in_a_report_from_before_the_claim():
    """An older report that tells what the claim says is not so is no update of it."""
    old = datetime(2021, 2, 1, tzinfo=UTC)
    claim = "The yard has not won a new order since January."

    assert relation(claim, "Yard books first order: two ferries for Norland", day=old) is not Relation.UPDATES


@pytest.mark.parametrize(
    ("claim", "is_open", "expected"),
    [
        ("The bridge is expected to open in June 2021.", True, date(2021, 6, 30)),
        ("The line should run from 3 May 2021 and the tunnel from August 2021.", True, date(2021, 8, 31)),
        ("The bridge opened in June 2021.", False, None),
        ("The ferry is out of service until 14 July 2021.", False, date(2021, 7, 14)),
        ("The company expects a profit.", True, None),
    ],
)
def test_the_day_by_which_a_claim_is_decided(claim, is_open, expected):
    """The last written day or month of what is expected, or of what lasts until then."""
    assert due(claim, is_open=is_open) == expected


def test_a_report_after_the_day_that_a_forecast_names_updates_it():
    """Whatever came of it, the forecast is no longer one; before that day nothing is overtaken."""
    claim = "The bridge over the Elva is expected to open in June 2021."

    assert relation(claim, "Crowds on the Elva bridge", day=datetime(2021, 7, 2, tzinfo=UTC)) is Relation.UPDATES
    assert relation(claim, "Crowds on the Elva bridge", day=datetime(2021, 5, 9, tzinfo=UTC)) is not Relation.UPDATES


def test_who_was_said_to_stay_and_resigned_overtakes_the_claim():
    """Staying is undone by resigning as it is by leaving."""
    assert relation("Mayor Lind remains in office.", "Mayor Lind resigns over the ferry") is Relation.UPDATES


def test_the_only_one_has_company_only_among_its_own_kind():
    """“The only crossing” is overtaken by another crossing, not by two of anything."""
    claim = "Ostby is the only crossing open for aid."

    assert relation(claim, "Second crossing opens for aid at Ostby") is Relation.UPDATES
    assert relation(claim, "Two trucks with aid pass Ostby crossing") is not Relation.UPDATES


def test_a_claim_as_long_as_a_book_is_read_to_a_bound():
    """What stands behind two thousand characters of a claim takes no time and decides nothing."""
    assert due("May 2020 " * 100_000 + "June 2022", is_open=True) == date(2020, 5, 31)
    assert come_true("word " * 100_000 + "not opened.", "The bridge opened", "") is None
