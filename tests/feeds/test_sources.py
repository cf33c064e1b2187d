from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.feeds.sources import dump_feeds, load_feeds, parse_feeds
from monitor.model import FeedSource

SHIPPED = Path(__file__).parents[2] / "config" / "feeds.toml"


def test_shipped_feeds_are_in_order():
    """The shipped list holds at least 25 feeds over https, each with title, language and tags."""
    sources = load_feeds(SHIPPED)

    assert len(sources) >= 25
    assert all(source.url.startswith("https://") for source in sources)
    assert all(source.title and source.language and source.tags for source in sources)


def test_all_keys_are_read():
    """Each key of a feed reaches its field."""
    text = """[[feeds]]
    url = "http://a.example/f"
    title = "A"
    tags = ["x", "y", "x"]
    interval = "30 min"
    full_text = true
    publisher = "P"
    language = "ar"
    """

    assert parse_feeds(text, "f.toml") == [
        FeedSource(
            url="http://a.example/f",
            title="A",
            tags=("x", "y"),
            interval_s=1800,
            full_text=True,
            publisher="P",
            language="ar",
        )
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[feeds]]\nurl="http://a.example/"\ntitel="A"', r"f.toml: feeds\[0\].titel: unknown key; known are url"),
        ('[[feeds]]\ntitle="A"', r"f.toml: feeds\[0\].url: missing"),
        ('[[feeds]]\nurl="ftp://a.example/"', r"f.toml: feeds\[0\].url: not an http\(s\) address"),
        ("[[feeds]]\nurl=7", r"feeds\[0\].url: not an http"),
        ('[[feeds]]\nurl="http://a.example/"\ninterval="soon"', r"feeds\[0\].interval: not a time"),
        ('[[feeds]]\nurl="http://a.example/"\ninterval=-1', r"feeds\[0\].interval: not a time"),
        ('[[feeds]]\nurl="http://a.example/"\ntags="x"', r"feeds\[0\].tags: not a list"),
        ('[[feeds]]\nurl="http://a.example/"\nfull_text="yes"', r"feeds\[0\].full_text: not true or false"),
        ('[[feeds]]\nurl="http://a.example/"\nlanguage="English!"', r"feeds\[0\].language: not a language"),
        ('[[feeds]]\nurl="http://a.example/"\n' * 2, r"feeds\[1\].url: the same address as feeds\[0\]"),
        ("feed = 1", "f.toml: feed: unknown key"),
        ("feeds = 1", "f.toml: feeds: write each feed"),
        ("[[feeds", "f.toml: not valid TOML"),
    ],
)
def test_faults_name_file_and_key(text, words):
    """Each fault of the file is one sentence that names the file, the feed and the key."""
    with pytest.raises(ConfigError, match=words):
        parse_feeds(text, "f.toml")


def test_missing_file_says_what_to_do(tmp_path):
    """A missing list is a sentence, not a traceback."""
    with pytest.raises(ConfigError, match="no such file"):
        load_feeds(tmp_path / "none.toml")


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.builds(
        FeedSource,
        url=st.integers(1, 99).map("http://a.example/{}".format),
        title=st.none() | LINE,
        publisher=st.none() | LINE,
        tags=st.lists(LINE, max_size=3, unique=True).map(tuple),
        interval_s=st.none() | st.floats(1, 86400),
        full_text=st.booleans(),
        language=st.sampled_from([None, "en", "pt-br"]),
    )
)
def test_feeds_written_read_back(source):
    """What is dumped is read back as it was, quotes and backslashes included."""
    assert [source] == parse_feeds(dump_feeds([source]), "f.toml")
