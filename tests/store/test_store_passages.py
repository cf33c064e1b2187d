"""The passages that matched: one a story, noise left out."""

from store_samples import BASELINE, Judge, Poll, make_match, make_report

from monitor.store import Store


def _story_of(store: Store, report: int) -> int:
    (row,) = store.query("SELECT story_id FROM reports WHERE id = ?", [report])
    story: int = row["story_id"]
    return story


def test_story_gives_its_best_passage_to_each_claim(store: Store, poll: Poll, judge: Judge) -> None:
    """Copies of a dispatch say a thing once: the passage with the highest score stands for the story."""
    poll(*(make_report(str(number)) for number in range(1, 4)))
    first = judge(make_match("C1", passage="worse", score=0.6), make_match("C2", passage="about C2"))
    second = judge(make_match("C1", passage="better", score=0.8), story_id=_story_of(store, first))
    third = judge(make_match("C1", passage="another story"))
    found = store.claim_passages(BASELINE.id)

    assert [(one.claim, one.report_id, one.passage) for one in found] == [
        ("C2", first, "about C2"),
        ("C1", second, "better"),
        ("C1", third, "another story"),
    ]
    assert store.claim_passages("other") == []


def test_noise_speaks_for_nothing(store: Store, poll: Poll, judge: Judge) -> None:
    """A match marked as noise is passed over, for its claim or for the whole report, until the mark is taken back."""
    poll(make_report("1"), make_report("2"))
    first = judge(make_match("C1", passage="one"), make_match("C2", passage="two"))
    second = judge(make_match("C1", passage="three"))
    store.mark(first, BASELINE.id, "C1", "noise")
    store.mark(second, BASELINE.id, None, "noise")

    assert [one.passage for one in store.claim_passages(BASELINE.id)] == ["two"]
    store.mark(second, BASELINE.id, "C1", "relevant")
    assert [one.passage for one in store.claim_passages(BASELINE.id)] == ["two", "three"]
    store.unmark()
    store.unmark()
    store.unmark()
    assert len(store.claim_passages(BASELINE.id)) == 3
