"""What follows from a verdict for people: its alerts, and a message for each recipient, within match's transaction."""

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts.rules import decide_alerts
from monitor.config.settings import Settings
from monitor.digest.identity import stable_message_id
from monitor.digest.render import render_alert
from monitor.model import Alert, AlertState, Baseline, Match, MatchedReport, Recipient, Scored
from monitor.model_digest import AlertView
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
        self._first_sight = settings.alerts.first_sight
        self._zone = settings.digest.zone  # mails show the reader's time

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
        if not verdict.matches:
            return ()
        alerts = decide_alerts(
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
            ),
            self._rules,
            self._recipients,
            told=tx.told(self._baseline.id, story_id),
            told_figures=tx.told_figures(self._baseline.id, story_id),
            first_sight=self._first_sight,
            now=now,
        )
        for alert in alerts:
            match = next(one for one in verdict.matches if one.claim == alert.claim)
            alert_id = tx.add_alert(alert, match)
            if alert.state is AlertState.PENDING:
                for name in alert.recipients:
                    self._post(tx, alert_id, alert, match, verdict, report, self._by_name[name], now)
        return alerts

    def _post(
        self,
        tx: MatchingTransaction,
        alert_id: int,
        alert: Alert,
        match: Match,
        verdict: Scored,
        report: StoredReport,
        recipient: Recipient,
        now: datetime,
    ) -> None:
        facts = tx.story_facts(alert.story_id, recipient.name)
        view = AlertView(
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
        # Beside the alert's number the report's own identity: two databases may count alike, their mails must differ.
        told = ("alert", alert.baseline_id, alert_id, report.feed_url, report.report.key, alert.claim, recipient.name)
        message = render_alert(view, message_id=stable_message_id(*told), now=now.astimezone(self._zone))
        tx.add_delivery(alert_id, recipient, message)
