"""The file channel: whole files, for the owner only, the same name for the same delivery."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from monitor.config.settings import Settings
from monitor.deliver.channels import open_channel
from monitor.deliver.faults import AddressDown
from monitor.errors import ConfigError
from monitor.model import Delivery, Message


def delivery(address: str, subject: str = "Contradicts C4: 19 days") -> Delivery:
    message = Message(message_id="<a@b.example>", subject=subject, text="text ä", html="<p>html ä</p>")
    return Delivery(id=7, kind="alert", recipient="desk", channel="file", address=address, message=message, attempts=1)


def clock() -> datetime:
    return datetime(2026, 3, 14, tzinfo=UTC)


def test_writes_mail_html_and_text(tmp_path):
    """A delivery becomes three files named by kind, number and subject, none of them readable by others."""
    open_channel("file", Settings(), clock=clock).send(delivery(str(tmp_path / "out")))
    files = sorted((tmp_path / "out").iterdir())

    assert [file.name for file in files] == [
        f"alert-00007-contradicts-c4-19-days.{end}" for end in ("eml", "html", "txt")
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert message_from_bytes(files[0].read_bytes())["Message-ID"] == "<a@b.example>"
    assert files[1].read_text(encoding="utf-8") == "<p>html ä</p>"


def test_repeat_replaces_the_files(tmp_path):
    """Sending the same delivery again leaves one set of files."""
    channel = open_channel("file", Settings(), clock=clock)
    channel.send(delivery(str(tmp_path)))
    channel.send(delivery(str(tmp_path)))

    assert len(list(tmp_path.iterdir())) == 3


def test_unwritable_folder_is_said_and_leaves_nothing(tmp_path):
    """A folder that cannot be made names itself, the recipient and what to do; it may work later."""
    (tmp_path / "out").write_text("a file")

    with pytest.raises(AddressDown, match='check the folder of recipient "desk"') as caught:
        open_channel("file", Settings(), clock=clock).send(delivery(str(tmp_path / "out")))
    assert not caught.value.permanent
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_subject_cannot_leave_the_folder(tmp_path):
    """A subject with path parts or without any letter still gives a plain file name in the folder."""
    channel = open_channel("file", Settings(), clock=clock)
    channel.send(delivery(str(tmp_path), "../../etc/passwd"))
    channel.send(delivery(str(tmp_path), "بغداد"))

    assert {path.stem for path in tmp_path.iterdir()} == {"alert-00007-etc-passwd", "alert-00007-message"}


def test_unknown_or_unconfigured_channel_is_a_configuration_error():
    """An unknown channel, or SMTP without [smtp], says what to write."""
    with pytest.raises(ConfigError, match="smtp, file"):
        open_channel("pigeon", Settings())
    with pytest.raises(ConfigError, match=r"\[smtp\] is missing"):
        open_channel("smtp", Settings())
