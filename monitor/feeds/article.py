"""The text of an article's page, without what stands around it."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.feeds.items import language_tag
from monitor.feeds.plain import MAX_CONTENT_CHARS, to_line, to_plain

MAX_PAGE_CHARS = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says, and what it says of itself; None where it does not."""

    text: str  # empty when the page holds no article
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    language: str | None = None


def read_article(html: bytes | str, url: str | None) -> Article:
    """The article of a page with its title, author, publisher and date."""
    # Half a second to import, and most runs never read a page.
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without an article is no event
    found = bare_extraction(html[:MAX_PAGE_CHARS], url=url, with_metadata=True, include_comments=False)
    return Article(
        text=to_plain(getattr(found, "text", None) or "", is_html=False, limit=MAX_CONTENT_CHARS),
        title=_line(found, "title"),
        author=_line(found, "author"),
        publisher=_line(found, "sitename"),
        published=_date(getattr(found, "date", None)),
        language=language_tag(getattr(found, "language", None)),
    )


def extract_article(html: bytes | str, url: str) -> tuple[str | None, str]:
    """Title and text of a page's article; the text is empty when there is none."""
    article = read_article(html, url)
    return article.title, article.text


def _line(found: Any, name: str) -> str | None:
    return to_line(getattr(found, name, None) or "", is_html=False) or None


def _date(raw: Any) -> date | None:
    try:
        return date.fromisoformat(raw) if raw else None
    except (TypeError, ValueError):
        return None
