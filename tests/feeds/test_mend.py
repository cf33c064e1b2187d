import random
import time
from datetime import UTC, datetime

import pytest

from monitor.feeds.fast_reader import read_fast
from monitor.feeds.feedparser_reader import read_xml
from monitor.feeds.mend import mend, without_gap
from monitor.feeds.parse import parse_feed

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'


def feed(title: str, text: str = "<![CDATA[<p>Oil & gas &nbsp; rose</p>]]>", link: str = "http://x.example/1") -> bytes:
    item = f"<title>{title}</title><link>{link}</link><description>{text}</description><guid>g</guid>"
    return f'<rss version="2.0"><!-- A & B --><channel><title>X</title><item>{item}</item></channel></rss>'.encode()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (feed("Oil & gas"), feed("Oil &amp; gas")),
        (feed("AT&T &x; &#x;"), feed("AT&amp;T &amp;x; &amp;#x;")),
        (feed("caf&eacute;&nbsp;x"), feed("caf&#233;&#160;x")),
        (feed("a\x0bb\x01c\x1f&#31;&#x0;&#65535;"), feed("abc")),
        (feed("a", link="http://x.example/?a=1&b=2&lt=3"), feed("a", link="http://x.example/?a=1&amp;b=2&amp;lt=3")),
        (feed("&amp;&lt;&#38;&apos; &"), feed("&amp;&lt;&#38;&apos; &amp;")),
    ],
)
def test_usual_mistakes_are_mended(wrong, right):
    """Only what is wrong changes: sections, comments and valid references stay."""
    assert mend(wrong) == right
    assert mend(right) is None
    assert parse_feed(wrong, url="http://x.example/", now=NOW) == parse_feed(right, url="http://x.example/", now=NOW)


@pytest.mark.parametrize("gap", [b"\n", b" \r\n\t", b"\xef\xbb\xbf\n", b"\n" * 500])
def test_spaces_before_the_declaration_are_none_of_the_document(gap):
    """The most frequent mistake of all costs no field."""
    body = DECLARATION + feed("Base handed over")

    assert without_gap(gap + body) == body
    assert without_gap(body) == body
    assert without_gap(b"\n<rss/>") == b"\n<rss/>"
    assert without_gap(b"\xef\xbb\xbf" + body) == b"\xef\xbb\xbf" + body


@pytest.mark.parametrize(
    "body",
    [
        feed("Oil & gas").decode().encode("utf-16"),
        b"<?xml version='1.0' encoding='iso-2022-jp'?>" + "<rss><title>基地 & x</title></rss>".encode("iso-2022-jp"),
        b"nothing & nothing",
    ],
)
def test_other_alphabets_are_left_alone(body):
    """Where a byte may be part of another sign, none is taken out."""
    assert mend(body) is None


def test_names_that_a_document_declares_are_its_own():
    """Entities of a document type are no mistakes."""
    body = b'<!DOCTYPE rss [<!ENTITY x "y">]>' + feed("&x; & z")

    assert mend(body) is None


@pytest.mark.parametrize("piece", [b"<![CDATA[", b"<!--", b"<?", b"&", b"&#x", b"&a", b"<![CDATA[]]>"])
def test_mending_takes_time_in_proportion(piece):
    """Sections that never end are passed over once."""
    begun = time.process_time()
    mend(b"<rss>" + piece * (1_000_000 // len(piece)))

    assert time.process_time() - begun < 2


def test_mended_documents_are_one_to_both_readers():
    """A document damaged at random is the same to the short way and to feedparser once it is mended."""
    rng = random.Random(5)
    taken = 0
    for _ in range(300):
        body = bytearray(DECLARATION + feed("Oil and gas", "Two &amp; three"))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(DECLARATION) + 20, len(body))
            body[at:at] = rng.choice([b"&", b"&nbsp;", b"\x01", b"&#2;", b" & ", b"&x=", b"&eacute", b"\x7f"])
        mended = mend(bytes(body))
        fast = read_fast(mended) if mended else None
        if mended and fast is not None:
            taken += 1
            assert fast == read_xml(mended, url="http://x.example/")

    assert taken > 50
