import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.links import clean_url


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("http://x.example/a?utm_source=rss&id=3&fbclid=abc", "http://x.example/a?id=3"),
        ("HTTPS://X.Example/A", "https://x.example/A"),
        ("http://x.example", "http://x.example/"),
        ("/rel?a=1", "https://base.example/rel?a=1"),
        (" http://x.example/a\nb ", "http://x.example/ab"),
        ("http://x.example/a b", "http://x.example/a%20b"),
        ("http://x.example/a#frag", "http://x.example/a#frag"),
        ("http://user:pw@x.example/a", "http://x.example/a"),
        ("http://x.example/خبر", "http://x.example/خبر"),
        ("http://x.example/?CMP=share&at_medium=RSS&q=a%20b", "http://x.example/?q=a%20b"),
    ],
)
def test_links_are_kept_without_what_counts_clicks(raw, clean):
    """Tracking parameters, names and passwords, spaces and line breaks go; the rest stays as it was."""
    assert clean == clean_url(raw, "https://base.example/feed")


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "JaVaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd",
     "mailto:a@b.c", "http://", "http://[::1", "http://x.example:99999/", "http://a\\@b/", "x", "", None,
     "http://x.example/" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_link_to_a_page_is_none(raw):
    """Other schemes, broken and endless addresses are not kept."""
    assert clean_url(raw) is None


@given(st.text(max_size=60))
def test_no_text_raises_and_links_are_one_line(text):
    """Whatever a feed writes as link: None, or an http(s) address without spaces, breaks or quotes."""
    url = clean_url("http://x.example/" + text)

    assert url is None or (url.startswith("http://x.example") and not any(c in url for c in ' \t\r\n"<>\\\u2028'))
    clean_url(text)


@given(st.text("http:/x.e?#&=;@%utm_source1A\\ ", max_size=40), st.booleans())
def test_usual_links_are_what_the_other_rules_keep(text, has_base):
    """The short way through plain addresses changes none of them: a line break, which is dropped, closes it."""
    base = "http://base.example/a/b?c" if has_base else None
    url = "http://x.example" + text

    assert clean_url(url, base) == clean_url(url[:4] + "\n" + url[4:], base)
