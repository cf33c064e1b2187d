"""What follows from a verdict for people: its alerts, and a message for each recipient, within match's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerts.floods import DAY, cap_feed
from monitor.alerts.rules import decide_alerts
from monitor.alerts.timing import HOUR, Throttle, time_alerts
from monitor.config.settings import Settings
from monitor.digest.identity import stable_message_id
from monitor.digest.render import RenderOptions, render_alert, render_alerts
from monitor.errors import ComposeError
from monitor.model import Alert, AlertState, Baseline, Decision, Match, MatchedReport, Message, Recipient, Scored
from monitor.model_digest import AlertView
from monitor.pipeline.voices import count_voices, is_new_voice
from monitor.store import StoredReport
from monitor.store.matching import MatchingTransaction


class Telling:
    """Tells people of the reports of one baseline."""

    def __init__(self, baseline: Baseline, settings: Settings) -> None:
        self._baseline = baseline
        self._texts = {claim.id: claim.text for claim in baseline.claims}
        self._rules = settings.rules
        self._recipients = settings.recipients
        self._by_name = {recipient.name: recipient for recipient in settings.recipients}
        self._settings = settings.alerts
        self._throttle = throttle_of(settings)
        self._options = options_of(settings)

    def tell(
        self,
        tx: MatchingTransaction,
        report: StoredReport,
        verdict: Scored,
        story_id: int,
        *,
        story_is_new: bool,
        now: datetime,
    ) -> Sequence[Alert]:
        """Keep the report's alerts, told and held, and put the messages of the told ones into the outbox."""
        facts = None
        if verdict.decision is Decision.DUPLICATE and report.duplicate_of is not None:
            facts = tx.story_facts(story_id, "")
            if not is_new_voice(facts, report.report_id):
                return ()
            # The very item that another publisher had first: with its matches the story is carried more widely.
            verdict = tx.scored(report.duplicate_of, self._baseline.id) or verdict
            report = replace(report, report_id=report.duplicate_of)
        if not verdict.matches:
            return ()
        facts = facts or tx.story_facts(story_id, "")
        mutes = tx.mutes()
        decided = decide_alerts(
            MatchedReport(
                report_id=report.report_id,
                report=report.report,
                baseline_id=self._baseline.id,
                scored=verdict,
                story_id=story_id,
                story_is_new=story_is_new,
                first_sight=report.first_sight,
                feed_url=report.feed_url,
                feed_tags=report.feed_tags,
                publishers=count_voices(facts.carriers),
            ),
            self._rules,
            self._recipients,
            told=tx.told(self._baseline.id, story_id),
            told_to=tx.told_to(self._baseline.id, story_id, self._by_name),
            first_sight=self._settings.first_sight,
            now=now,
            mutes=mutes,
            more_publishers=self._settings.more_publishers,
        )
        alerts = time_alerts(
            self._capped(tx, decided, report, now),
            self._recipients,
            throttle=self._throttle,
            lately=lambda name: tx.told_lately(name, now - HOUR),
            now=now,
            mutes=mutes,
        )
        for alert in alerts:
            match = next(one for one in verdict.matches if one.claim == alert.claim)
            alert_id = tx.add_alert(alert, match)
            if is_delivered(alert):
                for name in alert.recipients:
                    self._post(tx, alert_id, self._view(tx, alert, match, verdict, report, name), report, now)
        return alerts

    def _capped(
        self, tx: MatchingTransaction, alerts: Sequence[Alert], report: StoredReport, now: datetime
    ) -> Sequence[Alert]:
        most = self._settings.most_per_feed_day
        if not most or not alerts:
            return alerts
        return cap_feed(alerts, told=tx.alerts_of_feed(report.feed_url, now - DAY), most=most)

    def _view(
        self,
        tx: MatchingTransaction,
        alert: Alert,
        match: Match,
        verdict: Scored,
        report: StoredReport,
        recipient: str,
    ) -> tuple[Recipient, AlertView]:
        facts = tx.story_facts(alert.story_id, recipient)
        return self._by_name[recipient], AlertView(
            alert=alert,
            baseline_title=self._baseline.title,
            claim_text=self._texts[alert.claim],
            match=match,
            report=report.report,
            story_reports=facts.reports,
            publishers=facts.publishers,
            others=tuple((self._texts[one.claim], one) for one in verdict.matches if one.claim != alert.claim),
            first_message_id=facts.first_message_id,
        )

    def _post(
        self,
        tx: MatchingTransaction,
        alert_id: int,
        told: tuple[Recipient, AlertView],
        report: StoredReport,
        now: datetime,
    ) -> None:
        recipient, view = told
        local = now.astimezone(ZoneInfo(recipient.timezone))  # mails show the reader's time
        if self._join(tx, alert_id, view, recipient, local):
            return
        # Beside the alert's number the report's own identity: two databases may count alike, their mails must differ.
        parts = (view.alert.baseline_id, alert_id, report.feed_url, report.report.key, view.alert.claim, recipient.name)
        message_id = stable_message_id("alert", *parts)
        try:
            message = render_alert(view, message_id=message_id, now=local, options=self._options)
        except ComposeError as error:
            bare = Message(message_id=message_id, subject=f"alert {alert_id}", text="")
            tx.add_delivery(alert_id, recipient, bare, fault=str(error))
            return
        tx.add_delivery(alert_id, recipient, message, due_at=view.alert.not_before)

    def _join(
        self, tx: MatchingTransaction, alert_id: int, view: AlertView, recipient: Recipient, local: datetime
    ) -> bool:
        """Let the alert go with one that waits already; False if there is none, or they cannot be told together."""
        until = view.alert.not_before
        if until is None:
            return False
        # What is only gathered goes with the message under way; what must wait goes with one that waits as long.
        found = tx.gathering(recipient.name, until if view.alert.state is AlertState.HELD else local, until)
        if found is None:
            return False
        delivery_id, message, others = found
        views = [tx.alert_view(one, recipient.name) for one in others]
        if any(one is None for one in views):
            return False
        try:
            joint = render_alerts(
                [*filter(None, views), view], message_id=message.message_id, now=local, options=self._options
            )
        except ComposeError:
            return False
        tx.join_delivery(delivery_id, alert_id, replace(joint, in_reply_to=message.in_reply_to))
        return True


def is_delivered(alert: Alert) -> bool:
    """Whether messages go out for the alert, now or later."""
    return alert.state is AlertState.PENDING or (alert.state is AlertState.HELD and alert.not_before is not None)


def throttle_of(settings: Settings) -> Throttle:
    """The two numbers of the configuration."""
    return Throttle(batch_wait_s=settings.alerts.batch_wait_s, most_per_hour=settings.alerts.most_per_hour)


def options_of(settings: Settings) -> RenderOptions:
    """What the mails say about themselves."""
    return RenderOptions(list_unsubscribe=settings.smtp.list_unsubscribe if settings.smtp else None)
