import tomllib
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.feeds_file import append_feed, remove_feed
from monitor.config import load_settings
from monitor.errors import ConfigError
from monitor.feeds.sources import load_feeds
from monitor.model import FeedSource

FEEDS = """\
# My feeds.

# The good one.
[[feeds]]
url = "https://a.example/rss"
tags = ["x"]

# The other one.
[[feeds]]
url = "https://b.example/rss"

# Nothing below.
"""


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """A list of two feeds with comments."""
    path = tmp_path / "feeds.toml"
    path.write_text(FEEDS, encoding="utf-8")
    return path


def test_added_feed_leaves_the_rest_alone(feeds: Path) -> None:
    """A new feed stands at the end; every earlier line is as it was."""
    append_feed(feeds, FeedSource(url="https://c.example/rss", title='A "good" one', tags=("y",), interval_s=900))

    assert feeds.read_text(encoding="utf-8").startswith(FEEDS.rstrip())
    assert load_feeds(feeds)[2] == FeedSource(
        url="https://c.example/rss", title='A "good" one', tags=("y",), interval_s=900
    )


def test_removed_feed_takes_only_its_own_table(feeds: Path) -> None:
    """Other tables and the comments that belong to them stay."""
    remove_feed(feeds, "https://a.example/rss")
    text = feeds.read_text(encoding="utf-8")

    assert [source.url for source in load_feeds(feeds)] == ["https://b.example/rss"]
    assert "# The other one." in text
    assert "# My feeds." in text


def test_first_feed_makes_the_file(tmp_path: Path) -> None:
    """Adding to a list that does not exist begins it."""
    append_feed(tmp_path / "new.toml", FeedSource(url="https://c.example/rss"))

    assert [source.url for source in load_feeds(tmp_path / "new.toml")] == ["https://c.example/rss"]


def test_twice_added_or_unknown_feeds_are_told(feeds: Path) -> None:
    """A feed that is there cannot be added, one that is not cannot be removed; the file stays as it was."""
    with pytest.raises(ConfigError, match="listed already"):
        append_feed(feeds, FeedSource(url="https://a.example/rss"))
    with pytest.raises(ConfigError, match="not listed"):
        remove_feed(feeds, "https://z.example/rss")

    assert feeds.read_text(encoding="utf-8") == FEEDS


def test_init_writes_what_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh folder holds a configuration, feeds and a profile that load as they are and pass lint without error."""
    folder = tmp_path / "watch"
    assert main(["init", str(folder), "--name", "tram"]) == 0
    settings = load_settings(folder / "monitor.toml", {})

    assert settings.database == folder / "monitor.db"
    assert len(load_feeds(settings.feeds)) == 2
    assert tomllib.loads(settings.baselines[0].read_text(encoding="utf-8"))["baseline"]["id"] == "tram"
    assert main(["baseline", "lint", "--config", str(folder / "monitor.toml")]) == 0
    assert "monitor doctor" in capsys.readouterr().err


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there stays; what is missing is added."""
    (tmp_path / "monitor.toml").write_text("# mine\n", encoding="utf-8")

    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "monitor.toml").read_text(encoding="utf-8") == "# mine\n"
    out = capsys.readouterr().out
    assert f"kept   {tmp_path}/monitor.toml" in out
    assert f"wrote  {tmp_path}/feeds.toml" in out


def test_init_from_an_article_draws_its_claims(tmp_path: Path) -> None:
    """With an article, the profile holds claims found in it, and the text lies beside it."""
    article = tmp_path / "article.txt"
    article.write_text(
        "Larnport bridge opens late\n\n"
        "The Harbour Bridge in Larnport will reopen on 4 May 2026, the city council said on Monday. "
        "Repairs cost 30 million euros, twice as much as planned. "
        "Ferry operator Nordlink will stop its line across the bay in June 2026.\n",
        encoding="utf-8",
    )

    assert main(["init", str(tmp_path / "w"), "--article", str(article), "--name", "bridge"]) == 0
    profile = (tmp_path / "w" / "baselines" / "bridge.toml").read_text(encoding="utf-8")
    assert tomllib.loads(profile)["claims"]
    assert main(["baseline", "show", str(tmp_path / "w" / "baselines" / "bridge.toml")]) == 0


@pytest.mark.parametrize("name", ["../x", "A B", "", "-x"])
def test_init_refuses_names_that_are_no_file_names(tmp_path: Path, name: str) -> None:
    """The baseline's name becomes a file name, so only harmless letters do."""
    assert main(["init", str(tmp_path), "--name", name]) == 2
    assert list(tmp_path.iterdir()) == []
