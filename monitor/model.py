"""The frozen records that travel between rooms. They hold values only: no I/O, no behaviour beyond small properties.

Every time is aware and in UTC. `None` means "not known", never "failed".
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


class Relation(StrEnum):
    """How a report stands to a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    UPDATES = "updates"
    RELATED = "related"


class Decision(StrEnum):
    """What became of a report; kept with every report so that nothing is dropped in silence."""

    MATCHED = "matched"
    NEAR_MISS = "near miss"
    BELOW = "below"
    DUPLICATE = "duplicate"
    FILTERED = "filtered"


class Standing(StrEnum):
    """What a claim's matches add up to."""

    UNREPORTED = "unreported"
    SUPPORTED = "supported"
    DISPUTED = "disputed"
    OVERTAKEN = "overtaken"


class Severity(StrEnum):
    """How urgent an alert is, lowest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class AlertState(StrEnum):
    """What became of an alert: see docs/database.md."""

    PENDING = "pending"
    SENT = "sent"
    HELD = "held"
    THROTTLED = "throttled"
    FAILED = "failed"


# ---- baseline -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One checkable statement of the baseline."""

    id: str
    text: str
    phrases: tuple[str, ...] = ()
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, organisation, place, event or other named thing, and every way it is written."""

    name: str
    type: str = "other"
    aliases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()  # the profile's `not`: where one of these stands, it is someone else


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The article and what was drawn from it."""

    id: str
    title: str
    claims: tuple[Claim, ...]
    entities: tuple[Entity, ...]
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    url: str | None = None
    language: str = "en"
    article: str | None = None  # the article's text, not its path
    revision: str = ""  # hash of everything that matching depends on


# ---- feeds --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """One feed as the user configured it."""

    url: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    interval_s: float | None = None
    full_text: bool = False
    publisher: str | None = None
    language: str | None = None  # of its reports, where they do not say themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One item of one feed as plain text, before any scoring. No field ever holds markup or control characters."""

    key: str  # stable within its feed: guid, else link, else a hash of the text
    title: str = ""
    summary: str = ""
    content: str = ""  # the feed's own full text or the article page's, "" if none
    url: str | None = None  # http(s) only, without tracking parameters
    published: datetime | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    outlet: str | None = None  # who published it, as people say it
    language: str | None = None
    feed_url: str | None = None

    @property
    def text(self) -> str:
        """Summary and content, one after the other, without saying the same thing twice."""
        if self.summary and self.summary in self.content:
            return self.content
        return "\n".join(part for part in (self.summary, self.content) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a feed's server gave us to ask "has it changed?" with."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    full_at: datetime | None = None  # when the whole body was last sent: validators may lie, so it is asked for anew


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the database knows of one feed when its next poll begins."""

    url: str
    validators: Validators = Validators()
    first_polled_at: datetime | None = None  # None: never polled with success
    next_poll_at: datetime | None = None
    interval_s: float = 3600.0
    failures: int = 0  # in a row
    moved_to: str | None = None
    moved_count: int = 0
    gone_count: int = 0  # answers 410 in a row
    retired: bool = False
    next_poll_why: str = ""  # one phrase for people: why the next poll is when it is
    hint_s: float | None = None  # the time between polls that the server or the feed last wished for
    quiet_after_s: float = 1209600.0  # by its own rhythm: silent when it brings nothing new for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document, read."""

    title: str | None
    reports: tuple[Report, ...]
    format: str  # "rss20", "atom10", "rss10", "json11", ...
    language: str | None = None
    skipped: int = 0  # items that could not be read; their neighbours were
    ttl_s: float | None = None  # the feed's own wish for the time between polls


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What one poll of one feed gave: reports, "unchanged" or an error, as values."""

    url: str
    started_at: datetime
    duration_s: float
    status: int | None = None  # HTTP status of the last hop
    unchanged: bool = False  # 304, or the same bytes as last time
    feed: ParsedFeed | None = None
    validators: Validators = Validators()
    final_url: str | None = None
    permanent_url: str | None = None  # where 301/308 pointed, if every hop was permanent
    size_bytes: int = 0
    error: str | None = None  # one sentence for people
    error_kind: str | None = None  # one word for counting
    retry_after_s: float | None = None
    max_age_s: float | None = None  # Cache-Control / Expires


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStanding:
    """How a feed fares, and what people were last told of that."""

    url: str
    title: str | None
    failures: int
    failing_since: datetime | None
    last_error: str | None
    last_success_at: datetime | None
    quiet_since: datetime | None  # when it last brought something new, or was first polled
    quiet_after_s: float
    retired: bool
    told: str  # "", "broken", "silent" or "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNews:
    """A change in how a feed fares that people should know."""

    url: str
    title: str | None
    before: str
    now: str  # as `FeedStanding.told`; "" means that it is well again
    sentence: str


# ---- matching -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePair:
    """A figure of the claim beside the figure of the report that agrees or conflicts with it."""

    claim: str  # as written, with its noun: "25 attacks"
    report: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One (report, claim) pair above the threshold, with everything needed to explain it later."""

    claim: str
    score: float  # 0..1, the same meaning for every claim
    threshold: float
    relation: Relation
    confidence: float  # of the relation, 0..1
    passage: str  # title, or 1-3 sentences of the report
    terms: tuple[tuple[str, float], ...]  # term and its share; the shares add up to `score`
    entities: tuple[str, ...] = ()  # names of the baseline's entities found in the report
    figures: tuple[FigurePair, ...] = ()
    note: str = ""  # the relation's reason, for people
    mode: str = ""  # how the score was made: matcher version, background version


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The verdict on one report: what the matcher gives for every report, matched or not."""

    key: str
    score: float  # ranks every report
    decision: Decision
    reason: str  # one phrase: why this decision
    matches: tuple[Match, ...] = ()  # best first
    best_claim: str | None = None  # the nearest claim, also of a near miss
    best_claim_score: float = 0.0
    entities: tuple[str, ...] = ()


# ---- alerts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedReport:
    """A stored report with its matches and story: what rules decide on."""

    report_id: int
    report: Report
    baseline_id: str
    scored: Scored
    story_id: int
    story_is_new: bool
    first_sight: bool  # the feed already held it when first polled
    feed_url: str
    feed_tags: tuple[str, ...] = ()
    publishers: int = 1  # who carried the story so far, this report's publisher included


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTold:
    """What people were told of a story, or are about to be; empty for a story that nobody knows."""

    claims: frozenset[tuple[str, str]] = frozenset()  # (claim, relation)
    figures: frozenset[tuple[str, str]] = frozenset()  # (claim, figure as a report wrote it)
    severity: Severity | None = None  # the highest
    publishers: int = 0  # who had carried it at the last alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """What a person wants no alerts on until then. Each part that is given must agree; without any: everything."""

    id: int
    kind: str  # "mute": left to the digest; "snooze": delivered afterwards
    until: datetime
    rule: str | None = None
    baseline_id: str | None = None
    claim: str | None = None
    story_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a match is worth telling, to whom and how loudly."""

    name: str
    baselines: tuple[str, ...] = ()  # empty: all; so for each of the following
    claims: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    entities: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    feed_tags: tuple[str, ...] = ()
    min_score: float = 0.0
    min_publishers: int = 1  # so many must carry the story; feeds of one publisher count once
    min_confidence: float | None = None  # of the relation; None: any, but what is doubtful is not told as high
    severity: Severity = Severity.NORMAL
    recipients: tuple[str, ...] = ()  # empty: all
    muted_until: datetime | None = None  # until then its alerts are held for the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to be told, over one channel."""

    name: str
    channel: str  # "smtp", "file", "feed", "apprise" or "webhook"
    address: str  # mail address, folder, web address, or where the address is kept: "env:NAME", "file:PATH"
    alerts: bool = True
    digest: bool = True
    min_severity: Severity = Severity.LOW  # alerts below it are left to the digest
    timezone: str = "UTC"
    digest_at: time = time(7, 0)
    quiet: tuple[time, time] | None = None  # from, to in local time: alerts wait until the end
    quiet_lets_through: Severity | None = None  # from this severity on alerts do not wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A match that a rule found worth telling."""

    baseline_id: str
    story_id: int
    report_id: int
    claim: str
    rule: str
    severity: Severity
    state: AlertState
    reason: str  # why it is told, or why it is held
    headline: str  # one line for people
    recipients: tuple[str, ...] = ()
    publishers: int = 1  # who carried the story when this was decided
    not_before: datetime | None = None  # when its messages may go out; None: at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail, composed and ready to hand to a channel."""

    message_id: str  # stable: the same delivery always has the same
    subject: str
    text: str
    html: str | None = None
    in_reply_to: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=())
    payload: str | None = None  # the same for programs, a JSON object


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient over one channel, as the outbox holds it."""

    id: int
    kind: str  # "alert", "digest" or "notice"
    recipient: str
    channel: str
    address: str
    message: Message
    attempts: int
    created_at: datetime | None = None
