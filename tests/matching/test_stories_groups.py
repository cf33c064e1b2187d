"""Batch grouping of reports into stories."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.matching import story_groups
from monitor.matching.story_groups import group_stories
from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_pairs import pair_similarities
from monitor.matching.story_similarity import ordinal_factor, same_story
from monitor.matching.story_text import story_text
from monitor.model import Report

DAY = datetime(2024, 3, 4, 9, tzinfo=UTC)

EVENTS = [
    (
        "Harbour workers in Velmora walk out over pay",
        "Dock crews at the port of Velmora stopped unloading ships on Monday in a dispute over wages.",
        "Cranes stood idle as dockers at Velmora port downed tools, demanding better wages.",
        "A strike over wages shut the Velmora docks; shippers sent vessels to other ports.",
    ),
    (
        "Court in Istrana frees editor Mirela Dask",
        "A judge ordered the release of the newspaper editor Mirela Dask, held since autumn.",
        "Mirela Dask left prison in Istrana after a court found no grounds to hold the editor.",
        "The newspaper welcomed its editor Dask back after the ruling of the Istrana court.",
    ),
    (
        "Dam above Korva village at risk after rain",
        "Engineers watched cracks widen in the earth dam above Korva after days of rain.",
        "Korva families were moved to a school because the dam above the village could burst.",
        "Cracks in the Korva dam grew overnight, and engineers lowered the water.",
    ),
    (
        "Parliament in Sella rejects the water tax",
        "Lawmakers voted down a levy on household water use in Sella.",
        "The water tax failed in the Sella parliament by nine votes.",
        "Opposition lawmakers in Sella cheered as the levy on water was rejected.",
    ),
]


def reports() -> list[Report]:
    """Twelve reports of four events, three of each."""
    made = []
    for event, (title, *tellings) in enumerate(EVENTS):
        for angle, summary in enumerate(tellings):
            name = " ".join(title.split()[angle:])
            when = DAY + timedelta(hours=7 * angle)
            made.append(Report(key=f"{event}-{angle}", title=name, summary=summary, published=when))
    return made


def made_up(events: int, tellings: int, seed: int = 0) -> list[Report]:
    """Reports of events that share a third of their words with all others."""
    rng = random.Random(seed)
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    common = ["".join(rng.choices(syllables, k=3)) for _ in range(60)]
    made = []
    for event in range(events):
        own = ["".join(rng.choices(syllables, k=4)) for _ in range(14)]
        for telling in range(tellings):
            words = [*rng.sample(own, 10), *rng.sample(common, 6)]
            rng.shuffle(words)
            title = " ".join(rng.sample(own, 5))
            when = DAY + timedelta(hours=telling)
            made.append(Report(key=f"{event}-{telling}", title=title, summary=" ".join(words), published=when))
    return made


def partition(labels: list[int], keys: list[str]) -> set[frozenset[str]]:
    """The groups as sets of report keys."""
    return {frozenset(k for k, at in zip(keys, labels, strict=True) if at == label) for label in set(labels)}


def test_reports_of_one_event_share_a_story() -> None:
    """Three tellings each of four events become four stories, numbered in order of appearance."""
    found = group_stories(reports())

    assert found == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_grouping_does_not_depend_on_the_order_of_reports() -> None:
    """However the reports are shuffled, the same ones are together."""
    made = reports()
    expected = partition(group_stories(made), [r.key for r in made])

    for seed in range(10):
        shuffled = made[:]
        random.Random(seed).shuffle(shuffled)
        assert partition(group_stories(shuffled), [r.key for r in shuffled]) == expected


def test_the_matrix_of_all_pairs_is_same_story_for_each() -> None:
    """Batch grouping and the comparison of two reports give the same similarity."""
    texts = [story_text(r) for r in reports()]
    idf = StoryIdf()
    for text in texts:
        idf.add(text)
    matrix = pair_similarities(texts)

    for a in range(len(texts)):
        for b in range(len(texts)):
            if a != b:
                assert abs(same_story(texts[a], texts[b], idf).similarity - matrix[a, b]) < 1e-5


def test_a_file_too_large_for_all_pairs_is_grouped_as_reports_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the same stories are found one by one, in any order of the reports."""
    monkeypatch.setattr(story_groups, "MAX_PAIRED", 10)
    made = made_up(events=20, tellings=3)
    shuffled = made[:]
    random.Random(1).shuffle(shuffled)

    assert group_stories(made) == [event for event in range(20) for _ in range(3)]
    assert partition(group_stories(shuffled), [r.key for r in shuffled]) == partition(
        group_stories(made), [r.key for r in made]
    )


def test_no_reports_give_no_stories() -> None:
    """An empty file has no stories, one report has one."""
    assert group_stories([]) == []
    assert group_stories(reports()[:1]) == [0]


def test_a_phrase_that_a_feed_puts_under_every_report_makes_no_copies() -> None:
    """Boilerplate shared by all reports neither joins events nor makes copies of them."""
    tail = "The post appeared first on the site of the Velmora Courier and may not be reproduced without permission."
    made = [replace(r, summary=f"{r.summary}. {tail}") for r in made_up(events=20, tellings=3)]

    assert group_stories(made) == [event for event in range(20) for _ in range(3)]


@pytest.mark.parametrize("count", [9, 31, 250])
def test_a_changed_count_opens_no_new_story(count: int) -> None:
    """The toll of an event rises from report to report; the event stays one story."""
    first = Report(
        key="a",
        title="Ferry sinks off Ostrel, 12 people missing",
        summary="A ferry went down in a storm off Ostrel on Monday. The coastguard is looking for 12 people.",
        published=DAY,
    )
    later = Report(
        key="b",
        title=f"Ostrel ferry disaster: {count} people missing",
        summary=f"The coastguard said {count} people were missing after the ferry went down in a storm off Ostrel.",
        published=DAY + timedelta(days=1),
    )
    found = group_stories([first, later, *reports()])

    assert found[0] == found[1]
    assert found.count(found[0]) == 2


def test_another_place_in_a_count_is_another_event() -> None:
    """The same words about the 23rd and the 22nd attack are half as alike."""
    text = "attack this year on the base near Korva wounded two soldiers, the army said."
    a = story_text(Report(key="a", title="The 22nd attack on Korva base", summary=f"The 22nd {text}"))
    b = story_text(Report(key="b", title="The 23rd attack on Korva base", summary=f"The 23rd {text}"))

    assert ordinal_factor(a, b) == 0.5
    assert ordinal_factor(a, a) == 1.0


def test_the_same_event_outside_the_window_is_another_story() -> None:
    """Two reports in the same words of an event, but weeks apart, are not one story unless one is a copy."""
    a, b = reports()[:2]
    later = replace(b, published=DAY + timedelta(days=15))

    assert len(set(group_stories([a, b, *reports()[3:]])[:2])) == 1
    assert len(set(group_stories([a, later, *reports()[3:]])[:2])) == 2


def test_copies_are_joined_even_when_one_is_dated_weeks_later() -> None:
    """A syndicated copy that an outlet dates by its own clock still belongs to the original."""
    original = reports()[0]
    copy = replace(original, key="copy", title=f"{original.title} - agency", published=DAY + timedelta(days=20))
    found = group_stories([original, *reports()[3:], copy])

    assert found[0] == found[-1]


HOSTILE = {
    "no letters": "!!! ... ??? --- ***",
    "empty": "",
    "one word, 2,000 times": "Zarbok " * 2_000,
    "200,000 words": " ".join(f"w{n}x" for n in range(200_000)),
    "one endless word": "a" * 1_000_000,
    "invisible letters": "\u200b\u2060" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_bounded_and_joins_nothing(name: str) -> None:
    """Texts without words, or with nothing but words, keep to their own story, and the others to theirs."""
    hostile = [Report(key=f"h{n}", title=f"{HOSTILE[name]}", summary=HOSTILE[name]) for n in range(2)]
    found = group_stories([*reports(), *hostile])

    assert found[:12] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert not set(found[12:]) & set(found[:12])
    assert len(story_text(hostile[0]).stem_ids) <= 3_400


WORDS = (
    "harbour strike wages court editor dam rain flood levy vote ferry storm minister 12 31 23rd Korva Velmora".split()
)
REPORTS = st.builds(
    Report,
    key=st.uuids().map(str),
    title=st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
    summary=st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    published=st.one_of(st.none(), st.integers(0, 20).map(lambda days: DAY + timedelta(days=days))),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=st.lists(REPORTS, max_size=12, unique_by=lambda r: r.key), data=st.data())
def test_any_reports_in_any_order_make_the_same_stories(made: list[Report], data: st.DataObject) -> None:
    """Grouping depends on what is in the reports, never on their order."""
    shuffled = data.draw(st.permutations(made))

    assert partition(group_stories(made), [r.key for r in made]) == partition(
        group_stories(shuffled), [r.key for r in shuffled]
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(a=REPORTS, b=REPORTS)
def test_similarity_is_symmetric_and_between_0_and_1(a: Report, b: Report) -> None:
    """Neither report comes first."""
    idf = StoryIdf()
    first, second = story_text(a), story_text(b)
    idf.add(first)
    idf.add(second)
    there, back = same_story(first, second, idf), same_story(second, first, idf)

    assert there.is_copy == back.is_copy
    assert abs(there.similarity - back.similarity) < 1e-9
    assert 0.0 <= there.similarity <= 1.0 + 1e-9
