import random
from html import unescape
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from monitor.feeds.plain import _parsed, clean, to_plain
from monitor.feeds.signs import HIDDEN, USUAL, decoded, plain_signs
from monitor.feeds.tame_markup import BLOCKS, ENDED_BY, INLINE, MAX_DEPTH, VOID, tame_text

NAMES = [
    *BLOCKS,
    *INLINE,
    "iframe",
    "script",
    "style",
    "nav",
    "video",
    "svg",
    "path",
    "button",
    "source",
    "select",
    "x-y",
    "/p",
    "/b",
    "P",
    "Br",
    "/hr",
    "/br",
]
ATTRIBUTES = [
    "", "", "", "", ' href="http://x.example/?a=1&b=2"', " class='a b'", " hidden", ' style="color: red"', " a=b",
    ' style="display:none"', ' STYLE="DISPLAY : none"', ' style="overflow: hidden"', ' title="a > b"', ' title=it\'s',
    ' data-hidden="1"', ' style="d&#105;splay:none"', ' alt="x" / ', ' x="1"y="2"',
    ' style="isplay-d"', " style=display:none",
]  # fmt: skip
TEXTS = [
    "a", "word ", " ", "\n", "", "a\n b", "&amp;", "&lt;b&gt;", "&nbsp;", "&apos;", "&#8217;", "&#150;", "&#x2014;",
    "AT&T", "a & b", "&copy 2026", "&am", "p;", "5 < 6", "<!-- a -->", "<!-- a -- b -->", "<!---->", "&notit;",
    "ü", "&bogus;", "<", "&#0;", "&#1114112;", "&#x1F600;", "<![CDATA[x]]>", "]]>",
    "&", "&#", "</p>", "hidden ", "&#65533;", "&zwj;",
]  # fmt: skip


@st.composite
def documents(draw):
    """Elements in one another, most of them as they should be, with texts and tags in places where they should not."""
    rng = random.Random(draw(st.integers()))
    unkempt = draw(st.booleans())

    def element(depth: int) -> str:
        name = rng.choice(NAMES if unkempt else BLOCKS + INLINE)
        end = "" if name in VOID or (unkempt and rng.random() < 0.1) else f"</{name}>"
        inside = "".join(
            element(depth + 1) if depth < 4 and rng.random() < 0.4 else rng.choice(TEXTS if unkempt else TEXTS[:17])
            for _ in range(rng.randint(0, 3))
        )
        return f"<{name}{rng.choice(ATTRIBUTES if unkempt else ATTRIBUTES[:6])}>{inside}{end}"

    return "".join(element(0) if rng.random() < 0.6 else rng.choice(TEXTS) for _ in range(rng.randint(1, 5)))


@given(documents())
def test_tame_markup_gives_what_the_parser_gives(markup):
    """Where no parser is asked, it would have found the very same text."""
    text = tame_text(markup)

    if text is not None:
        assert clean(text) == clean(_parsed(markup))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p>\n<p>Two <b>three</b></p>", "\nOne\n\n\nTwo three\n"),
        ('a<img src="x"/>b<br />c', "ab\nc"),
        ("<!-- wp:paragraph --><P>x &amp; y</P>", "\nx & y\n"),
        ('<p>a</p><iframe src="x">b</iframe>c', "\na\nc"),
        ('a<svg><path d="M0"/><g>b</g></svg>c<br></br>', "ac\n\n"),
    ],
)
def test_usual_markup_is_tame(markup, text):
    """What blogs and newspapers write takes no parser."""
    assert tame_text(markup) == text


@pytest.mark.parametrize(
    "markup",
    [
        "<div>a<p>b</div>", "a</p>", "<svg></b></svg>", "<svg><g>a", "<p hidden>a</p>",
        "<p><p>a</p>b</p>c", "<b>" + "<video></video>" * (MAX_DEPTH + 1), "<p style='DISPLAY: none'>a</p>",
        "<p>a &notit; b</p>", "<p>&am</p>p;", "<p>a < b</p>", '<a title="x>y">a</a>', "<script>'<b>'</script>", "<p",
        "<b>" * (MAX_DEPTH + 1), "&am<!-- -->p;<b>a</b>", "<<!-- -->b>",
    ],
)  # fmt: skip
def test_odd_markup_is_left_to_the_parser(markup):
    """Whatever a parser might see otherwise is not guessed at."""
    assert tame_text(markup) is None


@given(st.text(st.sampled_from("&#;amplt38gxA "), max_size=30))
def test_references_are_decoded_once(text):
    """Whatever a decoded reference makes with its neighbours is text."""
    signs = decoded(text)

    assert signs is None or signs == plain_signs(unescape(text))


@pytest.mark.parametrize(
    "text", ["&amp;lt; &amp;#38; a&nbsp;b&shy;c", "&&#35;38;&amp;#38;", "&amp;&#38;#38;", "&lt;&amp;lt;"]
)
def test_decoded_references_are_no_references(text):
    """An ampersand that was a reference begins none."""
    assert decoded(text) == plain_signs(unescape(text))


@pytest.mark.parametrize("reference", ["&#x2028;", "&#8233;"])
def test_line_ends_as_references_keep_words_apart(reference):
    """A line separator that is written as a reference ends the line; it does not join two words."""
    assert to_plain(f"<p>one{reference}two</p>", is_html=True) == "one\ntwo"


@pytest.mark.parametrize(
    "piece",
    ["<p ", "<p a=", '<p a="', "<!--", "<!-- -", "&#1", "<script>", '<p style="', "<p style=\"d", "<", "<p a=b ", "&a"],
)  # fmt: skip
def test_hostile_markup_takes_time_in_proportion(piece):
    """No beginning that never ends makes the expressions run for long."""
    assert len(to_plain("<b>x</b>" + piece * (200_000 // len(piece)), is_html=True)) <= 100_000


def test_boxes_that_end_others_are_known():
    """Wherever the parser ends a box because another one begins, the short way knows it."""
    for old, new in product((name for name in BLOCKS if name not in VOID), BLOCKS + INLINE):
        page = etree.fromstring(f"<html><body><div><{old} id='old'>a<{new} id='new'>b", etree.HTMLParser())
        if not page.xpath("//*[@id='old']//*[@id='new']"):
            assert old in ENDED_BY.get(new, ())


def test_usual_signs_hide_nothing():
    """No sign that is passed over quickly is hidden, or a space or line break of another kind."""
    usual = [sign for sign in map(chr, range(0x110000)) if USUAL.fullmatch(sign)]

    assert len(usual) > 30_000
    assert not HIDDEN.search("".join(usual))
    assert "".join(usual).split(" ")[1].split("\n") == "".join(usual).split(" ")[1].splitlines()
    assert [sign for sign in usual if sign.isspace()] == ["\n", " "]
