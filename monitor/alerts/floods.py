"""A limit on the alerts of one feed: one that floods must neither bury the others nor anybody's mailbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model import Alert, AlertState

DAY = timedelta(days=1)
REASON = "too many of one feed"  # the store finds floods by this beginning


def cap_feed(alerts: Sequence[Alert], *, told: int, most: int) -> list[Alert]:
    """The alerts of one report; those above the limit are throttled, which leaves them to the digest as a count.

    `told` alerts of the feed went to people within the last day.
    """
    kept = []
    for alert in alerts:
        if alert.state is AlertState.PENDING:
            if told >= most:
                why = f"{REASON}: it had {most} alerts within a day already, so this is left to the digest"
                alert = replace(alert, state=AlertState.THROTTLED, reason=why)
            told += 1
        kept.append(alert)
    return kept
