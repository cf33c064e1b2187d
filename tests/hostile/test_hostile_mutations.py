"""Feeds changed at random: the parser gives reports or a ParseError, and nothing else."""

import random
from datetime import UTC, datetime

import pytest
from hostile_documents import documents

from monitor.demo.corpus import load_corpus
from monitor.demo.documents import feed_document
from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TOKENS = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE", b"<?xml ?>",
    b"\x00",
    b"\xff", b"\xfe\xff", b"</item>", b"<item>", b"<entry>", b"</channel>", b'"', b"'", b"=", b"xmlns:",
    b"xml:base='http://['",
    b"encoding='utf-16'", b"&undefined;", b"<title>", b"</title>", b"{", b"}", b"\xc3", b"\xf0\x9f", b"\r",
    b"0000-00-00",
    b"type='base64'", b"<svg>", b"<source url=''>", b"<content:encoded>", b"<itunes:summary>", b"<media:title>",
)  # fmt: skip


def seeds(count: int) -> list[bytes]:
    """Documents of the demonstration's outlets, a few items each, and the small hostile ones."""
    corpus = load_corpus()
    found = [case.body for case in documents() if not case.slow and len(case.body) < 5000]
    for outlet in corpus.outlets:
        items = corpus.held(outlet, 99)
        found += [feed_document(outlet, items[start : start + 3])[0] for start in range(len(items))]
    return found[-count:]


def mutated(body: bytes, rng: random.Random) -> bytes:
    """The document with one to four changes: cut, copied, overwritten, or with a token where none should be."""
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(body) + 1), rng.randint(0, 40)
        kind = rng.randrange(5)
        if kind == 0:
            body = body[:at] + body[at + length :]
        elif kind == 1:
            body = body[:at] + body[at : at + length] * rng.randint(2, 5) + body[at + length :]
        elif kind == 2:
            body = body[:at] + rng.randbytes(rng.randint(1, 4)) + body[at + length :]
        elif kind == 3:
            body = body[:at] + rng.choice(TOKENS) + body[at:]
        else:
            body = body[:at]
    return body


def check(documents: list[bytes], times: int) -> None:
    rng = random.Random(11)
    for body in documents:
        for _ in range(times):
            changed = mutated(body, rng)
            try:
                parse_feed(changed, url="http://x.example/feed", now=NOW)
            except ParseError:
                continue
            except Exception as exc:
                raise AssertionError(f"{exc!r} on {changed!r}") from exc


def test_changed_feeds_raise_nothing_else():
    """Twenty documents in thirty variants each."""
    check(seeds(200)[::10], 30)


@pytest.mark.slow
def test_many_changed_feeds_raise_nothing_else():
    """Two hundred documents in a hundred variants each."""
    chosen = seeds(200)

    assert len(chosen) == 200
    check(chosen, 100)
