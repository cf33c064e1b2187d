import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.demo.server import FeedServer

PROFILE = """
[baseline]
id = "bridge"
title = "The bridge"
[[claims]]
id = "B1"
text = "The Harbour Bridge in Larnport will reopen on 4 May 2026 after repairs that cost 30 million euros."
[[claims]]
id = "B2"
text = "Ferry operator Nordlink will stop its line across the bay when the bridge reopens."
[[entities]]
name = "Harbour Bridge"
[[entities]]
name = "Nordlink"
"""
CONFIG = """
baselines = ["bridge.toml"]
[fetch]
per_host_delay_s = 0
allow_private = ["127.0.0.0/8"]
[alerts]
first_sight = "alert"
[[recipients]]
name = "desk"
channel = "file"
address = "outbox"
"""
ITEMS = {
    "b1": ("=Harbour Bridge reopens on 4 May", "The Harbour Bridge in Larnport reopens on 4 May 2026 after repairs."),
    "b2": ("Cup final ends in a draw", "Both keepers had a quiet afternoon."),
}


def rss(items: dict[str, tuple[str, str]]) -> bytes:
    """A feed of these items."""
    rows = "".join(
        f"<item><title>{title}</title><guid>{key}</guid><link>https://bay.example/{key}</link>"
        f"<description>{text}</description></item>"
        for key, (title, text) in items.items()
    )
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>Bay News</title><link>https://bay.example/</link>'
    return f"{head}{rows}</channel></rss>".encode()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server with one good feed and one page that is none."""
    documents = {
        "/rss": (rss(ITEMS), "application/rss+xml"),
        "/page": (
            b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>Hi</body></html>',
            "text/html",
        ),
    }
    with FeedServer(documents) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with the good feed, named by the environment."""
    (tmp_path / "monitor.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "bridge.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "feeds.toml").write_text(f'[[feeds]]\nurl = "{server.url("/rss")}"\n', encoding="utf-8")
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "monitor.toml"))
    return tmp_path / "monitor.toml"


@pytest.fixture
def polled(config: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same after one poll."""
    assert main(["poll"]) == 0
    capsys.readouterr()
    return config


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """What a listing gives as JSON lines."""
    capsys.readouterr()
    assert main([*arguments, "--format", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_poll_runs_all_stages_and_tells_what_came_of_them(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command: feeds asked, reports stored and judged, alert told, mail delivered."""
    assert main(["poll"]) == 0
    out = capsys.readouterr().out

    assert "feeds    1 asked, 0 failed" in out
    assert "reports  2 new" in out
    assert "judged   2: 1 matched" in out
    assert "mail     1 sent" in out
    assert list((config.parent / "outbox").glob("*.eml"))


def test_second_poll_asks_nothing_unless_forced(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not due is not asked, and nothing is stored or told twice when it is."""
    assert main(["poll"]) == 0
    assert "no feed was due" in capsys.readouterr().err
    assert main(["poll", "--force"]) == 0
    out = capsys.readouterr().out
    assert "reports  0 new" in out
    assert "mail     0 sent" in out


def test_only_poll_stops_after_storing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --only-poll nothing is judged."""
    assert main(["poll", "--only-poll"]) == 0
    assert rows(capsys, "matches") == []


def test_some_failed_feeds_are_exit_code_3_all_are_1(
    config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that is no feed is a line on standard error; the good feed goes through."""
    with (config.parent / "feeds.toml").open("a", encoding="utf-8") as out:
        out.write(f'[[feeds]]\nurl = "{server.url("/page")}"\n')

    assert main(["poll"]) == 3
    captured = capsys.readouterr()
    assert "2 asked, 1 failed" in captured.out
    assert captured.err.count("\n") == 1
    assert server.url("/page") in captured.err
    assert main(["poll", "--feed", server.url("/page"), "--force"]) == 1
    assert main(["feeds", "check"]) == 3


def test_listings_speak_all_formats(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every listing has a table, JSON, JSON lines and CSV with the same rows; formulas are defused in CSV."""
    for listing in (["claims"], ["matches"], ["alerts", "list"], ["search", "bridge"], ["feeds", "list"]):
        lines = rows(capsys, *listing)
        assert main([*listing, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out) == lines
        assert main([*listing, "--format", "csv"]) == 0
        table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert [set(row) for row in table] == [set(lines[0])] * len(lines)
        assert not any(str(cell).startswith("=") for row in table for cell in row.values())
        assert main(listing) == 0
        assert capsys.readouterr().out.strip()


def test_ledger_alert_and_match_name_claim_and_passage(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The claim that was reported stands so in the ledger; its match and alert show the passage."""
    standing = {row["claim_id"]: row["standing"] for row in rows(capsys, "claims")}
    assert standing["B2"] == "unreported"
    assert standing["B1"] != "unreported"
    assert [row["claim_id"] for row in rows(capsys, "claims", "--standing", "unreported")] == ["B2"]
    assert "Harbour Bridge" in rows(capsys, "matches", "--claim", "B1")[0]["passage"]
    assert rows(capsys, "matches", "--claim", "B2") == []
    assert rows(capsys, "alerts", "list")[0]["reason"]


def test_acknowledged_alert_leaves_the_list(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person has seen is listed only with --all; an unknown number is exit code 1."""
    number = str(rows(capsys, "alerts", "list")[0]["alert_id"])

    assert main(["alerts", "ack", number]) == 0
    capsys.readouterr()
    assert rows(capsys, "alerts", "list") == []
    assert rows(capsys, "alerts", "list", "--all")[0]["acked_at"]
    assert main(["alerts", "dismiss", "999"]) == 1


def test_noise_leaves_the_ledger(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A match marked as noise no longer counts for its claim's standing."""
    found = rows(capsys, "matches", "--claim", "B1")[0]

    assert main(["mark", "noise", str(found["report_id"]), "--claim", "B1", "--note", "another bridge"]) == 0
    capsys.readouterr()
    assert {row["standing"] for row in rows(capsys, "claims")} == {"unreported"}
    assert main(["mark", "noise", "999"]) == 1


def test_query_reads_and_never_writes(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SELECT answers; anything that writes is refused in one line with exit code 2, and changes nothing."""
    assert rows(capsys, "query", "SELECT COUNT(*) AS n FROM reports") == [{"n": 2}]
    for sql in ("DELETE FROM reports", "DROP TABLE reports", "nonsense", "SELECT 1; SELECT 2"):
        assert main(["query", sql]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert rows(capsys, "query", "SELECT COUNT(*) AS n FROM reports") == [{"n": 2}]


def test_digest_preview_keeps_nothing_and_send_sends_once(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A preview can be looked at again and again; after sending, there is nothing left to tell."""
    folder = polled.parent
    for _ in range(2):
        assert main(["digest", "preview", "--out", str(folder / "preview")]) == 0
        assert "B1" in capsys.readouterr().out
    assert "<html" in (folder / "preview" / "digest.html").read_text(encoding="utf-8")
    assert main(["digest", "send"]) == 0
    assert "1 made" in capsys.readouterr().out
    assert main(["digest", "send"]) == 0
    assert "0 made, 1 empty" in capsys.readouterr().out
    assert main(["digest", "preview", "--recipient", "nobody"]) == 2


def test_added_feed_is_asked_first(config: Path, server: FeedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """A page's own feed is found; an address without any feed is refused; a listed one is not added again."""
    assert main(["feeds", "remove", server.url("/rss")]) == 0
    assert main(["feeds", "add", server.url("/page"), "--tag", "bay"]) == 0
    assert f"added {server.url('/rss')}" in capsys.readouterr().out
    listed = rows(capsys, "feeds", "list", "--tag", "bay")
    assert [(row["url"], row["title"]) for row in listed] == [(server.url("/rss"), "Bay News")]
    assert main(["feeds", "add", server.url("/rss")]) == 2
    assert main(["feeds", "add", server.url("/nothing")]) == 2


def test_opml_goes_out_and_comes_back(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exported feeds can be imported; what is listed already is not added twice."""
    assert main(["feeds", "export"]) == 0
    (tmp_path / "feeds.opml").write_text(capsys.readouterr().out, encoding="utf-8")

    assert main(["feeds", "import", str(tmp_path / "feeds.opml")]) == 0
    assert "added 0 feeds" in capsys.readouterr().out
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    assert main(["feeds", "import", str(tmp_path / "feeds.opml"), "--tag", "old"]) == 0
    assert rows(capsys, "feeds", "list")[0]["tags"] == ["old"]


def test_doctor_says_what_to_do(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound configuration has no error; a broken one is exit code 1 with a row for each problem."""
    assert main(["doctor"]) == 0
    assert "database" in capsys.readouterr().out
    polled.write_text(CONFIG + "[fetsch]\n[digest]\nat = 7\n", encoding="utf-8")
    assert main(["doctor", "--format", "jsonl"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["state"] for row in found if row["check"] == "configuration"] == ["error", "error"]


def test_doctor_tells_an_unreachable_mail_server(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail server that does not answer is an error in the table, not a traceback."""
    smtp = '[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nfrom_address = "m@example.org"\ntimeout_s = 2\n'
    polled.write_text(CONFIG + smtp, encoding="utf-8")

    assert main(["doctor", "--format", "jsonl"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["state"] for row in found if row["check"] == "mail"] == ["error"]
    assert main(["doctor", "--offline"]) == 0


def test_health_is_one_line(polled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a daemon the health check fails, in one line."""
    assert main(["doctor", "--health"]) == 1
    assert capsys.readouterr().out == "ill: no daemon runs on this database\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"not a database at all, but text of some length" * 10, "not a SQLite database")],
)
def test_databases_that_are_none_are_refused(
    config: Path, content: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of something else is one line and exit code 1, and stays as it was."""
    database = config.parent / "monitor.db"
    database.write_bytes(content)

    assert main(["claims"]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert database.read_bytes() == content


def test_missing_baseline_stops_before_any_work(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A profile that is not there is told before a feed is asked; no database is made."""
    (config.parent / "bridge.toml").unlink()

    assert main(["poll"]) == 2
    assert "bridge.toml" in capsys.readouterr().err
    assert not (config.parent / "monitor.db").exists()
