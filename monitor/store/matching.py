"""What is done with one judged report, in one transaction: verdict, matches, story, alerts and their deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime

from monitor.model import Alert, Baseline, Match, Message, Mute, Recipient, Scored, StoryTold
from monitor.model_digest import AlertView
from monitor.store import alert_views, alerts, deliveries, floods, matches, mutes, stories, verdicts
from monitor.store.connection import Connection
from monitor.store.records import StoredReport, StoryFacts


class MatchingTransaction:
    """The steps of one transaction; `Store.matching_transaction` opens it and makes all of them count, or none."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def waiting(self, reports: Sequence[StoredReport], baseline: Baseline) -> dict[int, int | None]:
        """Those that still wait for this judgement, each with the story it belongs to already.

        Ask first, for another program may have been faster.
        """
        versions = {report.report_id: report.version for report in reports}
        return verdicts.waiting(self._connection, versions, baseline)

    def story_of(self, report_id: int) -> int | None:
        """The story the report belongs to already."""
        return stories.story_of(self._connection, report_id)

    def new_story(self, report: StoredReport) -> int:
        """Begin a story with this report; gives the story's id."""
        return stories.new(self._connection, report, now=self._now)

    def join_story(self, report_id: int, story_id: int, copy_of: int | None = None) -> None:
        """Put the report into the story; `copy_of` names the report that it repeats word for word."""
        stories.join(self._connection, report_id, story_id, copy_of=copy_of)

    def merge_stories(self, story_id: int, into_id: int) -> None:
        """Make two stories one, under the second id."""
        stories.merge(self._connection, story_id, into_id)

    def save_scored(self, report_id: int, baseline: Baseline, scored: Scored) -> None:
        """Keep the verdict and the matches."""
        self.save_all([(report_id, scored)], baseline)

    def save_all(self, judged: Sequence[tuple[int, Scored]], baseline: Baseline) -> None:
        """The same for many reports."""
        verdicts.save(self._connection, judged, baseline, now=self._now)
        matches.save(self._connection, {report_id: one.matches for report_id, one in judged}, baseline, now=self._now)

    def told(self, baseline_id: str, story_id: int) -> StoryTold:
        """What people were told of the story, or are about to be."""
        return alerts.told(self._connection, baseline_id, story_id)

    def told_to(self, baseline_id: str, story_id: int, names: Collection[str]) -> dict[str, StoryTold]:
        """The same for each of these recipients."""
        return alerts.told_to(self._connection, baseline_id, story_id, names)

    def told_lately(self, recipient: str, since: datetime) -> int:
        """How many alerts went into the recipient's messages since then."""
        return deliveries.lately(self._connection, recipient, since)

    def alerts_of_feed(self, feed_url: str, since: datetime) -> int:
        """How many alerts on the feed's reports people were told, or are about to be, since then."""
        return floods.alerts_of_feed(self._connection, feed_url, since)

    def mutes(self) -> tuple[Mute, ...]:
        """What a person wants no alerts on at this moment."""
        return mutes.active(self._connection, self._now)

    def gathering(self, recipient: str, begin: datetime, end: datetime) -> tuple[int, Message, tuple[int, ...]] | None:
        """The recipient's alert message that waits until a moment of that span, with the alerts it tells."""
        return deliveries.gathering(self._connection, recipient, begin, end)

    def alert_view(self, alert_id: int, recipient: str) -> AlertView | None:
        """What a message on a stored alert shows."""
        return alert_views.view(self._connection, alert_id, recipient)

    def scored(self, report_id: int, baseline_id: str) -> Scored | None:
        """The verdict on a report that was judged before, with its matches."""
        return alert_views.scored(self._connection, report_id, baseline_id)

    def story_facts(self, story_id: int, recipient: str) -> StoryFacts:
        """How widely the story was carried, and the mail that began its thread."""
        return stories.facts(self._connection, story_id, recipient)

    def add_alert(self, alert: Alert, match: Match) -> int:
        """Keep an alert; gives its id."""
        return alerts.add(self._connection, alert, match, now=self._now)

    def add_delivery(
        self,
        alert_id: int,
        recipient: Recipient,
        message: Message,
        *,
        due_at: datetime | None = None,
        fault: str | None = None,
    ) -> int:
        """Put an alert's message into the outbox, with a fault only to be shown there; gives the delivery's id."""
        return deliveries.add(
            self._connection,
            kind="alert",
            recipient=recipient,
            message=message,
            now=self._now,
            alert_id=alert_id,
            due_at=due_at,
            fault=fault,
        )

    def join_delivery(self, delivery_id: int, alert_id: int, message: Message) -> None:
        """Let a message that still waits tell one alert more."""
        deliveries.join(self._connection, delivery_id, alert_id, message)
