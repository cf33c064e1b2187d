"""The channel for chat and phone services, with Apprise's own plug-in for JSON over a real server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from web_servers import web_server

from monitor.config import Settings, load_settings
from monitor.deliver.channels import open_channel
from monitor.deliver.faults import AddressDown
from monitor.errors import DeliveryError
from monitor.model import Delivery, Message

# Apprise itself loads it, where Python still has it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

MESSAGE = Message(message_id="<a@b.example>", subject="Contradicts C4", text="text ä", html="<p>html</p>")
DELIVERY = Delivery(
    id=7, kind="alert", recipient="chat", channel="apprise", address="env:CHAT", message=MESSAGE, attempts=1
)


def settings(folder: Path, url: str) -> Settings:
    path = folder / "monitor.toml"
    path.write_text('[[recipients]]\nname = "chat"\nchannel = "apprise"\naddress = "env:CHAT"\n')
    return load_settings(path, {"CHAT": url})


def test_message_reaches_the_service(tmp_path: Path) -> None:
    """Subject and text arrive where the address in the environment leads."""
    with web_server() as sink:
        url = sink.url.replace("http:", "json:")
        open_channel("apprise", settings(tmp_path, url)).send(DELIVERY)

    ((_, body),) = sink.got
    assert json.loads(body)["title"] == "Contradicts C4"
    assert "text ä" in json.loads(body)["message"]


def test_long_text_is_cut(tmp_path: Path) -> None:
    """Chat services take little text."""
    with web_server() as sink:
        channel = open_channel("apprise", settings(tmp_path, sink.url.replace("http:", "json:")))
        channel.send(replace(DELIVERY, message=replace(MESSAGE, text="word " * 5000)))

    assert len(json.loads(sink.got[0][1])["message"]) <= 3000


def test_service_that_refuses_is_tried_again(tmp_path: Path) -> None:
    """A refusal names the recipient and not the address, which is a secret."""
    with web_server() as sink:
        sink.status = 500
        channel = open_channel("apprise", settings(tmp_path, sink.url.replace("http:", "json:")))
        with pytest.raises(AddressDown, match='recipient "chat"') as caught:
            channel.send(DELIVERY)

    assert not caught.value.permanent
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "nosuchservice://x/y", "file:///etc/passwd", "include://x"])
def test_unknown_address_is_final(tmp_path: Path, url: str) -> None:
    """An address that Apprise does not know ends the delivery with advice."""
    with pytest.raises(DeliveryError, match="not an address that Apprise knows") as caught:
        open_channel("apprise", settings(tmp_path, url)).send(DELIVERY)

    assert caught.value.permanent
    assert url not in str(caught.value)


def test_absent_variable_waits(tmp_path: Path) -> None:
    """Without the variable it says what to set, and the message waits."""
    with pytest.raises(AddressDown, match="is not at env:CHAT; set the variable"):
        open_channel("apprise", settings(tmp_path, "")).send(DELIVERY)
