import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.plain import KNOWN, cut, to_line, to_plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<b>bo</b>ld", "bold"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("a <!-- hidden --> b", "a b"),
        ('<span style="display: none">keywords</span>seen', "seen"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("x <y and z", "x <y and z"),
        ("I <3 Baghdad", "I <3 Baghdad"),
        ("<img src=x onerror=alert(1)", ""),
        ("a\u200bb\u202ec\u00add\ufeff", "abcd"),
        ("a\x00b\x1bc\x9fd", "abcd"),
        ("one\u2028two\x0bthree\u0085four", "one\ntwo\nthree\nfour"),
        ("a\u00a0 \t b", "a b"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("", ""),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup, text):
    """Markup goes, blocks become lines, entities become letters, hidden things vanish."""
    assert text == to_plain(markup, is_html=True)


def test_text_that_is_declared_plain_is_still_stripped():
    """Feeds often declare escaped markup as text; it is read as markup all the same."""
    assert to_plain("<p>Two <b>rockets</b></p>", is_html=False) == "Two rockets"
    assert to_plain("Tom &amp; Jerry &#8217;s", is_html=False) == "Tom & Jerry ’s"


def test_plain_text_keeps_its_signs():
    """A less-than sign that opens no element is text."""
    assert to_plain("attacks < 25 & > 3", is_html=False) == "attacks < 25 & > 3"


def test_lines_are_one_line():
    """Titles hold no line breaks and end at a word when they are cut."""
    assert to_line("a\r\nBcc: b\u2028c", is_html=False) == "a Bcc: b c"
    assert to_line("word " * 200, is_html=False, limit=20) == "word word word…"


def test_zero_width_letters_of_arabic_stay():
    """Arabic and Persian letters survive; only what is invisible goes."""
    assert to_plain("كتائب حزب الله ٢٥", is_html=True) == "كتائب حزب الله ٢٥"


def test_deep_nesting_ends():
    """Ten thousand nested elements are read or cut, never a crash."""
    assert isinstance(to_plain("<div>" * 10_000 + "x", is_html=True), str)


@given(
    st.text(alphabet=st.sampled_from("<>/!-&;#x0aibpimgscript= \"'\n\u200b\u202e\x00\x1b"), max_size=60), st.booleans()
)
def test_nothing_that_comes_out_is_markup(text, is_html):
    """Whatever goes in: no element, no comment, no control character comes out."""
    plain = to_plain(text, is_html=is_html)

    assert not re.search(rf"<\s*/?\s*(?:{KNOWN})(?![\w-])|<!--", plain, re.IGNORECASE)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", plain)


@pytest.mark.parametrize("tag", ["<p>", "<br/>", '<p class="x">', "<p hidden>", "<div><p>", "<b>", "<li>"])
def test_what_is_cut_off_anyway_need_not_be_read(tag):
    """Of markup many times too long only the beginning is read, and gives the same text as the whole."""
    markup = "".join(f"{tag}word {number} &amp; more" for number in range(400))

    assert to_plain(markup, is_html=True, limit=300) == cut(to_plain(markup, is_html=True, limit=100_000), 300)
