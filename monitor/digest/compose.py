"""From what the store has not yet told somebody to a digest: what it says, in which order, and what is only counted.

1. What changed: claims whose standing moved.
2. The matches by claim and story, each story by the report that says it best.
3. What was held back, near misses, feeds in trouble.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.digest.chart import fill_days
from monitor.digest.stories import TELLING, group_stories, publisher_of, tell_first
from monitor.digest.subjects import digest_subject, moves
from monitor.model import Relation, Standing
from monitor.model_digest import (
    ClaimChange,
    Digest,
    DigestBaseline,
    DigestChange,
    DigestClaim,
    DigestMatch,
    DigestMaterial,
    DigestMember,
    DigestStory,
    HeldAlert,
    HeldGroup,
)

_MOVED = (Standing.DISPUTED, Standing.OVERTAKEN, Standing.SUPPORTED, Standing.UNREPORTED)
_REASONS = 6  # for which held alerts stand apart

Stories = dict[str, list[DigestStory]]  # claim -> its stories, most telling first


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is shown in full; what lies beyond is counted."""

    claims: int = 30  # of one baseline
    stories: int = 5  # of one claim
    related: int = 2  # of one claim's stories that are merely about it
    held: int = 3  # of one reason
    near_misses: int = 5
    troubles: int = 8


def compose_digest(material: DigestMaterial, now: datetime, zone: tzinfo, limits: Limits = Limits()) -> Digest:
    """The digest of this material, with times in the given zone; `now` stands for the end of the period."""
    held = [one for one in material.held if material.recipient.name in one.alert.recipients]
    reports = {match.report_id for match in material.matches}
    claims = {(match.baseline_id, match.claim_text, match.match.claim) for match in material.matches}
    changed = [change.after for change in material.changes]
    until = now.astimezone(zone)
    return Digest(
        recipient=material.recipient,
        subject=digest_subject(
            changed, reports=len(reports), claims=len(claims), held=len(held), troubles=len(material.troubles)
        ),
        headline=moves(changed),
        since=material.since.astimezone(zone) if material.since else None,
        until=until,
        baselines=_baselines(material, limits),
        days=fill_days(material, until, zone),
        reports=len(reports),
        stories=len({(match.baseline_id, match.story_id) for match in material.matches}),
        publishers=len({publisher_of(match.report) for match in material.matches}),
        reports_seen=material.reports_seen,
        near_miss_count=material.near_miss_count,
        near_misses=material.near_misses[: limits.near_misses],
        duplicates=material.duplicates,
        filtered=material.filtered,
        held=_held(held, limits.held),
        troubles=material.troubles[: limits.troubles],
        troubles_left_out=max(0, len(material.troubles) - limits.troubles),
        members=_members(material.matches),
        alert_ids=tuple(one.alert_id for one in material.held),
        is_empty=not (material.changes or material.matches or held),
    )


def _baselines(material: DigestMaterial, limits: Limits) -> tuple[DigestBaseline, ...]:
    """Each baseline that has something to tell, in the order of the configuration."""
    titles = dict(material.baselines)
    seen = [change.baseline_id for change in material.changes] + [match.baseline_id for match in material.matches]
    for baseline_id in seen:
        titles.setdefault(baseline_id, baseline_id)  # a baseline taken out of the configuration since
    return tuple(_baseline(one, titles[one], material, limits) for one in titles if one in seen)


def _baseline(baseline_id: str, title: str, material: DigestMaterial, limits: Limits) -> DigestBaseline:
    by_claim: dict[str, list[DigestMatch]] = defaultdict(list)
    for match in material.matches:
        if match.baseline_id == baseline_id:
            by_claim[match.match.claim].append(match)
    stories = {claim: group_stories(found) for claim, found in by_claim.items()}
    changes = _changes(material.changes, baseline_id, stories)
    claims = _claims(stories, changes, limits)
    return DigestBaseline(
        id=baseline_id,
        title=title,
        changes=changes,
        claims=tuple(claims[: limits.claims]),
        claims_left_out=max(0, len(claims) - limits.claims),
    )


def _changes(changes: Iterable[ClaimChange], baseline_id: str, stories: Stories) -> tuple[DigestChange, ...]:
    """The claims that moved, disputed ones first, each with the story of the report that moved it."""
    moved = sorted(
        (change for change in changes if change.baseline_id == baseline_id),
        key=lambda change: (_MOVED.index(change.after), change.claim),
    )
    return tuple(
        DigestChange(change=change, story=_quoted_story(change, stories.get(change.claim, []))) for change in moved
    )


def _quoted_story(change: ClaimChange, stories: Iterable[DigestStory]) -> DigestStory | None:
    said = change.match.passage if change.match else None
    return next((story for story in stories if story.best.match.passage == said), None)


def _claims(stories: Stories, changes: Sequence[DigestChange], limits: Limits) -> list[DigestClaim]:
    """The claims with stories that do not stand among the changes: moved ones first, then the most telling."""
    moved = {one.change.claim: place for place, one in enumerate(changes)}
    quoted = {(one.change.claim, one.story.story_id) for one in changes if one.story}
    made = []
    for claim, found in stories.items():
        rest = [story for story in found if (claim, story.story_id) not in quoted]
        if rest:
            made.append(_claim(claim, rest, limits))
    return sorted(made, key=lambda one: (moved.get(one.claim, len(moved)), tell_first(one.stories[0].best), one.claim))


def _claim(claim: str, stories: Sequence[DigestStory], limits: Limits) -> DigestClaim:
    telling = [story for story in stories if story.best.match.relation is not Relation.RELATED]
    related = [story for story in stories if story.best.match.relation is Relation.RELATED]
    shown = (telling + related[: limits.related])[: limits.stories]
    counts = [(relation, _count(stories, relation)) for relation in TELLING]
    return DigestClaim(
        baseline_id=stories[0].best.baseline_id,
        claim=claim,
        claim_text=stories[0].best.claim_text,
        counts=tuple((relation, number) for relation, number in counts if number),
        stories=tuple(shown),
        stories_left_out=len(stories) - len(shown),
    )


def _count(stories: Iterable[DigestStory], relation: Relation) -> int:
    return sum(story.best.match.relation is relation for story in stories)


def _held(alerts: Iterable[HeldAlert], shown: int) -> tuple[HeldGroup, ...]:
    """The held alerts by reason, the most frequent reason first."""
    by_reason: dict[str, list[HeldAlert]] = defaultdict(list)
    for one in alerts:
        by_reason[one.alert.reason].append(one)
    groups = [
        HeldGroup(reason=reason, count=len(found), alerts=tuple(found[:shown])) for reason, found in by_reason.items()
    ]
    groups.sort(key=lambda group: (-group.count, group.reason))
    rest = sum(group.count for group in groups[_REASONS:])
    others = [HeldGroup(reason="for other reasons", count=rest, alerts=())] if rest else []
    return (*groups[:_REASONS], *others)


def _members(matches: Iterable[DigestMatch]) -> tuple[DigestMember, ...]:
    return tuple(
        DigestMember(baseline_id=match.baseline_id, report_id=match.report_id, claim=match.match.claim)
        for match in matches
    )
