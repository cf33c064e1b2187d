"""The frozen records of what people are told: what the store gives for an alert or a digest, and a composed digest.

The store fills `AlertView` and `DigestMaterial`; `digest/` turns them into a `Digest` and a `Message`. Values only.
"""

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model import Alert, FigurePair, Match, Recipient, Relation, Report, Standing

SURE_FROM = 0.9  # a relation less certain than this is told with "may"

_SURE = {
    Relation.SUPPORTS: "supports",
    Relation.CONTRADICTS: "contradicts",
    Relation.UPDATES: "changes",
    Relation.RELATED: "touches",
}
_UNSURE = {Relation.CONTRADICTS: "may contradict", Relation.UPDATES: "may change"}


def relation_words(relation: Relation, confidence: float) -> str:
    """How a relation is told to people: `contradicts`, or `may contradict` when it is not certain."""
    if confidence < SURE_FROM:
        return _UNSURE.get(relation, _SURE[relation])
    return _SURE[relation]


# ---- what the store gives -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """Everything that one alert mail shows."""

    alert: Alert
    baseline_title: str
    claim_text: str
    match: Match  # the match the alert is about
    report: Report
    story_reports: int = 1  # reports of the story so far, this one included
    publishers: tuple[str, ...] = ()  # who carried the story, each once
    others: tuple[tuple[str, Match], ...] = ()  # further claims the same report touches: (claim's text, match)
    first_message_id: str | None = None  # of the first alert of this story to this recipient: makes a thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told without a report: that the coverage of a baseline surges ("spike") or has stopped ("gap")."""

    kind: str
    baseline_id: str
    baseline_title: str
    headline: str
    reason: str  # with the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChange:
    """A claim whose standing moved since the recipient's last digest, with the match that moved it."""

    baseline_id: str
    claim: str
    claim_text: str
    before: Standing
    after: Standing
    match: Match | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMatch:
    """A match not yet told to the recipient by a digest."""

    baseline_id: str
    claim_text: str
    match: Match
    report_id: int
    report: Report
    story_id: int
    is_copy: bool = False  # a syndicated copy of another report of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """An alert that was held back, with its reason in `alert.reason`, not yet told by a digest."""

    alert_id: int
    alert: Alert
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A report that came close to a claim without reaching its threshold."""

    report: Report
    claim: str
    score: float
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    """A feed that fails, is retired or has fallen silent."""

    url: str
    title: str | None
    problem: str  # one sentence for people
    failures: int = 0
    since: datetime | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How much came in on one local day."""

    day: date
    reports: int  # seen
    matched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMaterial:
    """What has not yet been delivered to one recipient; never a window of the clock."""

    recipient: Recipient
    baselines: tuple[tuple[str, str], ...]  # (id, title), in the order of the configuration
    since: datetime | None  # when the last digest was composed; None: this is the first
    until: datetime
    changes: tuple[ClaimChange, ...] = ()
    matches: tuple[DigestMatch, ...] = ()
    held: tuple[HeldAlert, ...] = ()
    near_miss_count: int = 0
    near_misses: tuple[NearMiss, ...] = ()  # the nearest few of them, best first
    reports_seen: int = 0  # stored in the period, matched or not
    duplicates: int = 0  # of them, known as copies
    filtered: int = 0  # of them, filtered by a setting
    troubles: tuple[FeedTrouble, ...] = ()
    days: tuple[DayCount, ...] = ()  # for the chart; empty: counted from the matches


# ---- what composing gives -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One story under one claim: the report that says it best, and how widely it was carried."""

    story_id: int
    best: DigestMatch
    reports: int
    publishers: tuple[str, ...]
    links: tuple[tuple[str, str], ...]  # (outlet, address) of further reports of the story, the best left out
    figures: tuple[FigurePair, ...]  # those that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestClaim:
    """One claim with the stories that touch it, most telling first."""

    baseline_id: str
    claim: str
    claim_text: str
    counts: tuple[tuple[Relation, int], ...]  # stories for each relation, in the order of telling; none is zero
    stories: tuple[DigestStory, ...]
    stories_left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestChange:
    """A claim whose standing moved, with the story that moved it if that is part of this digest."""

    change: ClaimChange
    story: DigestStory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestBaseline:
    """One baseline's part of a digest."""

    id: str
    title: str
    changes: tuple[DigestChange, ...]
    claims: tuple[DigestClaim, ...]  # without the stories that stand among the changes
    changes_left_out: int = 0
    claims_left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """The alerts held back for one reason: how many, and the first few."""

    reason: str
    count: int
    alerts: tuple[HeldAlert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMember:
    """One (report, claim) that a digest tells, in full or as a count: what is not told again."""

    baseline_id: str
    report_id: int
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest for one recipient, composed: what it says and in which order, not how it looks."""

    recipient: Recipient
    subject: str
    headline: str  # the subject's news as a sentence, for the first line of the mail
    since: datetime | None  # in the zone of the recipient
    until: datetime
    baselines: tuple[DigestBaseline, ...]
    days: tuple[DayCount, ...]
    reports: int
    stories: int
    publishers: int
    reports_seen: int
    near_miss_count: int
    near_misses: tuple[NearMiss, ...]
    duplicates: int
    filtered: int
    held: tuple[HeldGroup, ...]
    troubles: tuple[FeedTrouble, ...]
    troubles_left_out: int
    members: tuple[DigestMember, ...]
    alert_ids: tuple[int, ...]  # the held alerts that this digest tells
    is_empty: bool  # nothing changed, matched or was held
