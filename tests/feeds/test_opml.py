import pytest

from monitor.errors import ParseError
from monitor.feeds.opml import read_opml, write_opml
from monitor.model import FeedSource

OPML = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="Iraq">
<outline type="rss" text="A" xmlUrl="http://a.example/f" category="/press,local"/>
<outline title="again" xmlUrl="http://a.example/f"/><outline text="bad" xmlUrl="javascript:alert(1)"/>
<outline text="&lt;b&gt;B&lt;/b&gt;" xmlurl="feed://b.example/f"/></outline></body></opml>"""


def test_outlines_become_feeds():
    """Folders and categories become tags, titles text; each address comes once, others than http(s) not at all."""
    assert read_opml(OPML) == [
        FeedSource(url="http://a.example/f", title="A", tags=("Iraq", "press", "local")),
        FeedSource(url="http://b.example/f", title="B", tags=("Iraq",)),
    ]


def test_written_lists_read_back():
    """What is exported imports as the same feeds."""
    sources = [FeedSource(url="http://a.example/f?a=1&utm_source=b", title='"A" & B', tags=("x", "y"), language="ar")]

    assert sources == read_opml(write_opml(sources).encode())


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;" xmlUrl="http://a/"/></body></opml>',
        b'<!DOCTYPE opml [<!ENTITY x "lol">]><opml><body/></opml>',
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE opml +AFsAPAAh-ENTITY x "y"+AD4AXQA+-<opml></opml>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE opml SYSTEM "http://127.0.0.1:9/"><opml/>'.encode("utf-16"),
        b"<html><body>no</body></html>",
        b"",
        b"\x00\x01\x02",
        b"x" * 6_000_000,
    ],
    ids=["file", "entity", "hidden", "fetch", "page", "empty", "bytes", "large"],
)
def test_anything_else_is_refused(document):
    """Document types, entities, other documents and huge ones are errors with a sentence."""
    with pytest.raises(ParseError):
        read_opml(document)


def test_deep_and_long_lists_are_bounded():
    """Folders nested a thousandfold and titles of a megabyte neither crash nor come through whole."""
    deep = b"<opml><body>" + b'<outline text="t">' * 1000 + b"</body></opml>"
    long = f'<opml><body><outline text="{"x" * 1_000_000}" xmlUrl="http://a.example/"/></body></opml>'.encode()

    assert read_opml(deep) == []
    [source] = read_opml(long)
    assert len(source.title or "") <= 200
