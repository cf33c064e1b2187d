"""What stored reports would have raised: the decisions of `match` gone through again, without keeping any of them.

Both sides of a comparison start with nothing told and take the reports in the order in which they came. When an alert
is delivered (throttle, quiet hours, mutes, limits by feed) is not replayed: the question is what is worth telling.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.alerts.novelty import LOUDNESS
from monitor.alerts.rules import decide_alerts
from monitor.matching.story_index import StoryIndex, StoryMember
from monitor.model import Alert, AlertState, MatchedReport, Recipient, Rule, Scored, StoryTold
from monitor.pipeline.judging import Matcher
from monitor.pipeline.voices import Carrier, count_voices
from monitor.store import StoredReport

BATCH = 500  # reports scored at once
# Stands in where nobody takes alerts yet: rules are worth trying before anybody is told.
SOMEBODY = Recipient(name="you", channel="file", address="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One alert that would have been raised."""

    story_id: int
    claim: str
    relation: str
    day: date
    report_id: int
    title: str
    publisher: str
    score: float
    rule: str
    reason: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An alert on one side or both: "new", "lost" or "unchanged"."""

    change: str
    now: Replayed | None
    then: Replayed | None

    @property
    def alert(self) -> Replayed:
        """The alert as it would be, or was."""
        found = self.then or self.now
        assert found is not None
        return found


@dataclass(slots=True)
class _Story:
    """What has been told of a story so far, and who carried it."""

    told: StoryTold = field(default_factory=StoryTold)
    told_to: dict[str, StoryTold] = field(default_factory=dict)
    carriers: list[Carrier] = field(default_factory=list)


def score_stored(matcher: Matcher, reports: Sequence[StoredReport]) -> list[Scored]:
    """The verdict on each report, a batch at a time."""
    found: list[Scored] = []
    for start in range(0, len(reports), BATCH):
        found += matcher.match([one.report for one in reports[start : start + BATCH]])
    return found


def with_stories(reports: Sequence[StoredReport], scored: Sequence[Scored]) -> list[StoredReport]:
    """The reports, in their order; one that matches now and was put into no story gets one, numbered below zero."""
    lacking = {
        report.report_id
        for report, verdict in zip(reports, scored, strict=True)
        if verdict.matches and report.story_id is None
    }
    if not lacking:
        return list(reports)
    index, placed = StoryIndex(), []
    for report in reports:
        if report.report_id in lacking:
            found = index.place(report.report_id, report.report, report.seen).story_id
            story_id = -report.report_id if found is None else found
            index.assign(report.report_id, story_id)
            report = replace(report, story_id=story_id)
        elif report.story_id is not None:
            member = StoryMember(
                report_id=report.report_id, story_id=report.story_id, report=report.report, seen=report.seen
            )
            index.seed([member])
        placed.append(report)
    return placed


def replay(
    reports: Sequence[StoredReport],
    scored: Sequence[Scored],
    baseline_id: str,
    rules: Sequence[Rule],
    recipients: Sequence[Recipient],
    *,
    first_sight: str,
    more_publishers: int,
) -> list[Replayed]:
    """The alerts that these verdicts would have raised; `reports` in their order, each with its story."""
    stories: dict[int, _Story] = {}
    takers = recipients if any(one.alerts for one in recipients) else (SOMEBODY,)
    found = []
    for report, verdict in zip(reports, scored, strict=True):
        story_id = -report.report_id if report.story_id is None else report.story_id
        story = stories.setdefault(story_id, _Story())
        is_new = not story.carriers
        story.carriers.append((report.report_id, report.publisher, report.report.url))
        matched = MatchedReport(
            report_id=report.report_id,
            report=report.report,
            baseline_id=baseline_id,
            scored=verdict,
            story_id=story_id,
            story_is_new=is_new,
            first_sight=report.first_sight,
            feed_url=report.feed_url,
            feed_tags=report.feed_tags,
            publishers=count_voices(story.carriers),
        )
        alerts = decide_alerts(
            matched,
            rules,
            takers,
            told=story.told,
            told_to={taker.name: story.told_to.get(taker.name, StoryTold()) for taker in takers},
            first_sight=first_sight,
            now=report.seen,
            more_publishers=more_publishers,
        )
        heard = [one for one in alerts if one.state is not AlertState.HELD or not one.recipients]
        story.told = _after(story.told, heard, verdict)
        for name in {name for one in heard for name in one.recipients}:
            # What was told along with another alert names nobody: it stood in the same message.
            theirs = [one for one in heard if not one.recipients or name in one.recipients]
            story.told_to[name] = _after(story.told_to.get(name, StoryTold()), theirs, verdict)
        found += [_replayed(one, report, verdict) for one in alerts if one.state is not AlertState.HELD]
    return found


def compare(now: Sequence[Replayed], then: Sequence[Replayed]) -> list[Changed]:
    """Both sides set against each other; the same story, claim and relation is the same alert, whatever report."""
    before, after = _by_identity(now), _by_identity(then)
    changed = []
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        kind = "new" if one is None else "lost" if other is None else "unchanged"
        changed.append(Changed(change=kind, now=one, then=other))
    return sorted(changed, key=lambda found: (found.alert.report_id, found.alert.claim, found.alert.relation))


def _by_identity(alerts: Sequence[Replayed]) -> dict[tuple[int, str, str, int], Replayed]:
    """The n-th alert on the same story, claim and relation (a new figure each time) under its number."""
    found: dict[tuple[int, str, str, int], Replayed] = {}
    for one in alerts:
        number = 0
        while (one.story_id, one.claim, one.relation, number) in found:
            number += 1
        found[one.story_id, one.claim, one.relation, number] = one
    return found


def _after(told: StoryTold, heard: Sequence[Alert], verdict: Scored) -> StoryTold:
    """What is told of the story after these alerts."""
    if not heard:
        return told
    matches = {one.claim: one for one in verdict.matches}
    severities = [one.severity for one in heard] + ([told.severity] if told.severity else [])
    return StoryTold(
        claims=told.claims | {(one.claim, matches[one.claim].relation.value) for one in heard},
        figures=told.figures | {(one.claim, pair.report) for one in heard for pair in matches[one.claim].figures},
        severity=max(severities, key=LOUDNESS.index),
        publishers=max(one.publishers for one in heard),
    )


def _replayed(alert: Alert, report: StoredReport, verdict: Scored) -> Replayed:
    match = next(one for one in verdict.matches if one.claim == alert.claim)
    return Replayed(
        story_id=alert.story_id,
        claim=alert.claim,
        relation=match.relation.value,
        day=report.seen.date(),
        report_id=report.report_id,
        title=report.report.title,
        publisher=report.publisher,
        score=match.score,
        rule=alert.rule,
        reason=alert.reason,
        headline=alert.headline,
    )
