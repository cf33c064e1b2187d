"""Removing what is older than it is to be kept. What an alert or a person's mark hangs on stays."""

from datetime import timedelta

from monitor.config.settings import Settings
from monitor.pipeline.hooks import Clock
from monitor.store import Store


def remove_old(store: Store, settings: Settings, *, clock: Clock) -> int:
    """Remove the reports that left their feeds longer ago than `[retention]` says; gives how many.

    The contents of messages that were sent go as well, after a time of their own.
    """
    keep, now = settings.retention, clock()
    if keep.messages_days:
        store.empty_messages(now - timedelta(days=keep.messages_days))
    if not keep.reports_days:
        return 0
    before = now - timedelta(days=keep.reports_days)
    matched_before = now - timedelta(days=max(keep.matched_days, keep.reports_days)) if keep.matched_days else None
    return store.remove_reports(before, matched_before)
