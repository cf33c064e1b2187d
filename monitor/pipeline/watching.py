"""The stage `watch_feeds`: tell people once when a feed stays broken, falls silent or floods, and when it is back."""

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts.floods import DAY
from monitor.alerts.timing import quiet_until
from monitor.config.settings import Settings
from monitor.digest.feed_notices import feeds_headline, render_feed_news, render_flood
from monitor.digest.identity import stable_message_id
from monitor.feeds.trouble import feed_news
from monitor.model import FeedNews, Message, Recipient, Severity
from monitor.pipeline.hooks import Clock
from monitor.store import Store

Addressed = tuple[Recipient, Message, datetime]


def watch_feeds(store: Store, settings: Settings, *, clock: Clock) -> list[FeedNews]:
    """Put notices on feeds into the outbox of everybody who gets alerts; gives what is news of them."""
    now = clock()
    notices = _Notices(settings, now)
    news = feed_news(store.feed_standings(), now)
    if news:
        store.tell_of_feeds(news, feeds_headline(news), notices.on_feeds(news))
    for flood in store.floods(now - DAY):
        told = notices.on_flood(flood["url"], flood["title"], flood["throttled"])
        store.tell_of_flood(flood["url"], f"Too many alerts from {flood['url']}", told)
    return news


class _Notices:
    """The messages of a moment, each with its recipient and when it is due: quiet hours hold them, too."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._most = settings.alerts.most_per_feed_day
        self._now = now
        self._recipients = [recipient for recipient in settings.recipients if recipient.alerts]

    def on_feeds(self, news: Sequence[FeedNews]) -> list[Addressed]:
        told = [f"{one.url} {one.now}" for one in news]
        return [self._due(one, render_feed_news(news, message_id=self._name(one, *told))) for one in self._recipients]

    def on_flood(self, url: str, title: str | None, throttled: int) -> list[Addressed]:
        return [
            self._due(one, render_flood(url, title, throttled, self._most, message_id=self._name(one, "flood", url)))
            for one in self._recipients
        ]

    def _name(self, recipient: Recipient, *told: str) -> str:
        return stable_message_id("feeds", self._now.isoformat(), *told, recipient.name, recipient.address)

    def _due(self, recipient: Recipient, message: Message) -> Addressed:
        return recipient, message, quiet_until(recipient, Severity.NORMAL, self._now) or self._now
