"""The text of an article's page, without what stands around it."""

from monitor.feeds.plain import MAX_CONTENT_CHARS, to_line, to_plain

MAX_PAGE_CHARS = 5_000_000


def extract_article(html: bytes | str, url: str) -> tuple[str | None, str]:
    """Title and text of a page's article; the text is empty when there is none."""
    # Half a second to import, and most runs never read a page.
    from trafilatura import bare_extraction

    found = bare_extraction(html[:MAX_PAGE_CHARS], url=url, with_metadata=True, include_comments=False)
    title, text = getattr(found, "title", None), getattr(found, "text", None)
    return to_line(title or "", is_html=False) or None, to_plain(text or "", is_html=False, limit=MAX_CONTENT_CHARS)
