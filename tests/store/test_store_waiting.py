"""What waits for a judgement is found without reading all that is stored."""

from dataclasses import replace

import pytest
from store_samples import BASELINE, Judge, Poll, make_report

from monitor.store import Store


def test_of_judged_reports_only_the_edited_ones_wait_again(store: Store, poll: Poll, judge: Judge) -> None:
    """Told up to where all is judged, the store finds what came after and what was edited before, and nothing else."""
    poll(make_report("1"), make_report("2"))
    judged = [judge(), judge()]
    poll(make_report("1", summary="The dam was opened on Sunday, and the valley is under water."), make_report("3"))

    waiting = store.unmatched(BASELINE, 10, judged_to=judged[-1])

    assert [one.report.key for one in waiting] == ["1", "3"]
    assert store.count_unmatched(BASELINE, judged_to=judged[-1]) == 2
    assert store.newest_report() == judged[-1] + 1


def test_what_is_said_to_be_judged_is_not_read(store: Store, poll: Poll) -> None:
    """Reports up to that id are passed over even where they were not judged: it is the caller's word."""
    poll(make_report("1"), make_report("2"))
    store.sync_baseline(BASELINE)

    assert store.count_unmatched(BASELINE) == 2
    assert store.count_unmatched(BASELINE, judged_to=store.newest_report()) == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM reports WHERE id > 5 UNION ALL SELECT id FROM reports WHERE version > 1 AND id <= 5",
        "SELECT r.id FROM json_each('[]') k CROSS JOIN reports r ON r.feed_id = 1 AND r.key = k.value",
    ],
)
def test_the_queries_of_every_tick_scan_no_reports(store: Store, query: str) -> None:
    """SQLite finds the rows by an index or by their ids, so a tick costs no more with a million reports."""
    plan = [str(row["detail"]) for row in store.query(f"EXPLAIN QUERY PLAN {query}")]

    assert not [step for step in plan if step.startswith(("SCAN r", "SCAN reports"))]


def test_a_new_revision_of_the_baseline_looks_at_all(store: Store, poll: Poll, judge: Judge) -> None:
    """Judgements under another revision do not count."""
    poll(make_report("1"))
    judge()

    assert store.count_unmatched(replace(BASELINE, revision="r2")) == 1
