"""Polls: what is stored with them, and what counts as new, revised, known or a duplicate."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import SOURCE, START, Clock, Poll, make_outcome, make_report

from monitor.model import FeedSource, FeedState, Validators
from monitor.store import PollStored, Store
from monitor.store.identity import address_of, words_hash

OTHER = FeedSource(url="https://hill.example/atom", title="Hill Times", tags=("wire",))


def test_same_poll_twice_stores_each_report_once(store: Store, poll: Poll) -> None:
    """The second poll of an unchanged feed finds every report known."""
    first = poll(make_report("1"), make_report("2"))
    second = poll(make_report("1"), make_report("2"))

    assert first == PollStored(new=2)
    assert second == PollStored(known=2)
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 2}]


def test_poll_keeps_validators_and_next_time_with_the_reports(store: Store, poll: Poll, clock: Clock) -> None:
    """After a poll the feed is not due until its time, and then is asked with the validators it gave."""
    poll(make_report("1"), etag='"abc"')

    assert store.due_feeds(clock()) == []
    [(source, state)] = store.due_feeds(clock.forward(hours=1))
    assert source == SOURCE
    assert state.validators == Validators(etag='"abc"')
    assert state.first_polled_at == START


def test_failing_inside_a_poll_leaves_nothing_of_it(store: Store, poll: Poll, clock: Clock) -> None:
    """Reports and validators are one transaction: if one report cannot be stored, the feed is asked again as before."""
    poll(make_report("1"), etag='"old"')
    broken = make_report("3", published=START.replace(tzinfo=None))  # a time without a zone is refused
    state = FeedState(url=SOURCE.url, validators=Validators(etag='"new"'), next_poll_at=clock.forward(days=9))

    with pytest.raises(ValueError, match="without a zone"):
        store.record_poll(SOURCE, make_outcome(make_report("2"), broken), state)

    [(_, kept)] = store.due_feeds(clock())
    assert kept.validators.etag == '"old"'
    assert store.query("SELECT key FROM reports") == [{"key": "1"}]


def test_first_poll_is_first_sight_and_the_next_is_not(store: Store, poll: Poll) -> None:
    """What a feed already holds at its first good poll is marked; what comes later is news."""
    poll(make_report("1"))
    poll(make_report("1"), make_report("2"))

    assert store.query("SELECT key, first_sight FROM reports ORDER BY id") == [
        {"key": "1", "first_sight": 1},
        {"key": "2", "first_sight": 0},
    ]


def test_failed_first_poll_does_not_use_up_first_sight(store: Store, poll: Poll, clock: Clock) -> None:
    """A feed that failed at first still has its first sight before it."""
    store.sync_feeds([SOURCE])
    failed = make_outcome(feed=None, error="no answer in time", error_kind="timeout")
    store.record_poll(SOURCE, failed, FeedState(url=SOURCE.url, failures=1))
    poll(make_report("1"))

    assert store.query("SELECT first_sight FROM reports") == [{"first_sight": 1}]


def test_changed_words_are_a_revision(store: Store, poll: Poll) -> None:
    """An edited report keeps its row, gets a new version, and its former text stays readable."""
    poll(make_report("1", summary="The water stands at 40."))
    stored = poll(make_report("1", summary="The water stands at 35."))

    assert stored == PollStored(revised=1)
    assert store.query("SELECT version, summary FROM reports") == [{"version": 2, "summary": "The water stands at 35."}]
    assert store.query("SELECT version, summary FROM revisions") == [
        {"version": 1, "summary": "The water stands at 40."}
    ]


@pytest.mark.parametrize(
    "again",
    [
        {"summary": "the WATER  stands, at 40"},
        {"summary": ""},
        {"published": START + timedelta(hours=1)},
        {"title": "Level 1!"},
    ],
    ids=["case and marks", "summary gone", "another date", "punctuation"],
)
def test_small_changes_are_no_revision(store: Store, poll: Poll, again: dict[str, object]) -> None:
    """Space, case, punctuation, dates and fields that fall away do not have a report judged again."""
    poll(make_report("1", "Level 1", summary="The water stands at 40."))
    stored = poll(make_report("1", **({"title": "Level 1", "summary": "The water stands at 40."} | again)))  # type: ignore[arg-type]

    assert stored == PollStored(known=1)


def test_same_page_in_another_feed_is_a_duplicate(store: Store, poll: Poll) -> None:
    """One article in two feeds is stored for each, and the second points to the first."""
    url = "https://www.river.example/a/"
    poll(make_report("1", "Dam holds", url=url))
    poll(make_report("x", "Dam holds", summary="Cut sho…", url="https://river.example/a#rss"), source=OTHER)

    assert store.query("SELECT duplicate_of FROM reports ORDER BY id") == [{"duplicate_of": None}, {"duplicate_of": 1}]


def test_feed_that_changes_its_guids_brings_nothing_new(store: Store, poll: Poll) -> None:
    """New guids and links for old texts are recognised by the words; the report goes on under its new key."""
    poll(make_report("1", "Dam holds", summary="It holds."))
    moved = make_report("new-guid", "Dam holds", summary="It holds.", url="https://river.example/new")

    assert poll(moved) == PollStored(known=1)
    assert store.query("SELECT key, url FROM reports") == [{"key": "new-guid", "url": "https://river.example/new"}]


def test_same_words_under_two_keys_at_once_are_a_duplicate(store: Store, poll: Poll) -> None:
    """A feed that lists the same words twice, under two guids, has two items: the second points to the first."""
    twins = [make_report(key, "Dam holds", summary="It holds.") for key in ("1", "2")]

    assert poll(*twins) == PollStored(new=2)
    assert poll(*twins) == PollStored(known=2)
    assert store.query("SELECT duplicate_of FROM reports WHERE key = '2'") == [{"duplicate_of": 1}]


def test_same_words_on_another_day_are_a_duplicate(store: Store, poll: Poll) -> None:
    """A warning that is repeated word for word weeks later is an item of its own, and known as a repeat."""
    poll(make_report("1", "Storm warning", summary="Stay at home."))
    later = make_report("2", "Storm warning", summary="Stay at home.", published=START + timedelta(days=20))
    poll(later)

    assert store.query("SELECT duplicate_of FROM reports WHERE key = '2'") == [{"duplicate_of": 1}]


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Another title", "summary": "Other words."},
        {"title": "Dam holds", "summary": "Now it does not."},
    ],
    ids=["front-page links", "live blog"],
)
def test_same_address_with_other_words_is_a_report_of_its_own(store: Store, poll: Poll, other: dict[str, str]) -> None:
    """Feeds whose items share one link lose none of them."""
    poll(make_report("1", "Dam holds", summary="It holds.", url="https://river.example/live"))
    poll(make_report("2", url="https://river.example/live", **other))

    assert store.query("SELECT COUNT(*) AS n FROM reports WHERE duplicate_of IS NULL") == [{"n": 2}]


def test_duplicate_that_was_edited_stands_for_itself(store: Store, poll: Poll) -> None:
    """A duplicate whose title changes is no longer one, so its news is not lost."""
    poll(make_report("1", "Dam holds"))
    poll(make_report("1", "Dam holds"), source=OTHER)
    poll(make_report("1", "Dam breaks", summary="It broke."), source=OTHER)

    assert store.query("SELECT title FROM reports WHERE duplicate_of IS NULL ORDER BY id") == [
        {"title": "Dam holds"},
        {"title": "Dam breaks"},
    ]


def test_text_that_sqlite_cannot_hold_is_cleaned(store: Store, poll: Poll) -> None:
    """NUL bytes and lone surrogates never reach the file, and the report is recognised the next time."""
    hostile = make_report("k\x00\ud800", "a\x00b \ud83d\ude00 c\udfff")
    poll(hostile)
    again = poll(hostile)

    assert store.query("SELECT title FROM reports") == [{"title": "ab 😀 c\ufffd"}]
    assert again == PollStored(known=1)


def test_count_new_tells_what_a_poll_would_bring(store: Store, poll: Poll) -> None:
    """Before the poll is stored, the plan for the next one can ask how much is new."""
    poll(make_report("1"))

    assert store.count_new(SOURCE, make_outcome(make_report("1"), make_report("2"), make_report("2"))) == 1


def test_feed_that_left_the_configuration_is_not_polled_and_keeps_its_reports(
    store: Store, poll: Poll, clock: Clock
) -> None:
    """Removing a feed loses nothing; what a poll under way brings for it afterwards is dropped."""
    poll(make_report("1"))
    store.sync_feeds([OTHER])
    stored = store.record_poll(SOURCE, make_outcome(make_report("2")), FeedState(url=SOURCE.url))

    assert stored == PollStored()
    assert [source.url for source, _ in store.due_feeds(clock.forward(days=1))] == [OTHER.url]
    assert store.query("SELECT key FROM reports") == [{"key": "1"}]


def test_due_feeds_can_be_named_and_forced(store: Store, poll: Poll, clock: Clock) -> None:
    """A person can poll feeds that are not due, all or some; a retired one only by force."""
    poll(source=OTHER)
    poll()
    store.record_poll(SOURCE, make_outcome(), FeedState(url=SOURCE.url, retired=True))

    assert store.due_feeds(clock.forward(days=1), urls=[SOURCE.url]) == []
    assert len(store.due_feeds(clock(), force=True)) == 2
    assert [s.url for s, _ in store.due_feeds(clock(), urls=[SOURCE.url], force=True)] == [SOURCE.url]


def test_next_due_is_the_earliest(store: Store, poll: Poll, clock: Clock) -> None:
    """The daemon can ask how long it may rest."""
    assert store.next_due() is None
    poll()

    assert store.next_due() == START + timedelta(hours=1)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/news/1?id=2#top",
        "http://example.org/",
        "https://example.org?x=1",
        "HTTPS://Example.org:443/a",
        "https://user@example.org/a/",
        "https://example.org/a b",
        "https://[::1]/a",
        "https://example.org/ä",
    ],
)
def test_address_is_the_same_by_the_short_way(url: str) -> None:
    """Usual addresses are cut without the library, and give what the library's parts give."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    host = (parts.hostname or "").removeprefix("www.")
    expected = f"{host}{path}" + (f"?{parts.query}" if parts.query else "") if path or parts.query else None

    assert address_of(url) == expected


@given(st.text(max_size=60))
def test_words_hash_of_plain_letters_is_that_of_any(text: str) -> None:
    """The short way for plain letters gives the hash of the long way, which a mark that counts for nothing forces."""
    plain = text.encode("ascii", "ignore").decode()

    assert words_hash(plain) == words_hash(plain + "\u00b7")


def test_item_twice_in_one_document_is_one_report(store: Store, poll: Poll) -> None:
    """The second item under one key is a later sight of the first: known if it says the same, else an edit."""
    again = replace(make_report("1"), summary="Something else entirely is told here now.")

    assert poll(make_report("1"), make_report("1"), make_report("2")) == PollStored(new=2, known=1)
    assert poll(make_report("3"), replace(again, key="3")).new == 1
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 3}]


def test_polls_together_all_count_or_none(store: Store, poll: Poll) -> None:
    """What is polled together is one transaction: a fault in the last takes the first with it."""

    def faulty() -> None:
        with store.together():
            poll(make_report("1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        faulty()
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 0}]
    with store.together():
        poll(make_report("1"))
        poll(make_report("2"))
    assert store.query("SELECT COUNT(*) AS n FROM reports") == [{"n": 2}]


def test_same_words_twice_in_one_document_are_duplicates(store: Store, poll: Poll) -> None:
    """Items of one document that say the same are one item: the first of them, or one stored earlier, is it."""
    same = [replace(make_report(key), title="Bridge closed", summary="It is being mended.") for key in "abc"]
    poll(*same[:2], make_report("x"))
    poll(same[2], *same[:2], make_report("x"), source=OTHER)

    rows = store.query("SELECT id, duplicate_of FROM reports WHERE title = 'Bridge closed' ORDER BY id")
    first = rows[0]["id"]
    assert [row["duplicate_of"] for row in rows] == [None, first, None, first, first]  # of the other feed's own page
