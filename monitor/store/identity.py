"""When two items are the same: by address, by words. Pure; the rules are told in docs/decisions.md."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from monitor.model import Report

_USUAL = re.compile(r"https?://([a-z0-9][a-z0-9.-]*[a-z0-9])(/[!\"$->@-~]*)?(\?[!\"$-~]+)?(?:#[!-~]*)?")
_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256))


def address_of(url: str | None) -> str | None:
    """The page's address without what does not name the page; None for a site's front page, which names no report."""
    if not url:
        return None
    usual = _USUAL.fullmatch(url)
    if usual is not None:  # the same, several times as fast
        host, path, query = usual.group(1, 2, 3)
        path = (path or "").rstrip("/")
        return f"{host.removeprefix('www.')}{path}{query or ''}" if path or query else None
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[" and the like: no address to compare
        return None
    path = parts.path.rstrip("/")
    if not parts.hostname or not (path or parts.query):
        return None
    host = parts.hostname.removeprefix("www.")
    return f"{host}{path}" + (f"?{parts.query}" if parts.query else "")


def words_hash(*texts: str) -> str:
    """A short hash of the words alone: the same for texts that differ in case, space, marks or letter form."""
    text = " \n ".join(texts)
    if text.isascii():  # the same, several times as fast
        words = b" ".join(text.encode().translate(_ASCII_WORDS).split())
    else:
        folded = _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
        words = folded.encode("utf-8", "replace")
    return hashlib.blake2b(words, digest_size=12).hexdigest()


def exact_hash(text: str) -> str:
    """A short hash of the very letters."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def report_hash(report: Report) -> str:
    """The hash of everything of a report that is matched."""
    return words_hash(report.title, report.summary, report.content)


def publisher_of(report: Report, feed_publisher: str | None, feed_title: str | None, feed_url: str) -> str:
    """Whom to count as the publisher, as people say it."""
    named = report.outlet or feed_publisher or feed_title
    return named or _host(report.url) or _host(feed_url) or feed_url


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
