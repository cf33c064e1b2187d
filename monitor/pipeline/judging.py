"""The stage `match`: judge the waiting reports, put them into stories, and decide what is told."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.config.settings import Settings
from monitor.matching.story_index import StoryIndex, StoryMember
from monitor.model import Alert, AlertState, Baseline, Decision, Report, Scored
from monitor.pipeline.covering import watch_coverage
from monitor.pipeline.hooks import Clock, Failpoint, Progress, Stopping, never, no_failpoint, no_progress
from monitor.pipeline.telling import Telling
from monitor.store import MarkedReport, Store, StoredReport
from monitor.store.matching import MatchingTransaction

BATCH = 500  # reports scored at once
# Reports judged in one transaction, so that other programs never wait long for the lock: ten whose stories and alerts
# take their time, or so many more that only their verdicts are kept of.
TOGETHER = 10
TOGETHER_IN_ALL = 500
# A report that shares next to nothing with the baseline (by topic or by its nearest claim) can bear out no match, so
# it is put into no story. Of labelled reports two in a hundred stand in a story with a match and lie below.
LEAST_FOR_STORY = 0.1
COVERAGE_EVERY = timedelta(hours=1)
LOOK_AT_ALL_EVERY = timedelta(hours=1)  # whatever is remembered, all that is stored is looked at as often
STORY_DAYS = 30  # how far back a story can still grow


class Matcher(Protocol):
    """What scores reports; `ClaimScorer` is one."""

    def match(self, reports: Sequence[Report]) -> list[Scored]:
        """The verdict on each report, in order."""


def fit_matcher(baseline: Baseline, marked: Sequence[MarkedReport] = ()) -> Matcher:
    """The usual matcher, taught by what people said of stored reports."""
    from monitor.matching.feedback import Marked
    from monitor.matching.matcher import ClaimScorer

    marks = [Marked(report=one.report, claim=one.claim, relevant=one.relevant) for one in marked]
    matcher: Matcher = ClaimScorer().fit(baseline).learn(marks)
    return matcher


class MatchMemory:
    """What is costly to make and outlives one run: fitted matchers and the index of stories. Any of it may be lost."""

    def __init__(self, fit: Callable[[Baseline, Sequence[MarkedReport]], Matcher] = fit_matcher) -> None:
        self._fit = fit
        self._matchers: dict[str, tuple[str, Sequence[MarkedReport], Matcher]] = {}
        self._index = StoryIndex()
        self._known: dict[int, int] = {}
        self._coverage_at: datetime | None = None
        self._judged: dict[str, tuple[str, int, datetime]] = {}

    def judged_to(self, baseline: Baseline, newest: int, now: datetime) -> int:
        """The id up to which every report was judged under this revision of the baseline; 0 if that is not known."""
        revision, report_id, since = self._judged.get(baseline.id, ("", 0, now))
        known = revision == baseline.revision and timedelta() <= now - since < LOOK_AT_ALL_EVERY
        return report_id if known and report_id <= newest else 0

    def judged(self, baseline: Baseline, newest: int, now: datetime) -> None:
        """Remember that every report up to this id was judged."""
        revision, report_id, since = self._judged.get(baseline.id, ("", 0, now))
        is_kept = revision == baseline.revision and self.judged_to(baseline, newest, now) == report_id > 0
        self._judged[baseline.id] = (baseline.revision, newest, since if is_kept else now)

    def matcher(self, baseline: Baseline, marked: Sequence[MarkedReport] = ()) -> Matcher:
        """The matcher of this revision of the baseline and these marks."""
        marked = tuple(marked)
        known = self._matchers.get(baseline.id)
        if known is None or known[:2] != (baseline.revision, marked):
            known = (baseline.revision, marked, self._fit(baseline, marked))
            self._matchers[baseline.id] = known
        return known[2]

    def index(self, store: Store, clock: Clock) -> StoryIndex:
        """The stories as the database has them now, whoever put them there."""
        since = clock() - timedelta(days=STORY_DAYS)
        stored = store.story_ids(since)
        for report_id, story_id in stored.items():
            if report_id in self._known and self._known[report_id] != story_id:
                self._index.assign(report_id, story_id)  # merged meanwhile
        members = store.story_members(since, known=self._known)
        self._index.seed(
            StoryMember(report_id=one.report_id, story_id=one.story_id, report=one.report, seen=one.seen)
            for one in members
            if one.story_id is not None
        )
        self._known = stored
        return self._index

    def placed(self, report_id: int, story_id: int) -> None:
        """Remember where a report went."""
        self._index.assign(report_id, story_id)
        self._known[report_id] = story_id

    def is_coverage_due(self, now: datetime) -> bool:
        """Whether it is time to look at the rhythm of the news again; the clock may have been set back."""
        last = self._coverage_at
        if last is not None and timedelta() <= now - last < COVERAGE_EVERY:
            return False
        self._coverage_at = now
        return True

    def forget_stories(self) -> None:
        """Drop the index: a transaction failed, so it may hold what the database does not."""
        self._index = StoryIndex()
        self._known = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRun:
    """What a run of matching gave."""

    reports: int = 0  # judgements: a report counts once for each baseline
    matched: int = 0
    near_misses: int = 0
    duplicates: int = 0
    alerts: int = 0  # to be sent
    held: int = 0


def match(
    store: Store,
    baselines: Sequence[Baseline],
    settings: Settings,
    *,
    clock: Clock,
    memory: MatchMemory | None = None,
    progress: Progress = no_progress,
    stopping: Stopping = never,
    failpoint: Failpoint = no_failpoint,
) -> MatchRun:
    """Judge every report that waits, under each baseline.

    1. the tables follow the profiles
    2. waiting reports are scored, a batch at a time
    3. verdict, matches, story, alerts and their deliveries are kept in one transaction
    4. now and then: does the news on a baseline surge, or has it stopped?
    """
    memory = memory or MatchMemory()
    store.sync_baselines(baselines)  # 1
    run = MatchRun()
    newest = store.newest_report()
    judged_to = [memory.judged_to(baseline, newest, clock()) for baseline in baselines]
    waiting = [store.count_unmatched(b, judged_to=known) for b, known in zip(baselines, judged_to, strict=True)]
    for baseline, count, known in zip(baselines, waiting, judged_to, strict=True):
        if not count:
            memory.judged(baseline, newest, clock())
            continue
        judge = _Judge(store, baseline, settings, clock, memory, failpoint)
        after = 0
        while batch := store.unmatched(baseline, BATCH, after, judged_to=known):
            scored = judge.score(batch)  # 2
            for part in _parts(scored):
                run = _sum(run, judge.keep(batch[part], scored[part]))  # 3
                progress(run.reports, sum(waiting))
                if stopping():
                    return run
            after = batch[-1].report_id
        memory.judged(baseline, newest, clock())
    if memory.is_coverage_due(clock()):
        watch_coverage(store, baselines, settings, clock=clock)  # 4
    return run


class _Judge:
    """Judges reports under one baseline."""

    def __init__(
        self,
        store: Store,
        baseline: Baseline,
        settings: Settings,
        clock: Clock,
        memory: MatchMemory,
        failpoint: Failpoint,
    ) -> None:
        self._store = store
        self._baseline = baseline
        self._clock = clock
        self._memory = memory
        self._failpoint = failpoint
        self._matcher = memory.matcher(baseline, store.marked(baseline.id))
        self._index = memory.index(store, clock)
        self._telling = Telling(baseline, settings)

    def score(self, batch: Sequence[StoredReport]) -> list[Scored]:
        """The verdicts; a duplicate is not scored, the report it repeats was."""
        own = [one for one in batch if one.duplicate_of is None]
        scored = dict(zip((one.report_id for one in own), self._matcher.match([o.report for o in own]), strict=True))
        self._failpoint("match: scored")
        return [scored.get(one.report_id) or _duplicate(one) for one in batch]

    def keep(self, batch: Sequence[StoredReport], scored: Sequence[Scored]) -> MatchRun:
        """All that follows from these verdicts, in one transaction."""
        try:
            with self._store.matching_transaction() as tx:
                stories = tx.waiting(batch, self._baseline)
                waiting = [pair for pair in zip(batch, scored, strict=True) if pair[0].report_id in stories]
                tx.save_all([(report.report_id, verdict) for report, verdict in waiting], self._baseline)
                self._failpoint("match: before alerts")
                told: list[Alert] = []
                for report, verdict in waiting:
                    if _is_far(verdict):
                        continue
                    story_id, is_new = self._story(tx, report, stories[report.report_id])
                    if story_id is not None:
                        told += self._telling.tell(
                            tx, report, verdict, story_id, story_is_new=is_new, now=self._clock()
                        )
                self._failpoint("match: before commit")
        except BaseException:
            self._memory.forget_stories()
            raise
        self._failpoint("match: committed")
        return _run_of([verdict for _, verdict in waiting], told)

    def _story(self, tx: MatchingTransaction, report: StoredReport, known: int | None) -> tuple[int | None, bool]:
        """The report's story, and whether it begins with this report; a duplicate has none if its original has none."""
        if known is not None:  # judged before: under another baseline, an older profile, or before an edit
            return known, False
        if report.duplicate_of is not None:
            original = tx.story_of(report.duplicate_of)
            if original is not None:
                tx.join_story(report.report_id, original)
            return original, False
        placement = self._index.place(report.report_id, report.report, self._clock())
        if placement.story_id is None:
            story_id = tx.new_story(report)
        else:
            story_id = placement.story_id
            tx.join_story(report.report_id, story_id, placement.of_report_id if placement.is_copy else None)
        self._memory.placed(report.report_id, story_id)
        return story_id, placement.story_id is None


def _parts(scored: Sequence[Scored]) -> Iterator[slice]:
    """The verdicts that are kept in one transaction, one after the other."""
    start = near = 0
    for at, verdict in enumerate(scored):
        near += not _is_far(verdict)
        if near == TOGETHER or at + 1 - start == TOGETHER_IN_ALL:
            yield slice(start, at + 1)
            start, near = at + 1, 0
    if start < len(scored):
        yield slice(start, len(scored))


def _is_far(verdict: Scored) -> bool:
    """Whether nothing follows from the verdict but that it is kept."""
    return verdict.decision is Decision.BELOW and max(verdict.score, verdict.best_claim_score) < LEAST_FOR_STORY


def _run_of(verdicts: Sequence[Scored], told: Sequence[Alert]) -> MatchRun:
    decided = Counter(verdict.decision for verdict in verdicts)
    pending = sum(alert.state is AlertState.PENDING for alert in told)
    return MatchRun(
        reports=len(verdicts),
        matched=decided[Decision.MATCHED],
        near_misses=decided[Decision.NEAR_MISS],
        duplicates=decided[Decision.DUPLICATE],
        alerts=pending,
        held=len(told) - pending,
    )


def _duplicate(report: StoredReport) -> Scored:
    return Scored(
        key=report.report.key,
        score=0.0,
        decision=Decision.DUPLICATE,
        reason=f"the same item as report {report.duplicate_of}",
    )


def _sum(one: MatchRun, other: MatchRun) -> MatchRun:
    return MatchRun(**{name: getattr(one, name) + getattr(other, name) for name in MatchRun.__dataclass_fields__})
