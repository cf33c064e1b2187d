"""Records of the articles' own pages, which are read for reports that look relevant."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """A report whose article's page is to be read."""

    report_id: int
    url: str
    title: str
    own_chars: int  # how much text the feed itself gave
    attempts: int = 0  # so far


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What became of asking for an article's page."""

    report_id: int
    host: str
    state: str  # "read", "waiting" (it is asked for again) or "failed"
    text: str = ""
    status: int | None = None
    error: str | None = None  # one sentence for people
    next_attempt_at: datetime | None = None
