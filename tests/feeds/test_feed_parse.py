import json
from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed
from monitor.model import ParsedFeed

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
URL = "https://tigris.example/news/feed"


def parse(body: str | bytes, **options) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, url=URL, now=NOW, **options)


def rss(*items: str, head: str = "<title>Tigris Times</title>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def test_rss_item_becomes_a_report():
    """Each field of an RSS item arrives as plain text in its place."""
    feed = parse(
        rss(
            "<item><guid isPermaLink='false'>t-1</guid><title>Rockets &amp;amp; drones</title>"
            "<link>/2026/rockets?utm_source=rss&amp;id=7</link><pubDate>Wed, 04 Mar 2026 10:00:00 +0300</pubDate>"
            "<description><![CDATA[<p>Two <b>rockets</b>.</p><p>No one hurt.</p>]]></description>"
            "</item>",
            head="<title>Tigris Times</title><language>en-US</language><ttl>45</ttl>",
        )
    )
    [report] = feed.reports

    assert feed.title == "Tigris Times"
    assert feed.format == "rss20"
    assert feed.ttl_s == 2700
    assert report.key == "t-1"
    assert report.title == "Rockets & drones"
    assert report.summary == "Two rockets.\nNo one hurt."
    assert report.url == "https://tigris.example/2026/rockets?id=7"
    assert report.published == datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
    assert report.published_raw == "Wed, 04 Mar 2026 10:00:00 +0300"
    assert report.outlet == "Tigris Times"
    assert report.language == "en-us"


def test_atom_entry_becomes_a_report():
    """Atom ids, links, both dates and content are read."""
    feed = parse(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>دجلة</title>'
        "<entry><id>urn:x:1</id><title>قاعدة</title>"
        '<link rel="enclosure" href="http://x.example/a.mp3"/><link href="http://x.example/1"/>'
        "<published>2026-03-01T08:00:00Z</published><updated>2026-03-02T08:00:00Z</updated>"
        '<content type="html">&lt;p&gt;نص&lt;/p&gt;</content></entry></feed>'
    )
    [report] = feed.reports

    assert feed.format == "atom10"
    assert report.key == "urn:x:1"
    assert report.url == "http://x.example/1"
    assert report.content == "نص"
    assert report.published == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert report.updated == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert report.language == "ar"


def test_rdf_item_becomes_a_report():
    """RSS 1.0 is read, its items being beside the channel."""
    feed = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://x.example/"><title>X</title></channel>'
        '<item rdf:about="http://x.example/1"><title>Handover</title><link>http://x.example/1</link>'
        "<dc:date>2026-03-01</dc:date></item></rdf:RDF>"
    )

    assert feed.format == "rss10"
    assert feed.reports[0].title == "Handover"
    assert feed.reports[0].published == datetime(2026, 3, 1, tzinfo=UTC)


def test_json_feed_is_read_item_by_item():
    """A JSON Feed is read by its own reader; an item that is none is counted and left out."""
    items = [{"id": 7, "url": "http://x.example/7", "title": "A", "content_html": "<p>Text</p>"}, "junk", None]
    feed = parse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items}))

    assert feed.format == "json11"
    assert feed.skipped == 2
    assert [(report.key, report.content) for report in feed.reports] == [("7", "Text")]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("<!doctype html><html><body>Log in</body></html>", "not_a_feed", "web page"),
        ("  \n", "empty", "empty"),
        ('{"error": "no"}', "not_a_feed", "not a JSON Feed"),
        ('{"items": [', "damaged", "damaged JSON"),
        ("hello", "not_a_feed", "not an RSS"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not_a_feed", "not an RSS"),
    ],
)
def test_what_is_no_feed_is_said_in_a_sentence(body, kind, words):
    """Anything that is not a feed gives a ParseError whose sentence says what it is."""
    with pytest.raises(ParseError, match=words) as caught:
        parse(body)

    assert caught.value.kind == kind


def test_body_is_never_taken_for_a_file_name():
    """A document that is the name of a file opens no file."""
    with pytest.raises(ParseError):
        parse("/etc/passwd")


def test_empty_feed_is_a_feed():
    """A feed without items is a valid answer, not an error."""
    assert parse(rss()).reports == ()


def test_damaged_item_leaves_its_neighbours():
    """Control characters, broken dates and markup in one item harm no other, and not even the item itself."""
    bad = "<item><guid>b</guid><title>x\x0b\x00 <b>y</title><pubDate>0000-00-00</pubDate><link>java\nscript:x</link>"
    bad += "</item>"
    good = "<item><guid>{}</guid><title>Good</title></item>"
    feed = parse(rss(good.format("a"), bad, good.format("c")))

    assert {"a", "c"} <= {report.key for report in feed.reports}


def test_key_is_guid_else_link_else_text():
    """A report's key is the best that its item has to offer."""
    feed = parse(
        rss(
            "<item><guid isPermaLink='false'>g</guid><link>http://x.example/1</link></item>",
            "<item><link>http://x.example/2?fbclid=3</link><title>A</title></item>",
            "<item><title>Only a title</title></item>",
        )
    )
    keys = [report.key for report in feed.reports]

    assert keys[:2] == ["g", "http://x.example/2"]
    assert keys[2].startswith("text:")


def test_relative_guid_stays_as_written():
    """A guid is not made absolute: the key must stay when the feed moves."""
    assert parse(rss("<item><guid>17</guid><title>A</title></item>")).reports[0].key == "17"


def test_items_that_share_a_guid_are_all_kept():
    """A feed that gives all items one guid loses none of them; the same item twice is one."""
    item = "<item><guid isPermaLink='false'>same</guid><title>{0}</title><link>http://x.example/{0}</link></item>"
    feed = parse(rss(*(item.format(name) for name in ("a", "b", "b", "c"))))

    assert [r.key for r in feed.reports] == ["http://x.example/a", "http://x.example/b", "http://x.example/c"]


def test_source_element_names_the_outlet():
    """An aggregated item names its publisher, and the headline loses the name at its end."""
    feed = parse(
        rss("<item><title>Hit - Al-Monitor</title><source url='https://al-monitor.com'>Al-Monitor</source></item>"),
        publisher="News search",
    )

    assert feed.reports[0].outlet == "Al-Monitor"
    assert feed.reports[0].title == "Hit"


def test_entries_are_limited():
    """A flood of items is read up to the limit."""
    many = rss(*(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(30)))

    assert len(parse(many, max_entries=10).reports) == 10


LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("document_type", "entity"),
    [
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        ('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">', "&x;"),
        (f"<!DOCTYPE rss [{LAUGHS}]>", "&l9;"),
        (f'<!DOCTYPE rss [<!ENTITY x "{"k" * 20_000}">]>', "&x;" * 20_000),
    ],
    ids=["file", "fetch", "billion laughs", "quadratic"],
)
def test_entities_and_document_types_are_not_followed(document_type, entity):
    """External entities read no file, document types are not fetched, nested and repeated ones stay small."""
    item = f"<item><guid>1</guid><title>A {entity}</title></item>"
    [report] = parse(f'<?xml version="1.0"?>{document_type}<rss version="2.0"><channel>{item}</channel></rss>').reports

    assert "root:" not in report.title
    assert len(report.title) <= 500


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "iso-8859-6", "utf-16"])
def test_encodings_are_honoured(encoding):
    """A feed is read in the encoding that it declares."""
    body = f'<?xml version="1.0" encoding="{encoding}"?>' + rss("<item><title>بغداد</title></item>").partition("?>")[2]

    assert parse(body.encode(encoding)).reports[0].title == "بغداد"


def test_broken_xml_still_gives_its_items():
    """An unescaped ampersand or a missing end does not cost the items that are there."""
    body = rss("<item><guid>1</guid><title>Oil & gas</title></item>", "<item><guid>2</guid><title>Two</title>")

    assert [report.key for report in parse(body).reports] == ["1", "2"]
