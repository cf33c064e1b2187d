"""Marks: what counts, what was replaced, what is taken back."""

from store_samples import BASELINE, Judge, Poll, make_match, make_report

from monitor.store import Store


def _judged(poll: Poll, judge: Judge, count: int = 2) -> list[int]:
    poll(*(make_report(str(number)) for number in range(1, count + 1)))
    return [judge(make_match("C1")) for _ in range(count)]


def test_marks_come_with_their_reports_oldest_first(store: Store, poll: Poll, judge: Judge) -> None:
    """What the matcher learns from: each marked report with its text, its claim and what was said."""
    first, second = _judged(poll, judge)
    store.mark(second, BASELINE.id, "C1", "noise")
    store.mark(first, BASELINE.id, None, "relevant")
    found = store.marked(BASELINE.id)

    assert [(one.report_id, one.claim, one.relevant) for one in found] == [(second, "C1", False), (first, None, True)]
    assert found[0].report.title == "Water level report 2"
    assert store.marked("other") == []


def test_later_mark_on_the_same_match_replaces_the_earlier(store: Store, poll: Poll, judge: Judge) -> None:
    """A second thought counts; the first stays in the list as replaced."""
    (report,) = _judged(poll, judge, 1)
    store.mark(report, BASELINE.id, "C1", "noise", "another dam")
    store.mark(report, BASELINE.id, "C1", "relevant")
    store.mark(report, BASELINE.id, None, "noise")

    assert [(one.claim, one.relevant) for one in store.marked(BASELINE.id)] == [("C1", True), (None, False)]
    rows = store.marks()
    assert [(row["mark"], row["claim_id"], row["counts"]) for row in rows] == [
        ("noise", None, 1),
        ("relevant", "C1", 1),
        ("noise", "C1", 0),
    ]
    assert (rows[2]["note"], rows[2]["score"], rows[2]["title"]) == ("another dam", 0.7, "Water level report 1")
    assert len(store.marks(claim="C1")) == 2
    assert store.marks(baseline_id="other") == []


def test_taking_a_mark_back_brings_back_what_it_replaced(store: Store, poll: Poll, judge: Judge) -> None:
    """The newest mark goes first unless one is named; the one before it counts again."""
    (report,) = _judged(poll, judge, 1)
    first = store.mark(report, BASELINE.id, "C1", "noise")
    store.mark(report, BASELINE.id, "C1", "relevant")

    undone = store.unmark()
    assert undone is not None
    assert (undone["mark"], undone["claim_id"], undone["report_id"]) == ("relevant", "C1", report)
    assert [one.relevant for one in store.marked(BASELINE.id)] == [False]
    assert store.unmark(first) is not None
    assert store.marks() == []
    assert store.unmark() is None
