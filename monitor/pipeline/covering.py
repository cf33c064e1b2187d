"""Tells people when the news on a baseline surges or has stopped."""

from collections.abc import Sequence

from monitor.alerts.coverage import DAY, HISTORY, Coverage, find_gap, find_spike
from monitor.alerts.novelty import LOUDNESS
from monitor.alerts.timing import quiet_until
from monitor.config.settings import Settings
from monitor.digest.identity import stable_message_id
from monitor.digest.render import render_notice
from monitor.model import Baseline, Severity
from monitor.model_digest import Notice
from monitor.pipeline.hooks import Clock
from monitor.pipeline.telling import options_of
from monitor.store import Store


def watch_coverage(
    store: Store, baselines: Sequence[Baseline], settings: Settings, *, clock: Clock
) -> tuple[Notice, ...]:
    """The notices that were made, each once for a surge or a silence; their messages are in the outbox."""
    made = []
    for baseline in baselines if settings.alerts.coverage else ():
        for notice in _notices(store, baseline, clock):
            _tell(store, notice, settings, clock)
            made.append(notice)
    return tuple(made)


def _notices(store: Store, baseline: Baseline, clock: Clock) -> list[Notice]:
    now = clock()
    since = store.watched_since(baseline.id)
    if since is None:
        return []
    coverage = Coverage(
        starts=store.story_starts(baseline.id, now - HISTORY - DAY),
        watched_since=since,
        last_answer=store.last_answer(),
        last_spike=store.last_notice(baseline.id, "spike"),
        last_gap=store.last_notice(baseline.id, "gap"),
    )
    found = (
        ("spike", "News surge", find_spike(coverage, now)),
        ("gap", "News silence", find_gap(coverage, now)),
    )
    return [
        Notice(
            kind=kind,
            baseline_id=baseline.id,
            baseline_title=baseline.title,
            headline=f"{words} on {baseline.title}",
            reason=reason,
        )
        for kind, words, reason in found
        if reason is not None
    ]


def _tell(store: Store, notice: Notice, settings: Settings, clock: Clock) -> None:
    now = clock()
    told = []
    for recipient in settings.recipients:
        if not recipient.alerts or LOUDNESS.index(Severity.NORMAL) < LOUDNESS.index(recipient.min_severity):
            continue
        message_id = stable_message_id(notice.kind, notice.baseline_id, now.isoformat(), recipient.name)
        message = render_notice(notice, message_id=message_id, options=options_of(settings))
        told.append((recipient, message, quiet_until(recipient, Severity.NORMAL, now) or now))
    store.add_notice(notice, told)
