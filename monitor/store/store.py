"""The store: each method is one question or one transaction. A Store belongs to one thread; open, use, close."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from monitor.model import (
    Baseline,
    Delivery,
    FeedOutcome,
    FeedSource,
    FeedState,
    MatchedReport,
    Message,
    Mute,
    Recipient,
    StoryTold,
)
from monitor.model_digest import AlertView, ClaimChange, DigestMaterial, DigestMember, Notice
from monitor.store import (
    alert_views,
    alerts,
    baselines,
    checks,
    deliveries,
    digest_material,
    digests,
    feeds,
    fetches,
    ledger,
    marks,
    matches,
    mutes,
    notices,
    query,
    refusals,
    reports,
    search,
    stories,
    verdicts,
)
from monitor.store.connection import BUSY_TIMEOUT_S
from monitor.store.matching import MatchingTransaction
from monitor.store.opening import open_connection
from monitor.store.over_time import OverTime
from monitor.store.records import Finding, MarkedReport, PollStored, StoredReport
from monitor.store.values import from_iso

Clock = Callable[[], datetime]
Rows = list[dict[str, Any]]
QUERY_LIMIT_S = 10.0


def open_store(
    path: Path, *, clock: Clock, create: bool = False, check: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> "Store":
    """The store of that file; StoreError if it is missing, foreign, newer, damaged, empty, locked or read-only.

    `check` reads the whole file once for damage; a program that opens it every few seconds need not each time.
    """
    return Store(open_connection(path, create=create, check=check, busy_timeout_s=busy_timeout_s), clock)


class Store(OverTime):
    """The database, by the questions that the other rooms ask."""

    @property
    def path(self) -> Path:
        """The file."""
        return self._connection.path

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    # ---- feeds and reports --------------------------------------------------------------------------------------

    def sync_feeds(self, sources: Sequence[FeedSource]) -> None:
        """Make the feeds follow the configuration; those that left it keep their reports."""
        with self._connection.write():
            feeds.sync(self._connection, sources)

    def due_feeds(
        self, now: datetime, urls: Sequence[str] | None = None, force: bool = False
    ) -> list[tuple[FeedSource, FeedState]]:
        """The feeds to poll now, longest overdue first; `force` asks for those not due, too."""
        return feeds.due(self._connection, now, urls, force)

    def next_due(self) -> datetime | None:
        """When the next feed is due; the far past if one was never polled, None without feeds."""
        at = feeds.next_due_at(self._connection)
        return None if at is None else from_iso("0001-01-01T00:00:00Z") if at == "0001" else from_iso(at)

    def new_keys(self, source: FeedSource, outcome: FeedOutcome) -> frozenset[str]:
        """The keys of the outcome's reports that are not stored yet."""
        feed = feeds.find(self._connection, source.url)
        if outcome.feed is None:
            return frozenset()
        keys = frozenset(report.key for report in outcome.feed.reports)
        if feed is None or feed["first_polled_at"] is None:
            return keys
        return frozenset(
            report.key
            for report in outcome.feed.reports
            if not reports.is_known(self._connection, feed["id"], report, keys)
        )

    def count_new(self, source: FeedSource, outcome: FeedOutcome) -> int:
        """How many of the outcome's reports are not stored yet."""
        return len(self.new_keys(source, outcome))

    def record_poll(self, source: FeedSource, outcome: FeedOutcome, next_state: FeedState) -> PollStored:
        """Keep what one poll brought, in one transaction: reports, revisions, validators, next poll time, the fetch.

        Gives zeros and keeps nothing if the feed was removed while it was polled.
        """
        now = self._clock()
        with self._connection.write():
            feed = feeds.find(self._connection, source.url)
            if feed is None or not feed["active"]:
                return PollStored()
            stored = self._save_reports(feed, outcome, now)
            feeds.record(self._connection, feed["id"], outcome, next_state, new=stored.new, now=now)
            fetches.record(self._connection, feed["id"], outcome, stored)
            return stored

    def _save_reports(self, feed: dict[str, Any], outcome: FeedOutcome, now: datetime) -> PollStored:
        if outcome.feed is None:
            return PollStored()
        if feed["title"] is None:  # so that the first reports already carry the feed's name
            feed = {**feed, "title": outcome.feed.title}
        first_sight = feed["first_polled_at"] is None
        present = frozenset(report.key for report in outcome.feed.reports)
        done = [
            reports.save(self._connection, feed, report, present=present, first_sight=first_sight, now=now)
            for report in outcome.feed.reports
        ]
        held = [saved.report_id for saved in done if saved.report_id is not None]
        reports.mark_sight(self._connection, feed["id"], held, now)
        results = [saved.result for saved in done]
        return PollStored(new=results.count("new"), revised=results.count("revised"), known=results.count("known"))

    def report(self, report_id: int) -> StoredReport | None:
        """One report."""
        return reports.load(self._connection, report_id)

    # ---- matching -----------------------------------------------------------------------------------------------

    def sync_baseline(self, baseline: Baseline, position: int = 0) -> None:
        """Make the rows of baseline, claims, entities and aliases follow the profile."""
        with self._connection.write():
            baselines.sync(self._connection, baseline, position=position, now=self._clock())

    def sync_baselines(self, configured: Sequence[Baseline]) -> None:
        """The same for all that are configured, in their order; others leave the ledger, and keep what was found."""
        with self._connection.write():
            baselines.retire_others(self._connection, [baseline.id for baseline in configured])
            for position, baseline in enumerate(configured):
                baselines.sync(self._connection, baseline, position=position, now=self._clock())

    def unmatched(self, baseline: Baseline, limit: int, after: int = 0) -> list[StoredReport]:
        """Reports above the id `after` that wait for a judgement under this baseline's revision, oldest first."""
        return verdicts.unmatched(self._connection, baseline, limit, after)

    def count_unmatched(self, baseline: Baseline) -> int:
        """How many reports wait for a judgement under this baseline's revision."""
        return verdicts.count_unmatched(self._connection, baseline)

    def story_members(self, since: datetime, known: Collection[int] = ()) -> Iterable[StoredReport]:
        """The reports seen since then that belong to a story, oldest first, but for the known ones."""
        return stories.members(self._connection, since, known)

    def story_ids(self, since: datetime) -> dict[int, int]:
        """Report -> story, of the reports seen since then: what `story_members` gives, without the texts."""
        return stories.ids(self._connection, since)

    @contextmanager
    def matching_transaction(self) -> Iterator[MatchingTransaction]:
        """One transaction for one report or a small batch: all of its steps count, or none."""
        with self._connection.write():
            yield MatchingTransaction(self._connection, self._clock())

    # ---- outbox -------------------------------------------------------------------------------------------------

    def claim_deliveries(self, now: datetime, limit: int = 1, *, without: Collection[str] = ()) -> list[Delivery]:
        """Take what is due, oldest first, but for these channels; what is claimed waits longer if the program dies."""
        with self._connection.write():
            refusals.park_closed(self._connection, now)
            return deliveries.claim(self._connection, now, limit, without)

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

    def told(self, baseline_id: str, story_id: int, *, without_report: int | None = None) -> StoryTold:
        """What people were told of the story; `without_report`: as if that one had not come."""
        return alerts.told(self._connection, baseline_id, story_id, without_report=without_report)

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
    ) -> int | None:
        """Keep a digest with its delivery, in one transaction; None if that local date has one already."""
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

    # ---- what people ask and say --------------------------------------------------------------------------------

    def ledger(self, baseline_id: str | None = None) -> Rows:
        """Each claim with its standing, the passages' best and how many said so."""
        return ledger.listing(self._connection, baseline_id)

    def baselines(self) -> Rows:
        """Every configured baseline with the number of its claims and entities."""
        return baselines.listing(self._connection)

    def matches(
        self,
        *,
        baseline_id: str | None = None,
        claim: str | None = None,
        relation: str | None = None,
        min_score: float = 0.0,
        since: datetime | None = None,
        limit: int = 50,
    ) -> Rows:
        """Matches, newest first."""
        return matches.listing(
            self._connection,
            baseline_id=baseline_id,
            claim=claim,
            relation=relation,
            min_score=min_score,
            since=since,
            limit=limit,
        )

    def alerts(
        self, *, state: str | None = None, baseline_id: str | None = None, open_only: bool = False, limit: int = 50
    ) -> Rows:
        """Alerts, newest first; `open_only` leaves out what a person acknowledged or dismissed."""
        return alerts.listing(self._connection, state=state, baseline_id=baseline_id, open_only=open_only, limit=limit)

    def deliveries(self, *, state: str | None = None, limit: int = 50) -> Rows:
        """Deliveries, newest first."""
        return deliveries.listing(self._connection, state=state, limit=limit)

    def feeds(self) -> Rows:
        """Every configured feed with its health, those in trouble first."""
        return feeds.listing(self._connection)

    def near_misses(self, *, baseline_id: str | None = None, limit: int = 50) -> Rows:
        """Reports that came close to a claim, the nearest first."""
        return verdicts.near_misses(self._connection, baseline_id, limit)

    def search(self, text: str, *, limit: int = 20) -> Rows:
        """Reports with all the words, best first; whatever is typed is a valid search."""
        return search.find(self._connection, text, limit)

    def query(
        self, sql: str, params: Mapping[str, Any] | Sequence[Any] = (), *, limit_s: float = QUERY_LIMIT_S
    ) -> Rows:
        """The rows of the user's own SQL: reading only, within a time limit."""
        return query.run(self.path, sql, params, limit_s=limit_s)

    def ack_alert(self, alert_id: int) -> bool:
        """A person has seen the alert; False if there is none of that id."""
        with self._connection.write():
            return alerts.set_seen(self._connection, alert_id, "acked_at", self._clock())

    def dismiss_alert(self, alert_id: int) -> bool:
        """A person found the alert useless; False if there is none of that id."""
        with self._connection.write():
            return alerts.set_seen(self._connection, alert_id, "dismissed_at", self._clock())

    def mark(self, report_id: int, baseline_id: str, claim: str | None, mark: str, note: str = "") -> int:
        """Keep what a person said of a match: "relevant" or "noise"; gives the mark's id."""
        with self._connection.write():
            return marks.add(self._connection, report_id, baseline_id, claim, mark, note, now=self._clock())

    def unmark(self, mark_id: int | None = None) -> dict[str, Any] | None:
        """Take back a mark, the newest if none is named; gives what it said, None if there is none."""
        with self._connection.write():
            return marks.remove(self._connection, mark_id)

    def marks(self, *, baseline_id: str | None = None, claim: str | None = None, limit: int = 50) -> Rows:
        """Marks, newest first; `counts` is 0 for one that a later mark on the same match replaced."""
        return marks.listing(self._connection, baseline_id, claim, limit)

    def marked(self, baseline_id: str) -> list[MarkedReport]:
        """The marks that count under a baseline with their reports, oldest first: what the matcher learns from."""
        return marks.marked(self._connection, baseline_id)

    # ---- care ---------------------------------------------------------------------------------------------------

    def check(self) -> list[Finding]:
        """What `doctor` has to say about the database."""
        return checks.check(self._connection, self._clock())
