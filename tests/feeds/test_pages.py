from monitor.feeds.article import extract_article
from monitor.feeds.discover import discover

PAGE = b"""<!doctype html><html><head><base href="https://tigris.example/en/">
<link rel="alternate" type="application/rss+xml" title="All &lt;b&gt;news&lt;/b&gt;" href="rss?x=1">
<link rel="stylesheet alternate" type="application/atom+xml" href="/atom">
<link rel="alternate" type="application/json+oembed" href="/oembed"><link rel="alternate" type="application/rss+xml">
</head><body><a href="/feed/">RSS</a><a href="/feeding-the-poor">no</a><a href="javascript:alert(1)">no</a>
</body></html>"""
SENTENCE = "The coalition handed the base over to the Iraqi army on Sunday, two officers told the paper in Kirkuk. "


def test_feeds_of_a_page_are_found():
    """Declared feeds come first, links that look like feeds after them, all absolute and with titles as text."""
    found = discover(PAGE, "https://tigris.example/")

    assert [(feed.url, feed.title, feed.kind) for feed in found] == [
        ("https://tigris.example/en/rss?x=1", "All news", "RSS"),
        ("https://tigris.example/atom", None, "Atom"),
        ("https://tigris.example/feed/", "RSS", "link"),
    ]


def test_page_without_feeds_gives_none():
    """Nothing is made up: an empty or broken page has no feeds."""
    assert discover(b"", "https://x.example/") == []
    assert discover("<p>text", "https://x.example/") == []
    assert discover(b"\x00\xff\x00", "https://x.example/") == []


def test_article_is_extracted_from_its_page():
    """The text of an article comes without menus and footers, as plain text."""
    body = "".join(f"<p>{number}. {SENTENCE}</p>" for number in range(6))
    head = "<head><title>Base handed over</title></head>"
    page = f"<html>{head}<body><nav>Home</nav><article>{body}</article></body></html>"
    title, text = extract_article(page, "https://tigris.example/1")

    assert title == "Base handed over"
    assert text.count(SENTENCE.strip()) == 6
    assert "Home" not in text


def test_page_without_article_gives_nothing():
    """Where there is no article, the text is empty."""
    assert extract_article("", "https://x.example/") == (None, "")
    assert extract_article(b"\x00\x01", "https://x.example/") == (None, "")
