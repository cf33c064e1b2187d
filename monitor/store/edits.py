"""What a later sight of an item is: the same, an edit worth another judgement, or noise. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from monitor.model import Report
from monitor.store import identity

# Some pages carry a clock or a counter: their words change at every poll, and what they say does not.
MAX_EDITS = 24
_CLOCKS = re.compile(
    r"\b\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\b\.?)?(?:\s*(?:GMT|UTC|BST|CEST|CET|EST|EDT|PST|PDT)\b)?"
    r"|\b(?:\d+|an?|one)\s+(?:second|minute|min|hour|hr|day)s?\s+ago\b"
    r"|\b[\d.,]+k?\s+(?:comment|view|share|like|read|reaction)s?\b",
    re.IGNORECASE,
)


def completed(report: Report, old: Report) -> Report:
    """The report as it now stands: a field that came back empty is no edit, for feeds drop their full text."""
    return replace(
        report,
        title=report.title or old.title,
        summary=report.summary or old.summary,
        content=report.content or old.content,
    )


def is_edit(new: Report, old: Report, *, version: int, earlier: Collection[str], old_updated: datetime | None) -> bool:
    """Whether the new words deserve to be kept and judged.

    Not those that the feed showed before, unless it says that it went back: two caches in turn show old and new.
    """
    if identity.report_hash(new) == identity.report_hash(old) or version > MAX_EDITS:
        return False
    if _without_clocks(new) == _without_clocks(old):
        return False
    went_back = new.updated is not None and old_updated is not None and new.updated > old_updated
    return identity.report_hash(new) not in earlier or went_back


def _without_clocks(report: Report) -> str:
    return identity.words_hash(*(_CLOCKS.sub(" ", text) for text in (report.title, report.summary, report.content)))
