"""Notices about feeds as messages of text alone: what stays broken, fell silent, is gone, floods, or is back."""

import json
import textwrap
from collections.abc import Sequence

from monitor.digest.clean import one_line
from monitor.digest.subjects import count
from monitor.model import FeedNews, Message

_WIDTH = 72
_SHOWN = 30  # feeds of one host fail together; the rest is counted
_STATES = {"broken": "broken", "silent": "silent", "retired": "gone", "": "back"}
_HEADS = {
    "broken": "Cannot be read for a while, and is asked again all the same:",
    "retired": "Gone for good, and not asked any more:",
    "silent": "Silent against its own rhythm:",
    "": "Back:",
}
_ADVICE = "See `monitor feeds list`, and `monitor feeds show URL` for the last polls of one feed."


def feeds_headline(news: Sequence[FeedNews]) -> str:
    """One line: how many feeds are broken, silent, gone and back, or the name of the only one."""
    if len(news) == 1:
        return one_line(f"Feed {_STATES[news[0].now]}: {news[0].title or news[0].url}", 180)
    numbers = [(state, sum(one.now == state for one in news)) for state in _HEADS]
    told = ", ".join(f"{number} {_STATES[state]}" for state, number in numbers if number)
    return f"{count(len(news), 'feed')}: {told}"


def render_feed_news(news: Sequence[FeedNews], *, message_id: str) -> Message:
    """A message on all feeds whose state changed."""
    parts = []
    for state, head in _HEADS.items():
        about = [one for one in news if one.now == state]
        if about:
            parts.append("\n".join([head, *(_line(one) for one in about[:_SHOWN])]))
        if len(about) > _SHOWN:
            parts.append(f"… and {count(len(about) - _SHOWN, 'other feed')}.")
    headline = feeds_headline(news)
    payload: dict[str, object] = {
        "type": "notice",
        "kind": "feeds",
        "headline": headline,
        "feeds": [
            {"url": one.url, "title": one.title, "before": one.before, "now": one.now, "reason": one.sentence}
            for one in news
        ],
    }
    return _message(message_id, headline, [*parts, _ADVICE], payload)


def render_flood(url: str, title: str | None, throttled: int, most: int, *, message_id: str) -> Message:
    """A message that one feed's alerts were too many."""
    headline = one_line(f"Too many alerts from {title or url}", 180)
    told = (
        f"This feed gave more than {most} alerts within a day (alerts.most_per_feed_day). {count(throttled, 'alert')} "
        "above that went to the digest, where they are counted; nothing is lost, and other feeds are not affected."
    )
    payload: dict[str, object] = {
        "type": "notice",
        "kind": "flood",
        "headline": headline,
        "feed": url,
        "throttled": throttled,
    }
    return _message(message_id, headline, [_wrapped(told), one_line(url)], payload)


def _line(news: FeedNews) -> str:
    name = one_line(news.title or news.url, 200)
    return f"- {name}\n" + _wrapped(f"{news.sentence}", "  ") + (f"\n  {one_line(news.url)}" if news.title else "")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        one_line(text, 1000),
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _message(message_id: str, headline: str, parts: list[str], payload: dict[str, object]) -> Message:
    return Message(
        message_id=message_id,
        subject=headline,
        text="\n\n".join([headline, *parts]) + "\n",
        payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
    )
