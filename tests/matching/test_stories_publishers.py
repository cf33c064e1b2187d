"""Who counts as one voice."""

import pytest

from monitor.matching.stories import publisher_key


@pytest.mark.parametrize(
    ("url", "outlet", "expected"),
    [
        ("https://www.example.com/news/1", None, "example.com"),
        ("https://edition.example.com/a?b=c", "Example", "example.com"),
        ("https://news.example.co.uk/1", None, "example.co.uk"),
        ("https://example.com.tr/1", None, "example.com.tr"),
        ("https://amp.example.org:8443/1", None, "example.org"),
        ("https://velmora.blogspot.com/1", None, "velmora.blogspot.com"),
        ("https://co.uk/1", None, "co.uk"),
        ("http://192.0.2.7/feed", None, "192.0.2.7"),
        ("http://[2001:db8::1]/feed", None, "2001:db8::1"),
        ("https://EXAMPLE.com./1", None, "example.com"),
        ("https://news.google.com/rss/articles/x", "The Velmora Courier", "velmora-courier"),
        (None, "Velmora Courier", "velmora-courier"),
        (None, "  the VELMORA  courier ", "velmora-courier"),
        ("https://news.google.com/rss/articles/x", None, "google.com"),
        ("http://[broken", "Courier", "courier"),
        (None, None, ""),
    ],
)
def test_publisher_key(url: str | None, outlet: str | None, expected: str) -> None:
    """The registered domain, or the outlet where the address belongs to somebody who only hands on."""
    assert publisher_key(url, outlet) == expected
