import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.errors import ParseError
from monitor.feeds.child import ParserChild
from monitor.feeds.parse import ParseJob

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ITEM = b"<item><guid>1</guid><title>Base handed over</title></item>"
RSS = b'<rss version="2.0"><channel>' + ITEM + b"</channel></rss>"
SLOW = b"<rss " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"><channel>" + ITEM + b"</channel></rss>"
JOB = ParseJob(body=RSS, url="http://x.example/", content_type=None, now=NOW, publisher="X", max_entries=9)


def test_child_reads_as_the_parent_does():
    """A document read in the child gives the very same records."""

    async def run() -> None:
        child = ParserChild()
        try:
            assert JOB.run() == await child.parse(JOB)
            with pytest.raises(ParseError, match="web page"):
                await child.parse(replace(JOB, body=b"<!doctype html><html></html>"))
        finally:
            await child.aclose()

    asyncio.run(run())


def test_document_that_takes_for_ever_is_killed():
    """A document that keeps the parser busy ends at the limit, and the next one is read by a new child."""

    async def run() -> None:
        child = ParserChild(wall_limit_s=1.5)
        try:
            with pytest.raises(ParseError) as caught:
                await child.parse(replace(JOB, body=SLOW))
            assert caught.value.kind == "too_slow"
            assert len((await child.parse(JOB)).reports) == 1
        finally:
            await child.aclose()

    asyncio.run(run())


def test_child_that_dies_costs_one_document():
    """If the child is killed from outside, its document fails and the next one is read."""

    async def run() -> None:
        child = ParserChild()
        try:
            await child.parse(JOB)
            assert child._process is not None
            os.kill(child._process.pid, 9)
            with pytest.raises(ParseError):
                await child.parse(JOB)
            assert len((await child.parse(JOB)).reports) == 1
        finally:
            await child.aclose()

    asyncio.run(run())
