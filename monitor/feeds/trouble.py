"""What people should know of a feed: that it stays broken, fell silent or is gone, and that it is back. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model import FeedNews, FeedStanding

BROKEN_FAILURES = 6  # in a row …
BROKEN_AFTER = timedelta(hours=24)  # … or for so long, whichever comes first
LEAST_FAILURES = 2  # one failure of a feed that is polled daily is no pattern
USUAL_QUIET_S = 14 * 86400.0  # for a feed whose rhythm is not known yet
LEAST_QUIET_S = 86400.0
LEAST_ARRIVALS = 5
QUIET_GAPS = 3  # of its longest gap so far


def quiet_limit_s(arrivals: Sequence[datetime]) -> float:
    """How long the feed may bring nothing new by its own rhythm, from the polls that did, oldest first."""
    if len(arrivals) < LEAST_ARRIVALS:
        return USUAL_QUIET_S
    longest = max((later - earlier).total_seconds() for earlier, later in pairwise(arrivals))
    return max(LEAST_QUIET_S, QUIET_GAPS * longest)


def feed_news(standings: Sequence[FeedStanding], now: datetime) -> list[FeedNews]:
    """The changes that nobody was told of yet, each once: a feed that stays as it was told is no news."""
    found = []
    for feed in standings:
        state, sentence = _state(feed, now)
        if state is None or state == feed.told:
            continue
        found.append(FeedNews(url=feed.url, title=feed.title, before=feed.told, now=state, sentence=sentence))
    return found


def _state(feed: FeedStanding, now: datetime) -> tuple[str | None, str]:
    """How the feed fares in one of the words of `FeedNews`, and a sentence; None: it cannot be said yet."""
    if feed.retired:
        return "retired", "its server said twice that it is gone for good (410); it is not asked any more"
    if feed.failures:
        lasting = feed.failing_since is not None and now - feed.failing_since >= BROKEN_AFTER
        if feed.failures >= BROKEN_FAILURES or (lasting and feed.failures >= LEAST_FAILURES):
            return "broken", f"{feed.failures} failures in a row{_since(feed)}, the last one: {feed.last_error}"
        return None, ""
    if feed.quiet_since is None or feed.last_success_at is None:
        return None, ""
    # Measured up to its last answer: while nobody asks, the feed cannot bring anything.
    quiet_s = (feed.last_success_at - feed.quiet_since).total_seconds()
    if quiet_s > feed.quiet_after_s:
        usual = _days(feed.quiet_after_s)
        return "silent", f"it answers, but has brought nothing new for {_days(quiet_s)}; {usual} would be much for it"
    return "", {"broken": "it can be read again", "retired": "it is there again"}.get(feed.told, "it has news again")


def _since(feed: FeedStanding) -> str:
    if feed.last_success_at is None:
        return ", and it was never read"
    return f" since {feed.failing_since:%Y-%m-%d %H:%M} UTC" if feed.failing_since else ""


def _days(seconds: float) -> str:
    days = seconds / 86400
    return f"{days:.0f} days" if days >= 2 else f"{seconds / 3600:.0f} hours"
