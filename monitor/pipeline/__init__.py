"""The stages in their order: poll, match (with its alerts), deliver, digest. They hand over through the database.

    poll       due feeds -> reports
    match      waiting reports -> verdicts, matches, stories, alerts and their deliveries
    read       reports that look relevant -> their articles' pages; then they wait for `match` again
    deliver    due deliveries -> channels
    digest     what a recipient was not told yet -> a delivery

Each can stop anywhere and be run again. Nothing is decided here: values go from one room to the next.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.pipeline.delivering import DeliverRun, deliver
    from monitor.pipeline.digesting import DigestRun, digest, preview_digest
    from monitor.pipeline.judging import MatchMemory, MatchRun, match
    from monitor.pipeline.polling import PollRun, poll
    from monitor.pipeline.reading import PageFetcher, ReadRun, RobotsBook, read_articles
    from monitor.pipeline.relinking import relink_stories
    from monitor.pipeline.removing import remove_old
    from monitor.pipeline.watching import watch_feeds

__all__ = [
    "DeliverRun",
    "DigestRun",
    "MatchMemory",
    "MatchRun",
    "PageFetcher",
    "PollRun",
    "ReadRun",
    "RobotsBook",
    "deliver",
    "digest",
    "match",
    "poll",
    "preview_digest",
    "read_articles",
    "relink_stories",
    "remove_old",
    "watch_feeds",
]

_HOMES = {
    "DeliverRun": "delivering",
    "deliver": "delivering",
    "DigestRun": "digesting",
    "digest": "digesting",
    "preview_digest": "digesting",
    "MatchMemory": "judging",
    "MatchRun": "judging",
    "match": "judging",
    "PollRun": "polling",
    "poll": "polling",
    "PageFetcher": "reading",
    "ReadRun": "reading",
    "RobotsBook": "reading",
    "read_articles": "reading",
    "relink_stories": "relinking",
    "remove_old": "removing",
    "watch_feeds": "watching",
}


def __getattr__(name: str) -> Any:
    # Each stage loads its own heavy libraries: whoever delivers need not wait for scikit-learn.
    if name not in _HOMES:
        raise AttributeError(f"monitor.pipeline has no {name}")
    from importlib import import_module

    return getattr(import_module(f"monitor.pipeline.{_HOMES[name]}"), name)
