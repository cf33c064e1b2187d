"""What is done with one judged report, in one transaction: verdict, matches, story, alerts and their deliveries."""

from datetime import datetime

from monitor.model import Alert, Baseline, Match, Message, Recipient, Scored
from monitor.store import alerts, deliveries, matches, stories, verdicts
from monitor.store.connection import Connection
from monitor.store.records import StoredReport, StoryFacts


class MatchingTransaction:
    """The steps of one transaction; `Store.matching_transaction` opens it and makes all of them count, or none."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def is_waiting(self, report: StoredReport, baseline: Baseline) -> bool:
        """Whether the report still waits for this judgement; ask first, for another program may have been faster."""
        return verdicts.is_waiting(self._connection, report.report_id, report.version, baseline)

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
        verdicts.save(self._connection, report_id, baseline, scored, now=self._now)
        matches.save(self._connection, report_id, baseline, scored.matches, now=self._now)

    def told(self, baseline_id: str, story_id: int) -> frozenset[tuple[str, str]]:
        """The (claim, relation) pairs of the story that people were told."""
        return alerts.told(self._connection, baseline_id, story_id)

    def told_figures(self, baseline_id: str, story_id: int) -> frozenset[tuple[str, str]]:
        """The (claim, figure) pairs of the story that people were told."""
        return alerts.told_figures(self._connection, baseline_id, story_id)

    def story_facts(self, story_id: int, recipient: str) -> StoryFacts:
        """How widely the story was carried, and the mail that began its thread."""
        return stories.facts(self._connection, story_id, recipient)

    def add_alert(self, alert: Alert, match: Match) -> int:
        """Keep an alert; gives its id."""
        return alerts.add(self._connection, alert, match, now=self._now)

    def add_delivery(self, alert_id: int, recipient: Recipient, message: Message) -> int:
        """Put an alert's message into the outbox; gives the delivery's id."""
        return deliveries.add(
            self._connection, kind="alert", recipient=recipient, message=message, now=self._now, alert_id=alert_id
        )
