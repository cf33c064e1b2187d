"""A feed as its format's reader found it, before anything is judged."""

from dataclasses import dataclass
from typing import NamedTuple


class RawText(NamedTuple):
    """A text as the feed holds it, and whether the feed declares it as markup."""

    value: str = ""
    is_html: bool = False


NO_TEXT = RawText()


class RawItem(NamedTuple):
    """One item as its format's reader found it: strings only, nothing judged yet."""

    guid: str | None = None
    link: str | None = None
    title: RawText = NO_TEXT
    summary: RawText = NO_TEXT
    content: RawText = NO_TEXT
    published: str | None = None
    updated: str | None = None
    outlet: str | None = None  # of an aggregated item: the publisher it names
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """What a document holds; `format` is empty when the reader did not recognise one."""

    format: str
    items: tuple[RawItem, ...] = ()
    title: RawText = NO_TEXT
    language: str | None = None
    ttl_s: float | None = None
    skipped: int = 0
