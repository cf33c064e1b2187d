"""The store's questions about what people are told: outbox, wishes, coverage, digests. A part of `Store`."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from monitor.model import Delivery, MatchedReport, Message, Mute, Recipient, StoryTold
from monitor.model_digest import AlertView, ClaimChange, DigestMaterial, DigestMember, Notice
from monitor.store import (
    alert_views,
    alerts,
    deliveries,
    digest_material,
    digests,
    floods,
    mutes,
    notices,
    refusals,
    stories,
)
from monitor.store.part import Part
from monitor.store.records import StoryFacts

Rows = list[dict[str, Any]]


class Told(Part):
    """What waits to be told, what was told, and what people want to hear."""

    # ---- outbox -------------------------------------------------------------------------------------------------

    def claim_deliveries(self, now: datetime, limit: int = 1, *, without: Collection[str] = ()) -> list[Delivery]:
        """Take what is due, oldest first, but for these channels; ask within `outbox_turn`."""
        with self._connection.write():
            refusals.park_closed(self._connection, now)
            return deliveries.claim(self._connection, now, limit, without)

    def release_deliveries(self) -> int:
        """Within `outbox_turn`: give back what programs that died had claimed; gives how many."""
        with self._connection.write():
            return deliveries.release(self._connection, self._clock())

    def mark_sent(self, delivery_id: int, now: datetime) -> None:
        """The channel accepted it."""
        with self._connection.write():
            deliveries.mark_sent(self._connection, delivery_id, now)

    def mark_failed(
        self,
        delivery_id: int,
        now: datetime,
        error: str,
        retry_at: datetime | None,
        *,
        holds_up: str = "",
        steps_aside: bool = False,
        most_attempts: int | None = None,
    ) -> None:
        """The channel did not accept it; without a time to try again it is parked.

        `holds_up` ("address" or "channel") says who waits behind it until then, and counts the attempt as theirs.
        """
        with self._connection.write():
            refusals.mark_failed(
                self._connection,
                delivery_id,
                now,
                error,
                retry_at,
                holds_up=holds_up,
                steps_aside=steps_aside,
                most_attempts=most_attempts,
            )

    def close_address(self, delivery_id: int, reason: str, now: datetime) -> None:
        """The delivery's address wants nothing more: all that waits for it is parked."""
        with self._connection.write():
            refusals.close_address(self._connection, delivery_id, reason, now)

    def retry_delivery(self, delivery_id: int) -> bool:
        """Take a delivery that was not sent to the head of the queue; False if there is none of that id."""
        with self._connection.write():
            return refusals.retry(self._connection, delivery_id, self._clock())

    def drop_delivery(self, delivery_id: int) -> bool:
        """Take a delivery out of the queue for good; False if there is none of that id that was not sent."""
        with self._connection.write():
            return refusals.drop(self._connection, delivery_id, self._clock())

    def alert_view(self, alert_id: int, recipient: str) -> AlertView | None:
        """What a message on a stored alert shows; None if there is none, or its report says something else by now."""
        return alert_views.view(self._connection, alert_id, recipient)

    def resend_alert(self, alert_id: int, recipient: Recipient, message: Message) -> int:
        """Put one more message on an alert into the outbox; gives the delivery's id."""
        with self._connection.write():
            return deliveries.add(
                self._connection,
                kind="alert",
                recipient=recipient,
                message=message,
                now=self._clock(),
                alert_id=alert_id,
            )

    # ---- what a person wants to hear -------------------------------------------------------------------------------

    def judged(self, report_id: int) -> list[MatchedReport]:
        """A stored report as the rules saw it, once for each baseline that judged it."""
        return alert_views.judged(self._connection, report_id)

    def empty_messages(self, before: datetime) -> int:
        """Take the contents out of messages sent before that time; gives how many."""
        with self._connection.write():
            return deliveries.empty_old(self._connection, before)

    def longest_tried(self) -> dict[str, Any] | None:
        """Of the messages that wait after failed tries the one with the most, None if there is none."""
        return deliveries.longest_tried(self._connection)

    def delivery(self, delivery_id: int) -> dict[str, Any] | None:
        """One delivery with its text; None if there is none of that id."""
        return deliveries.one(self._connection, delivery_id)

    def story_of_alert(self, alert_id: int) -> int | None:
        """The story that an alert is about; None if there is none of that id."""
        return alerts.story_of(self._connection, alert_id)

    def story_facts(self, story_id: int) -> StoryFacts:
        """How widely a story was carried."""
        return stories.facts(self._connection, story_id, "")

    def told(self, baseline_id: str, story_id: int, *, without_report: int | None = None) -> StoryTold:
        """What people were told of the story; `without_report`: as if that one had not come."""
        return alerts.told(self._connection, baseline_id, story_id, without_report=without_report)

    def told_to(
        self, baseline_id: str, story_id: int, names: Collection[str], *, without_report: int | None = None
    ) -> dict[str, StoryTold]:
        """The same for each of these recipients."""
        return alerts.told_to(self._connection, baseline_id, story_id, names, without_report=without_report)

    def alerts_of_feed(self, feed_url: str, since: datetime, *, without_report: int | None = None) -> int:
        """How many alerts on its reports people were told since then; `without_report`: as if that one had not come."""
        return floods.alerts_of_feed(self._connection, feed_url, since, without_report=without_report)

    def told_lately(self, recipient: str, since: datetime) -> int:
        """How many alerts went into the recipient's messages since then."""
        return deliveries.lately(self._connection, recipient, since)

    def mute(self, mute: Mute) -> int:
        """Keep that a person wants no alerts on something for a while; gives the mute's id."""
        with self._connection.write():
            return mutes.add(self._connection, mute, self._clock())

    def unmute(self, mute_id: int) -> bool:
        """End a mute before its time; False if none of that id is in force."""
        with self._connection.write():
            return mutes.lift(self._connection, mute_id, self._clock())

    def mutes(self) -> tuple[Mute, ...]:
        """The mutes and snoozes in force."""
        return mutes.active(self._connection, self._clock())

    def mute_rows(self) -> Rows:
        """The same for a listing."""
        return mutes.listing(self._connection, self._clock())

    # ---- coverage ---------------------------------------------------------------------------------------------------

    def story_starts(self, baseline_id: str, since: datetime) -> tuple[datetime, ...]:
        """When each story on the baseline was first seen, oldest first."""
        return notices.story_starts(self._connection, baseline_id, since)

    def watched_since(self, baseline_id: str) -> datetime | None:
        """Since when the baseline has been known."""
        return notices.watched_since(self._connection, baseline_id)

    def last_answer(self) -> datetime | None:
        """When a feed last answered."""
        return notices.last_poll(self._connection)

    def last_notice(self, baseline_id: str, kind: str) -> datetime | None:
        """When the last notice of that kind was made."""
        return notices.last(self._connection, baseline_id, kind)

    def add_notice(self, notice: Notice, told: Sequence[tuple[Recipient, Message, datetime]]) -> int:
        """Keep a notice with its messages and when they are due, in one transaction; gives its id."""
        with self._connection.write():
            return notices.add(self._connection, notice, told, self._clock())

    # ---- digests ------------------------------------------------------------------------------------------------

    def digest_material(self, recipient: Recipient, baseline_ids: Sequence[str]) -> DigestMaterial:
        """What this recipient has not yet been told by a digest, all as of one moment."""
        with self._connection.read():
            return digest_material.gather(self._connection, recipient, baseline_ids, self._clock())

    def record_digest(
        self,
        recipient: Recipient,
        message: Message,
        members: Sequence[DigestMember],
        local_date: date | None,
        now: datetime,
        *,
        alert_ids: Sequence[int] = (),
        changes: Sequence[ClaimChange] = (),
        fault: str | None = None,
    ) -> int | None:
        """Keep a digest with its delivery, in one transaction; None if that local date has one already.

        With a fault the delivery is parked with it, and what the digest was to tell counts as not told.
        """
        with self._connection.write():
            return digests.record(
                self._connection,
                recipient,
                message,
                members,
                local_date,
                now,
                alert_ids=alert_ids,
                changes=changes,
                fault=fault,
            )

    def skip_digest(self, recipient: Recipient, local_date: date, now: datetime) -> None:
        """Keep that there was nothing to tell on that local date."""
        with self._connection.write():
            digests.skip(self._connection, recipient.name, local_date, now)

    def last_digest(self, recipient: str) -> date | None:
        """The last local date for which this recipient's digest was made, or there was nothing to tell."""
        return digests.last_local_date(self._connection, recipient)

    def last_digest_at(self, recipient: str) -> datetime | None:
        """When that was."""
        return digests.last_made_at(self._connection, recipient)

    def last_told_day(self, recipient: str) -> date | None:
        """The local date of the last digest that went out; without any, of the first that had nothing to tell."""
        return digests.last_told_day(self._connection, recipient)
