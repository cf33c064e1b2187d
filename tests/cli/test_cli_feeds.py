"""Feeds and articles from the command line: what is found, shown, kept, and said when there is nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.cli.articles import from_markdown
from monitor.demo.server import FeedServer

CONFIG = """
baselines = ["bridge.toml"]
[fetch]
per_host_delay_s = 0
allow_private = ["127.0.0.0/8"]
"""
PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"
[[claims]]
id = "B1"
text = "The Harbour Bridge in Larnport reopens on 4 May 2026."
"""
ARTICLE = (
    "The Harbour Bridge in Larnport will reopen on 4 May 2026 after repairs that cost 30 million euros. "
    "Ferry operator Nordlink will stop its line across the bay when the bridge reopens, the town council said. "
    "Before the storm of 2024 the bridge carried 21,000 vehicles a day between Larnport and Saint Brendan."
)


def rss(name: str, *titles: str) -> bytes:
    items = "".join(
        f"<item><guid>{n}</guid><title>{title}</title><pubDate>{n:02} Jan 2026 08:00:00 GMT</pubDate></item>"
        for n, title in enumerate(titles, 1)
    )
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()


PAGE = b"""<html lang="en"><head><title>Bay</title>
<link rel="alternate" type="application/rss+xml" href="/all"><link rel="alternate" type="application/rss+xml"
href="/local"></head><body>Hi</body></html>"""
ANALYSIS = f"""<html lang="en"><head><title>The bridge returns</title><meta name="author" content="Ida Lund">
</head><body><nav><a href="/">Home</a> Subscribe now</nav><article><h1>The bridge returns</h1><p>{ARTICLE}</p>
<p>{ARTICLE.replace("bridge", "crossing")}</p></article><footer>Imprint</footer></body></html>""".encode()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    documents = {
        "/all": (rss("Bay News", "Old one", "Middle one", "\x1b[31mNewest &lt;b&gt;one"), "application/rss+xml"),
        "/local": (rss("Bay News, local", "Fair opens"), "application/rss+xml"),
        "/page": (PAGE, "text/html"),
        "/analysis": (ANALYSIS, "text/html"),
        "/blank": (b"<html><body></body></html>", "text/html"),
    }
    with FeedServer(documents) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "monitor.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "bridge.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "monitor.toml"))
    return tmp_path


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main([*arguments, "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_latest_titles_are_shown_before_a_feed_is_added(
    config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page's first feed is taken, with its newest titles first, clean of escapes, and the page's other feeds."""
    assert main(["feeds", "add", server.url("/page")]) == 0
    out = capsys.readouterr().out

    assert out.splitlines()[0] == f"Bay News: {server.url('/all')}"
    assert out.index("Newest") < out.index("Middle one") < out.index("Old one")
    assert "\x1b" not in out
    assert f"2  {server.url('/local')}" in out
    assert out.splitlines()[-1] == f"added {server.url('/all')}"


def test_another_feed_of_the_page_can_be_picked(
    config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """--pick takes one by its number; a number that is not there names those that are."""
    assert main(["feeds", "add", server.url("/page"), "--pick", "2"]) == 0
    assert [row["url"] for row in rows(capsys, "feeds", "list")] == [server.url("/local")]
    assert main(["feeds", "add", server.url("/page"), "--pick", "3"]) == 2
    assert server.url("/all") in capsys.readouterr().err


def test_history_of_a_feed(config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """`feeds show` tells settings, the next poll with its reason, and the last polls, newest first."""
    url = server.url("/all")
    assert main(["feeds", "add", url, "--tag", "bay", "--full-text"]) == 0
    for _ in range(3):
        assert main(["poll", "--force"]) == 0
    polls = rows(capsys, "feeds", "show", url)
    assert main(["feeds", "show", url]) == 0
    told = capsys.readouterr().out

    assert [(row["result"], row["new_reports"]) for row in polls] == [("unchanged", 0), ("unchanged", 0), ("read", 3)]
    assert "why then:" in told
    assert "pages are read" in told
    assert main(["feeds", "show", "https://nobody.example/"]) == 2


def test_list_says_when_and_why(config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Each feed is listed with its own settings, and why its next poll is when it is."""
    assert main(["feeds", "add", server.url("/all"), "--interval", "7200", "--publisher", "Bay Press"]) == 0
    assert main(["poll"]) == 0
    capsys.readouterr()
    assert main(["feeds", "list"]) == 0
    out = " ".join(capsys.readouterr().out.split())

    assert "every 2 h, as configured" in out
    assert "by Bay Press" in out
    assert rows(capsys, "feeds", "list")[0]["next_poll_why"] == "every 2 h, as configured"


def test_long_lists_are_imported_at_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three thousand feeds come in within a moment, each once, below what was there, comments and all."""
    (config / "feeds.toml").write_text('# mine\n[[feeds]]\nurl = "http://host.example/7"\n', encoding="utf-8")
    outlines = "".join(f'<outline text="n{n}" xmlUrl="http://host.example/{n % 3000}"/>' for n in range(6000))
    (config / "all.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", encoding="utf-8")

    assert main(["feeds", "import", str(config / "all.opml"), "--tag", "new"]) == 0
    assert "added 2999 feeds" in capsys.readouterr().out
    listed = rows(capsys, "feeds", "list")
    assert [row["url"][-2:] for row in listed[:3]] == ["/7", "/0", "/1"]
    assert (config / "feeds.toml").read_text(encoding="utf-8").startswith("# mine\n")


def test_check_explains_each_failure(config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Every feed is tried; each failure is a sentence that says what to do; 3 tells that some went well."""
    urls = [server.url("/all"), server.url("/page"), server.url("/nothing"), "http://10.1.2.3/feed"]
    assert main(["feeds", "check", *urls, "--format", "json"]) == 3
    found = {row["url"]: row["result"] for row in json.loads(capsys.readouterr().out)}

    assert found[urls[0]] == "ok"
    assert f"it names {server.url('/all')} as its feed" in found[urls[1]]
    assert "check it, or look for the feed on the publisher's page" in found[urls[2]]
    assert "allow_private" in found[urls[3]]


def test_profile_from_an_address(config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """A page's article becomes a profile with its title, author and address; what stands around it stays out."""
    assert main(["baseline", "extract", server.url("/analysis"), "--name", "bridge"]) == 0
    profile = capsys.readouterr().out

    assert 'title = "The bridge returns"' in profile
    assert 'author = "Ida Lund"' in profile
    assert f'url = "{server.url("/analysis")}"' in profile
    assert "30 million euros" in profile
    assert "Subscribe" not in profile


def test_profile_from_a_saved_page_and_from_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same from a file, by its suffix; no configuration is needed."""
    (tmp_path / "saved.html").write_bytes(ANALYSIS)
    (tmp_path / "note.md").write_text(f"# The bridge returns\n\n> **{ARTICLE}**\n\n[1]: https://x.example\n", "utf-8")
    for name in ("saved.html", "note.md"):
        assert main(["baseline", "extract", str(tmp_path / name), "--name", "bridge"]) == 0
        profile = capsys.readouterr().out
        assert 'title = "The bridge returns"' in profile
        assert "30 million euros" in profile
        assert "**" not in profile


@pytest.mark.parametrize("path", ["/blank", "/nothing"])
def test_page_without_an_article_is_one_line(
    config: Path, server: FeedServer, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that holds no article, or is not there, is said in one line with what to do."""
    assert main(["baseline", "extract", server.url(path)]) == 2
    error = capsys.readouterr().err

    assert error.count("\n") == 1
    assert "save the" in error


def test_markdown_loses_its_markup_and_keeps_its_words() -> None:
    """Headings, lists, quotes, emphasis, links, code and footnotes go; words and paragraphs stay."""
    head = "---\ntitle: x\n---\nThe *Title*\n=====\n\n"
    prose = 'One **two *three***[^1] [four](http://x.example "t") ![i](p.png)five.\n\n'
    rest = "## Part\n- item `six`\n2. item snake_case seven\n> quoted\n\n---\n```\ncode\n```\n[^1]: note\n"
    article = from_markdown(head + prose + rest)

    assert article.title == "The Title"
    assert article.text.split() == "One two three four five. Part item six item snake_case seven quoted".split()
