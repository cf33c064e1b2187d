"""What the store hands out that is not a record of `monitor.model`: values only."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Report, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A report with what the database knows about it."""

    report_id: int
    report: Report
    version: int  # 1, and one more with every edit
    feed_url: str
    feed_tags: tuple[str, ...]
    first_sight: bool  # there before anybody asked: in the feed at its first poll, or judged before the profile changed
    publisher: str
    seen: datetime  # when it was first seen
    story_id: int | None = None
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollStored:
    """What one poll left in the database."""

    new: int = 0
    revised: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """How widely a story was carried, and the mail that began its thread with one recipient."""

    reports: int
    publishers: tuple[str, ...]  # by name
    carriers: tuple[tuple[int, str, str | None], ...] = ()  # (report, publisher's name, page), duplicates included
    first_message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedReport:
    """A report that a person called relevant or noise, for one claim or (None) for the baseline as a whole."""

    report_id: int
    report: Report
    claim: str | None
    relevant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPassage:
    """What one story says of a claim, in the report that says it best."""

    claim: str
    report_id: int
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One claim's standing, for those who compare; people read `v_ledger`."""

    baseline_id: str
    claim: str
    claim_text: str
    standing: Standing
    best_match_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that `doctor` has to say about the database."""

    level: str  # "ok", "warning" or "error"
    where: str
    message: str
