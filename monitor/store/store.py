"""The store: each method is one question or one transaction. A Store belongs to one thread; open, use, close."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from monitor.model import (
    Baseline,
    FeedOutcome,
    FeedSource,
    FeedState,
)
from monitor.store import (
    alerts,
    baselines,
    checks,
    deliveries,
    feeds,
    ledger,
    marks,
    matches,
    passages,
    query,
    reports,
    search,
    stories,
    verdicts,
)
from monitor.store.connection import BUSY_TIMEOUT_S
from monitor.store.matching import MatchingTransaction
from monitor.store.opening import open_connection
from monitor.store.over_time import OverTime
from monitor.store.polls import Together
from monitor.store.records import ClaimPassage, Finding, MarkedReport, PollStored, StoredReport
from monitor.store.told import Told
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


class Store(OverTime, Told):
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

    def count_new(self, source: FeedSource, outcome: FeedOutcome) -> int:
        """How many of the outcome's reports are not stored yet."""
        return Together(self._connection, self._clock).look(source, outcome).new

    @contextmanager
    def together(self) -> Iterator[Together]:
        """Several polls in one transaction: all of them count, or none."""
        with self._connection.write():
            polls = Together(self._connection, self._clock)
            yield polls
            polls.flush()

    def record_poll(self, source: FeedSource, outcome: FeedOutcome, next_state: FeedState) -> PollStored:
        """Keep what one poll brought, in one transaction; see `Polled.record`."""
        with self.together() as polls:
            return polls.look(source, outcome).record(next_state)

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

    def unmatched(self, baseline: Baseline, limit: int, after: int = 0, *, judged_to: int = 0) -> list[StoredReport]:
        """Reports above the id `after` that wait for a judgement under this baseline's revision, oldest first.

        Of those up to the id `judged_to`, which are known to be judged, only the edited ones are looked at.
        """
        return verdicts.unmatched(self._connection, baseline, limit, after, judged_to)

    def count_unmatched(self, baseline: Baseline, *, judged_to: int = 0) -> int:
        """How many reports wait for a judgement under this baseline's revision; `judged_to` as in `unmatched`."""
        return verdicts.count_unmatched(self._connection, baseline, judged_to)

    def newest_report(self) -> int:
        """The highest id of a report, 0 if there is none."""
        return verdicts.newest(self._connection)

    def story_members(self, since: datetime, known: Collection[int] = ()) -> Iterable[StoredReport]:
        """The reports seen since then that belong to a story, oldest first, but for the known ones."""
        return stories.members(self._connection, since, known)

    def judged_since(self, since: datetime) -> Iterable[StoredReport]:
        """The reports seen since then that were judged, oldest first, duplicates left out."""
        return stories.judged(self._connection, since)

    def story_ids(self, since: datetime) -> dict[int, int]:
        """Report -> story, of the reports seen since then: what `story_members` gives, without the texts."""
        return stories.ids(self._connection, since)

    @contextmanager
    def matching_transaction(self) -> Iterator[MatchingTransaction]:
        """One transaction for one report or a small batch: all of its steps count, or none."""
        with self._connection.write():
            yield MatchingTransaction(self._connection, self._clock())

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

    def claim_passages(self, baseline_id: str) -> list[ClaimPassage]:
        """The best passage of each story for each claim, oldest report first; what is marked as noise is left out."""
        return passages.of_claims(self._connection, baseline_id)

    # ---- care ---------------------------------------------------------------------------------------------------

    def check(self) -> list[Finding]:
        """What `doctor` has to say about the database."""
        return checks.check(self._connection, self._clock())
