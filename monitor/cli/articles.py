"""An article from wherever a person has it: an address, a saved page, Markdown or plain text."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from monitor.config import FetchSettings
from monitor.errors import BaselineError
from monitor.feeds.article import Article

PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCED = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([^\n]+)\n(?:=+|-+)[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)\n]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)\n]*\)|\[[^\]]*\])")
_DEFINITION = re.compile(r"^[ \t]*\[[^\]]+\]:[ \t]*\S+.*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\]]+\]")
_MARKER = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+|\d+[.)][ \t]+)?", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1")


def article_from(source: str, fetch: Callable[[], FetchSettings]) -> tuple[Article, str | None]:
    """The article at an address or in a file, and its address if it has one; BaselineError says why there is none.

    `fetch` gives the limits, and is asked for an address alone.
    """
    if source.startswith(("http://", "https://")):
        return _from_address(source, fetch()), source
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix in PAGE_SUFFIXES:
        return _checked(_page(_read_bytes(path), None), source), None
    from monitor.cli.init_files import read_text

    text = read_text(path)
    if suffix in MARKDOWN_SUFFIXES:
        return from_markdown(text), None
    if re.match(r"\s*<(?:!doctype\s+html|html)\b", text, re.IGNORECASE):
        return _checked(_page(text, None), source), None
    return Article(text=text), None


def from_markdown(text: str) -> Article:
    """The article of a Markdown text: its first heading is the title, markup goes, words stay."""
    text = _FRONT_MATTER.sub("", text.replace("\r\n", "\n"))
    text = _UNDERLINED.sub(r"# \1", _FENCED.sub("", text))
    title = next((found[1] for found in _HEADING.finditer(text)), None)
    for pattern, kept in ((_IMAGE, ""), (_LINK, r"\1"), (_DEFINITION, ""), (_FOOTNOTE, ""), (_RULE, "")):
        text = pattern.sub(kept, text)
    body = _HEADING.sub(lambda found: "" if found[1] == title else found[1], text)
    return Article(text=_plain(_MARKER.sub("", body)).strip() + "\n", title=_plain(title).strip() if title else None)


def _plain(text: str) -> str:
    """The text without emphasis, at any depth."""
    before = ""
    while before != text:
        before, text = text, _EMPHASIS.sub(r"\2", text)
    return text


def _from_address(url: str, fetch: FetchSettings) -> Article:
    from monitor.cli.options import utc_now
    from monitor.errors import FetchError
    from monitor.feeds.pages import PageFetcher

    async def ask() -> bytes:
        async with PageFetcher(fetch, utc_now) as fetcher:
            return (await fetcher.get(url)).body

    try:
        body = asyncio.run(ask())
    except FetchError as exc:
        raise BaselineError(f"{url}: {exc}; save the page and name the file") from exc
    return _checked(_page(body, url), url)


def _page(html: bytes | str, url: str | None) -> Article:
    from monitor.feeds.article import read_article

    return read_article(html, url)


def _checked(article: Article, source: str) -> Article:
    if not article.text.strip():
        raise BaselineError(f"{source}: no article's text found on the page; save the text alone and name that file")
    return article


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise BaselineError(f"{path}: cannot be read ({exc.strerror}), name a file with the article") from exc
