"""The demonstration's news and its feed server."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping

import feedparser
import pytest

from monitor.demo.corpus import Corpus, Item, load_corpus
from monitor.demo.documents import feed_document
from monitor.demo.server import FeedServer


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_corpus_has_all_kinds_in_both_rounds(corpus: Corpus) -> None:
    """About sixty reports: positives, near misses and noise in each round, copies, and one that is rewritten."""
    kinds = Counter((news.round, news.kind) for news in corpus.news)
    rewritten = [name for name, count in Counter(news.item.id for news in corpus.news).items() if count > 1]
    arabic = [news for news in corpus.news if news.item.language == "ar"]
    copies = [news for news in corpus.news if news.copy_of]

    assert 60 <= len(corpus.news) <= 70
    assert kinds.keys() == {(round_, kind) for round_ in (1, 2) for kind in ("positive", "near miss", "noise")}
    assert len(rewritten) == 1
    assert len(arabic) >= 2
    assert {news.copy_of for news in copies} <= {news.item.id for news in corpus.news}


def test_every_format_of_feed_is_served(corpus: Corpus) -> None:
    """The four outlets write RSS 2.0, Atom, RSS 1.0 and JSON Feed."""
    assert {outlet.format for outlet in corpus.outlets} == {"rss20", "atom10", "rss10", "json11"}


def test_second_round_keeps_the_first(corpus: Corpus) -> None:
    """A feed grows: what it held stays, the rewritten report takes its old place, the newest stands first."""
    for outlet in corpus.outlets:
        before = {item.id for item in corpus.held(outlet, 1)}
        after = [item.id for item in corpus.held(outlet, 2)]
        dates = [item.updated or item.published for item in corpus.held(outlet, 2)]

        assert before < set(after)
        assert len(after) == len(set(after))
        assert dates == sorted(dates, reverse=True)  # type: ignore[type-var]


def test_documents_hold_what_was_put_in(corpus: Corpus) -> None:
    """Titles, keys and summaries survive each format, Arabic and apostrophes too, as feedparser reads them."""
    for outlet in corpus.outlets:
        items = corpus.held(outlet, 2)
        body, _ = feed_document(outlet, items)
        if outlet.format == "json11":
            read = [(item["title"], item["content_text"]) for item in json.loads(body)["items"]]
        else:
            parsed = feedparser.parse(body)
            assert not parsed.bozo
            assert parsed.version == outlet.format
            read = [(entry.title, entry.summary.removeprefix("<p>").removesuffix("</p>")) for entry in parsed.entries]

        assert read == [(item.title, item.summary) for item in items]


def test_markup_in_a_title_is_escaped(corpus: Corpus) -> None:
    """A title with signs of XML does not break its document."""
    item = Item(id="1", title="Q&A: 3 < 5 ]]>", summary="a ]]> b & <i>c</i>", link="https://x.example/?a=1&b=2")
    for outlet in corpus.outlets:
        body, _ = feed_document(outlet, [item])
        title = (
            json.loads(body)["items"][0]["title"]
            if outlet.format == "json11"
            else feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries[0].title
        )

        assert title in (item.title, "Q&A: 3 &lt; 5 ]]>")


def _get(url: str, headers: Mapping[str, str] = {}) -> tuple[int, bytes, str | None]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=5) as answer:
            return answer.status, answer.read(), answer.headers["ETag"]
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read(), exc.headers["ETag"]


def test_server_answers_304_until_the_document_changes() -> None:
    """An unchanged document is not sent twice to whom names its ETag; a changed one is."""
    with FeedServer({"/a": (b"one", "text/xml")}) as server:
        first = _get(server.url("/a"))
        again = _get(server.url("/a"), {"If-None-Match": first[2] or ""})
        server.documents = {"/a": (b"two", "text/xml")}
        changed = _get(server.url("/a"), {"If-None-Match": first[2] or ""})
        missing = _get(server.url("/b"))

    assert (first[0], first[1]) == (200, b"one")
    assert (again[0], again[1]) == (304, b"")
    assert (changed[0], changed[1]) == (200, b"two")
    assert missing[0] == 404
    assert server.answers == {("/a", 200): 2, ("/a", 304): 1, ("/b", 404): 1}
