"""The stages in their order: poll, match (with its alerts), deliver, digest. They hand over through the database.

    poll       due feeds -> reports
    match      waiting reports -> verdicts, matches, stories, alerts and their deliveries
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
    from monitor.pipeline.relinking import relink_stories

__all__ = [
    "DeliverRun",
    "DigestRun",
    "MatchMemory",
    "MatchRun",
    "PollRun",
    "deliver",
    "digest",
    "match",
    "poll",
    "preview_digest",
    "relink_stories",
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
    "relink_stories": "relinking",
}


def __getattr__(name: str) -> Any:
    # Each stage loads its own heavy libraries: whoever delivers need not wait for scikit-learn.
    if name not in _HOMES:
        raise AttributeError(f"monitor.pipeline has no {name}")
    from importlib import import_module

    return getattr(import_module(f"monitor.pipeline.{_HOMES[name]}"), name)
