"""Alerts as a JSON Feed and an Atom feed in a folder: our own reader of feeds reads both."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import Settings
from monitor.deliver.channels import open_channel
from monitor.deliver.faults import AddressDown
from monitor.deliver.feed_files import MOST_ENTRIES, FeedFilesChannel
from monitor.feeds.parse import parse_feed
from monitor.model import Delivery, Message

NOW = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)


def delivery(folder: Path, number: int = 1, **more: object) -> Delivery:
    values: dict[str, object] = {
        "message_id": f"<{number}@b.example>", "subject": f"Contradicts C4: {number} days", "text": "text ä",
        "payload": '{"type":"alert","alerts":[{"url":"https://news.example/1"}]}',
    }  # fmt: skip
    message = Message(**(values | more))  # type: ignore[arg-type]
    return Delivery(
        id=number, kind="alert", recipient="feed", channel="feed", address=str(folder), message=message, attempts=1,
        created_at=NOW + timedelta(minutes=number),
    )  # fmt: skip


def read(path: Path) -> list[tuple[str, str, str | None]]:
    """(title, summary or content, link) of each entry as our own reader sees it."""
    feed = parse_feed(path.read_bytes(), url="https://monitor.example/", now=NOW)
    return [(report.title, report.text, report.url) for report in feed.reports]


def test_both_feeds_hold_the_messages_newest_first(tmp_path: Path) -> None:
    """Each message is an entry of both files, with title, text and the report's address."""
    channel = open_channel("feed", Settings(), clock=lambda: NOW)
    for number in (1, 2):
        channel.send(delivery(tmp_path, number))

    wanted = [(f"Contradicts C4: {n} days", "text ä", "https://news.example/1") for n in (2, 1)]
    assert read(tmp_path / "alerts.atom") == wanted
    assert read(tmp_path / "alerts.json") == wanted
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert json.loads((tmp_path / "alerts.json").read_bytes())["version"] == "https://jsonfeed.org/version/1.1"


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o700, 0o600), (0o750, 0o640), (0o755, 0o644)])
def test_folder_says_who_may_read(tmp_path: Path, folder_mode: int, file_mode: int) -> None:
    """Files in a web server's folder can be read by it; they can never be written by others."""
    tmp_path.chmod(folder_mode)
    FeedFilesChannel(base=tmp_path, clock=lambda: NOW).send(delivery(tmp_path))

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {file_mode}


def test_folder_of_our_own_is_closed(tmp_path: Path) -> None:
    """A folder that is made for the files is for its owner only."""
    FeedFilesChannel(base=tmp_path, clock=lambda: NOW).send(delivery(tmp_path / "new"))

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o600}


def test_repeat_changes_nothing(tmp_path: Path) -> None:
    """The same delivery twice is one entry."""
    channel = FeedFilesChannel(base=tmp_path, clock=lambda: NOW)
    channel.send(delivery(tmp_path))
    before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    channel.send(delivery(tmp_path))

    assert before == [path.read_bytes() for path in sorted(tmp_path.iterdir())]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    """The files do not grow for ever."""
    entries = [{"id": str(n), "title": "t", "date_published": f"2026-01-01T00:{n % 60:02}:00Z"} for n in range(300)]
    (tmp_path / "alerts.json").write_text(json.dumps({"items": entries}))
    FeedFilesChannel(base=tmp_path, clock=lambda: NOW).send(delivery(tmp_path))

    found = read(tmp_path / "alerts.atom")
    assert len(found) == MOST_ENTRIES
    assert found[0][0] == "Contradicts C4: 1 days"


def test_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    """What is not ours, or half written by somebody else, does not stop the alerts."""
    (tmp_path / "alerts.json").write_text('{"items": 3')
    FeedFilesChannel(base=tmp_path, clock=lambda: NOW).send(delivery(tmp_path))

    assert len(read(tmp_path / "alerts.json")) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_gives_feeds_that_can_be_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever characters a title has, both files stay well-formed."""
    folder = tmp_path_factory.mktemp("feed")
    FeedFilesChannel(base=folder, clock=lambda: NOW).send(delivery(folder, subject=text, text=text, payload=None))

    from xml.etree import ElementTree

    assert len(ElementTree.parse(folder / "alerts.atom").getroot()) == 5
    assert len(json.loads((folder / "alerts.json").read_bytes())["items"]) == 1


def test_unwritable_folder_is_said(tmp_path: Path) -> None:
    """A folder that cannot be made names itself and the recipient; it may work later."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(AddressDown, match='check the folder of recipient "feed"'):
        FeedFilesChannel(base=tmp_path, clock=lambda: NOW).send(replace(delivery(tmp_path), address="out"))
