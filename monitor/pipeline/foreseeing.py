"""What the rules would do with a stored report now, and one more message on a stored alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerts.conditions import why_not
from monitor.alerts.floods import DAY, cap_feed
from monitor.alerts.rules import decide_alerts
from monitor.alerts.timing import HOUR, time_alerts
from monitor.config.settings import Settings
from monitor.digest.identity import stable_message_id
from monitor.digest.render import render_alert
from monitor.errors import MonitorError
from monitor.model import Alert, Decision, MatchedReport, Relation
from monitor.pipeline.hooks import Clock
from monitor.pipeline.telling import is_delivered, options_of, throttle_of
from monitor.pipeline.voices import count_voices
from monitor.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What one rule would do about one match of the report, for some recipients alike."""

    baseline: str
    claim: str
    relation: Relation
    score: float
    rule: str
    fires: bool
    why: str  # why it does not fire, or what becomes of the alert
    state: str = ""  # of the alert that the rule names
    severity: str = ""
    recipients: tuple[str, ...] = ()
    at: datetime | None = None  # when its messages would go out


def foresee(store: Store, settings: Settings, report_id: int, *, clock: Clock) -> list[Foreseen]:
    """Every rule beside every match of a stored report, as if it came in now. Nothing is kept."""
    judged = store.judged(report_id)
    if not judged:
        raise MonitorError(f"report {report_id}: not stored, or not judged yet; `monitor matches` lists reports")
    matched = [one for one in judged if one.scored.decision is Decision.MATCHED]
    if not matched:
        told = "; ".join(f"{one.scored.decision} under {one.baseline_id}: {one.scored.reason}" for one in judged)
        raise MonitorError(f"report {report_id}: no rule looks at it, for it is no match ({told})")
    return [row for one in matched for row in _foresee(store, settings, one, clock())]


def _foresee(store: Store, settings: Settings, matched: MatchedReport, now: datetime) -> list[Foreseen]:
    mutes = store.mutes()
    if matched.story_id:
        matched = replace(matched, publishers=count_voices(store.story_facts(matched.story_id).carriers))
    decided = decide_alerts(
        matched,
        settings.rules,
        settings.recipients,
        told=store.told(matched.baseline_id, matched.story_id, without_report=matched.report_id),
        told_to=store.told_to(
            matched.baseline_id,
            matched.story_id,
            [recipient.name for recipient in settings.recipients],
            without_report=matched.report_id,
        ),
        first_sight=settings.alerts.first_sight,
        now=now,
        mutes=mutes,
        more_publishers=settings.alerts.more_publishers,
    )
    most = settings.alerts.most_per_feed_day
    told = store.alerts_of_feed(matched.feed_url, now - DAY, without_report=matched.report_id)
    alerts = time_alerts(
        cap_feed(decided, told=told, most=most) if most else decided,
        settings.recipients,
        throttle=throttle_of(settings),
        lately=lambda name: store.told_lately(name, now - HOUR),
        now=now,
        mutes=mutes,
    )
    rows: list[Foreseen] = []
    for match in matched.scored.matches:
        for rule in settings.rules:
            unmet = why_not(rule, matched, match)
            row = Foreseen(
                baseline=matched.baseline_id,
                claim=match.claim,
                relation=match.relation,
                score=round(match.score, 3),
                rule=rule.name,
                fires=unmet is None,
                why=unmet or "another rule that fires names the alert",
            )
            named = [alert for alert in alerts if (alert.claim, alert.rule) == (match.claim, rule.name)]
            rows += [_with_fate(row, alert, now) for alert in named] or [row]
    return rows


def _with_fate(row: Foreseen, alert: Alert, now: datetime) -> Foreseen:
    return replace(
        row,
        why=alert.reason,
        state=alert.state,
        severity=alert.severity,
        recipients=alert.recipients,
        at=(alert.not_before or now) if is_delivered(alert) else None,
    )


def resend(
    store: Store, settings: Settings, alert_id: int, *, clock: Clock, recipients: Sequence[str] = ()
) -> tuple[str, ...]:
    """Put one more message on an alert into the outbox, for these or for all it names; gives the recipients."""
    by_name = {recipient.name: recipient for recipient in settings.recipients}
    view = store.alert_view(alert_id, "")
    if view is None:
        raise MonitorError(f"alert {alert_id}: not there, or its report says something else by now")
    names = tuple(recipients) or tuple(name for name in view.alert.recipients if name in by_name)
    unknown = [name for name in names if name not in by_name]
    if unknown or not names:
        raise MonitorError(f"alert {alert_id}: {unknown[0] if unknown else 'it'} has no recipient; name one with --to")
    for name in names:
        own = store.alert_view(alert_id, name)
        if own is None:
            continue
        message = render_alert(
            own,
            message_id=stable_message_id("alert again", alert_id, name, clock().isoformat()),
            now=clock().astimezone(ZoneInfo(by_name[name].timezone)),
            options=options_of(settings),
        )
        store.resend_alert(alert_id, by_name[name], message)
    return names
