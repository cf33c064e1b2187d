"""Web pages that come where a feed was expected: recognised, and described so that the user knows what to do."""

import re

from monitor.feeds.discover import discover

PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


def looks_like_page(body: bytes) -> bool:
    """Whether the document is HTML."""
    return bool(PAGE.search(body[:5000].replace(b"\x00", b"")))


def describe_page(body: bytes, url: str) -> str:
    """One sentence for people: that this is a page, and where it says its feed is."""
    found = discover(body, url)
    if found:
        return f"this is a web page (HTML), not a feed; it names {found[0].url} as its feed"
    return "this is a web page (HTML), not a feed: look for the feed's own address on it"
