"""Stories as reports arrive, and the second look at them."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.matching.stories import Placement, StoryIndex, StoryMember, StoryMerge, relink
from monitor.matching.story_index import KEPT_DAYS, MIN_KEPT
from monitor.model import Report

NOW = datetime(2024, 3, 4, 9, tzinfo=UTC)

STRIKE = Report(
    key="strike",
    title="Harbour workers in Velmora walk out over pay",
    summary="Dock crews at the port of Velmora stopped unloading ships on Monday in a dispute over wages.",
    published=NOW,
)
STRIKE_AGAIN = Report(
    key="strike-2",
    title="Velmora dockers down tools over pay",
    summary="Cranes stood idle as harbour workers at Velmora port downed tools, demanding better wages.",
    published=NOW + timedelta(hours=5),
)
EDITOR = Report(
    key="editor",
    title="Court in Istrana frees editor Mirela Dask",
    summary="A judge ordered the release of the newspaper editor Mirela Dask, held since autumn.",
    published=NOW,
)


def other_events(count: int, start: int = 0) -> list[Report]:
    """Reports of events that have nothing to do with one another."""
    rng = random.Random(count + start)
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]

    def word() -> str:
        return "".join(rng.choices(syllables, k=4))

    return [
        Report(
            key=f"other-{start + n}",
            title=" ".join(word() for _ in range(6)),
            summary=" ".join(word() for _ in range(20)),
            published=NOW,
        )
        for n in range(count)
    ]


def members(reports: list[Report], first: int = 100) -> list[StoryMember]:
    """Each report with a story of its own."""
    return [
        StoryMember(report_id=first + n, story_id=first + n, report=report, seen=NOW)
        for n, report in enumerate(reports)
    ]


@pytest.fixture
def index() -> StoryIndex:
    """An index with 60 stored reports of other events."""
    made = StoryIndex()
    made.seed(members(other_events(60)))
    return made


def test_the_first_report_of_an_event_opens_a_story(index: StoryIndex) -> None:
    """Nothing stored tells the same event, so there is no story to join."""
    assert index.place(1, STRIKE, NOW).story_id is None


def test_a_second_report_of_an_event_joins_its_story(index: StoryIndex) -> None:
    """The later telling goes to the story of the first, which it is nearest to."""
    index.place(1, STRIKE, NOW)
    index.assign(1, 7)
    placed = index.place(2, STRIKE_AGAIN, NOW)

    assert (placed.story_id, placed.of_report_id, placed.is_copy) == (7, 1, False)
    assert 0.11 <= placed.similarity < 1.0
    assert index.place(3, EDITOR, NOW).story_id is None


def test_a_copy_names_its_original(index: StoryIndex) -> None:
    """The same text from another feed is a copy of the stored one."""
    index.seed([StoryMember(report_id=1, story_id=7, report=STRIKE, seen=NOW)])
    copy = replace(STRIKE, key="copy", title=STRIKE.title + " | Ostrel Post")

    assert index.place(2, copy, NOW) == Placement(story_id=7, similarity=1.0, is_copy=True, of_report_id=1)


def test_a_report_that_is_placed_but_not_assigned_leaves_nothing(index: StoryIndex) -> None:
    """When the transaction fails the index still is as the database."""
    for _ in range(3):
        assert index.place(1, STRIKE, NOW).story_id is None
    assert index.place(2, STRIKE_AGAIN, NOW).story_id is None
    assert len(index) == 60


def test_a_report_is_never_placed_beside_itself(index: StoryIndex) -> None:
    """Matching a stored report again, after a new revision of the baseline, does not make it its own copy."""
    index.seed([StoryMember(report_id=1, story_id=7, report=STRIKE, seen=NOW)])

    assert index.place(1, STRIKE, NOW).story_id is None


def test_a_dated_report_outside_the_window_is_not_joined(index: StoryIndex) -> None:
    """An event in the same words eight days later is another event."""
    index.seed([StoryMember(report_id=1, story_id=7, report=STRIKE, seen=NOW)])

    assert index.place(2, replace(STRIKE_AGAIN, published=NOW + timedelta(days=7)), NOW).story_id == 7
    assert index.place(2, replace(STRIKE_AGAIN, published=NOW + timedelta(days=8)), NOW).story_id is None


def test_undated_reports_meet_if_they_arrive_close_together(index: StoryIndex) -> None:
    """Without dates the time of arrival is what is known."""
    index.seed([StoryMember(report_id=1, story_id=7, report=replace(STRIKE, published=None), seen=NOW)])
    undated = replace(STRIKE_AGAIN, published=None)

    assert index.place(2, undated, NOW + timedelta(days=2)).story_id == 7
    assert index.place(2, undated, NOW + timedelta(days=20)).story_id is None


def test_merged_stories_are_one_to_the_index(index: StoryIndex) -> None:
    """After a merge new reports join the story that stayed."""
    index.seed([StoryMember(report_id=1, story_id=7, report=STRIKE, seen=NOW)])
    index.merge(7, 5)

    assert index.place(2, STRIKE_AGAIN, NOW).story_id == 5


def test_old_reports_are_forgotten_but_a_quiet_topic_keeps_some() -> None:
    """What can no longer be joined goes, down to the number that keeps the idf known."""
    index = StoryIndex()
    index.seed(members(other_events(MIN_KEPT + 40)))
    index.place(1, STRIKE, NOW + timedelta(days=KEPT_DAYS))
    assert len(index) == MIN_KEPT + 40

    index.place(1, STRIKE, NOW + timedelta(days=KEPT_DAYS + 1))
    assert len(index) == MIN_KEPT


def test_a_restarted_index_answers_as_the_one_that_ran_through() -> None:
    """Seeding from the database gives the same placements as having seen the reports arrive."""
    running, stored = StoryIndex(), []
    for number, report in enumerate([*other_events(60), STRIKE, EDITOR]):
        running.place(number, report, NOW)
        running.assign(number, number)
        stored.append(StoryMember(report_id=number, story_id=number, report=report, seen=NOW))
    restarted = StoryIndex()
    restarted.seed(stored)

    assert restarted.place(99, STRIKE_AGAIN, NOW) == running.place(99, STRIKE_AGAIN, NOW)


@pytest.mark.parametrize("text", ["", "!!! ...", "zarbok " * 2_000, " ".join(f"w{n}x" for n in range(200_000))])
def test_hostile_text_opens_its_own_story(index: StoryIndex, text: str) -> None:
    """Texts without words, or with nothing but words, find nothing."""
    report = Report(key="hostile", title=text, summary=text)

    assert index.place(1, report, NOW).story_id is None


def test_relinking_merges_into_the_oldest_story_and_never_splits() -> None:
    """Two stories of one event become the older one; a story of two events stays whole."""
    given = [
        *members(other_events(60)),
        StoryMember(report_id=1, story_id=7, report=STRIKE),
        StoryMember(report_id=2, story_id=9, report=STRIKE_AGAIN),
        StoryMember(report_id=3, story_id=11, report=EDITOR),
        StoryMember(report_id=4, story_id=11, report=other_events(1, start=900)[0]),
    ]
    found = relink(given)

    assert [(merge.story_id, merge.into_id) for merge in found] == [(9, 7)]
    assert found == relink(given[::-1])
    assert all(isinstance(merge, StoryMerge) for merge in found)


def test_relinking_nothing_merges_nothing() -> None:
    """An empty database has no stories to merge."""
    assert relink([]) == []
