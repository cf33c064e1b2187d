from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed
from monitor.feeds.salvage import repair

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
GOOD = "<item><guid>{}</guid><title>Base {}</title></item>"
BAD = [
    "<item><guid>b</guid><title>x &#xD800; y</title></item>",
    "<item><guid>b</guid><title>x &#55357;&#xDE00; y</title></item>",
    "<item><guid>b</guid><title>x &#x110000; &#0; &#xFFFFFFFFF; y</title></item>",
    '<item xml:base="http://[::1"><guid>b</guid><link>a</link><title>y</title></item>',
    "<item><guid>b</guid><title>\x00\x1b[31m\x07 y</title></item>",
    "<item><guid>b</guid><title>y</title><pubDate>99999999999999999999</pubDate></item>",
    '<item><guid>b</guid><content:encoded mode="base64" type="application/x">%%%</content:encoded></item>',
    "<item><guid>b</guid><title>unclosed",
]


@pytest.mark.parametrize("encoding", [None, "utf-8", "punycode", "undefined", "\x00"])
@pytest.mark.parametrize("bad", BAD)
def test_good_neighbours_survive(encoding, bad):
    """One damaged item, in a document of whatever alleged encoding, takes no good one with it."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    body = f'{head}<rss version="2.0"><channel>{GOOD.format(1, 1)}{bad}{GOOD.format(2, 2)}</channel></rss>'
    feed = parse_feed(body.encode("utf-8", "surrogatepass"), url="http://x.example/", now=NOW)
    titles = {report.key: report.title for report in feed.reports}

    assert titles["1"] == "Base 1"
    assert "2" in titles or "unclosed" in bad


def test_repair_keeps_what_is_allowed():
    """References to real characters stay; those to surrogates, controls and beyond go."""
    assert repair(b"&#65;&#x1F600;&#10;&#xD800;&#0;&#x110000;\x00\x08") == b"&#65;&#x1F600;&#10;"


def test_nothing_to_salvage_is_still_an_error():
    """A broken document without items stays what it was: damaged."""
    with pytest.raises(ParseError):
        parse_feed(b"\xff\xfe<\x00r\x00" + b"&#xD800;" * 3, url="http://x.example/", now=NOW)
