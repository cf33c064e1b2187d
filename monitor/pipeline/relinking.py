"""The second look at stories: those that arrival kept apart and that turned out to be one are merged."""

from datetime import timedelta

from monitor.matching.stories import StoryMember, relink
from monitor.pipeline.hooks import Clock
from monitor.store import Store

RELINK_DAYS = 7


def relink_stories(store: Store, *, clock: Clock) -> int:
    """Merge stories of the last week; gives how many went into an older one."""
    stored = store.story_members(clock() - timedelta(days=RELINK_DAYS))
    merges = relink(
        StoryMember(report_id=one.report_id, story_id=one.story_id, report=one.report, seen=one.seen)
        for one in stored
        if one.story_id is not None
    )
    for merge in merges:
        with store.matching_transaction() as tx:
            tx.merge_stories(merge.story_id, merge.into_id)
    return len(merges)
