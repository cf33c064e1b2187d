"""The SMTP channel against real servers on loopback: what is accepted, refused for now, and refused for good."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from pydantic import SecretStr
from smtp_servers import Inbox, client_tls, mail_server, raw_server

from monitor.config.settings import Settings, SmtpSettings
from monitor.deliver.channels import open_channel
from monitor.deliver.faults import ChannelDown, MessageError
from monitor.deliver.smtp import SmtpChannel
from monitor.errors import DeliveryError
from monitor.model import Delivery, Message

MESSAGE = Message(message_id="<alert.1@monitor.example>", subject="Contradicts C4", text="text", html="<p>html</p>")
DELIVERY = Delivery(
    id=1, kind="alert", recipient="desk", channel="smtp", address="desk@example.org", message=MESSAGE, attempts=1
)


def channel(port: int, security: str = "none", host: str = "127.0.0.1", **more: object) -> SmtpChannel:
    settings = SmtpSettings(
        host=host, port=port, security=security, from_address="monitor@example.org", **({"timeout_s": 5.0} | more)
    )
    return SmtpChannel(settings, clock=lambda: datetime(2026, 3, 14, tzinfo=UTC), tls=client_tls())


def test_accepted_mail_arrives_once_with_its_id():
    """The server gets one mail for one recipient, carrying the message's own id."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings = Settings(
            smtp=SmtpSettings(host="127.0.0.1", port=port, security="none", from_address="m@example.org")
        )
        open_channel("smtp", settings).send(DELIVERY)

    ((recipients, raw),) = inbox.mails
    assert recipients == ["desk@example.org"]
    assert message_from_bytes(raw)["Message-ID"] == "<alert.1@monitor.example>"


@pytest.mark.parametrize(
    ("answers", "permanent", "down"),
    [
        ({"RCPT": "550 no such user"}, True, False),
        ({"RCPT": "451 greylisted"}, False, False),
        ({"RCPT": "421 too busy"}, False, True),
        ({"MAIL": "421 closing"}, False, True),
        ({"MAIL": "451 not now"}, False, True),
        ({"MAIL": "553 sender not allowed"}, False, True),
        ({"DATA": "554 looks like spam"}, True, False),
        ({"DATA": "452 disk full"}, False, False),
        ({"DATA": "421 closing"}, False, True),
    ],
)
def test_refusals_for_good_and_for_now(answers, permanent, down):
    """5xx on recipient or text is final; 4xx is tried again; 421 and a refused sender concern the whole channel."""
    with mail_server(Inbox(**answers)) as port, pytest.raises(DeliveryError) as caught:
        channel(port).send(DELIVERY)

    (answer,) = answers.values()
    assert caught.value.permanent is permanent
    assert isinstance(caught.value, ChannelDown) is down
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert answer in str(caught.value)


def test_refused_recipient_does_not_concern_others():
    """Each recipient has a mail of their own: one refusal leaves the others' as they are."""
    inbox = Inbox(**{"gone@example.org": "550 gone"})
    with mail_server(inbox) as port:
        with pytest.raises(DeliveryError):
            channel(port).send(replace(DELIVERY, address="gone@example.org"))
        channel(port).send(DELIVERY)

    assert [recipients for recipients, _ in inbox.mails] == [["desk@example.org"]]


def test_drop_after_data_is_tried_again_with_the_same_id():
    """A connection lost before the answer may mean a mail twice: it is recognisable by its id."""
    inbox = Inbox(DATA="drop")
    with mail_server(inbox) as port:
        with pytest.raises(ChannelDown, match="same Message-ID") as caught:
            channel(port).send(DELIVERY)
        inbox.answers.clear()
        channel(port).send(DELIVERY)

    assert not caught.value.permanent
    assert {message_from_bytes(raw)["Message-ID"] for _, raw in inbox.mails} == {"<alert.1@monitor.example>"}
    assert len(inbox.mails) == 2


def test_nothing_goes_out_in_plain_text_when_starttls_is_missing():
    """A server without STARTTLS gets no mail when encryption is asked for, and the message says what to do."""
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(ChannelDown, match="nothing is sent in plain text") as caught:
        channel(port, security="starttls").send(DELIVERY)

    assert inbox.mails == []
    assert not caught.value.permanent


def test_starttls_and_login():
    """With STARTTLS the login and the mail go over the encrypted connection."""
    inbox = Inbox()
    with mail_server(inbox, starttls=True, password="open sesame") as port:
        login = {"username": "desk", "password": SecretStr("open sesame")}
        channel(port, security="starttls", host="localhost", **login).send(DELIVERY)

    assert len(inbox.mails) == 1
    assert inbox.tls


def test_refused_login_may_be_mended():
    """A wrong password is said without showing it, and the message stays for another try."""
    inbox = Inbox()
    login = {"username": "desk", "password": SecretStr("guess-4711")}
    with mail_server(inbox, starttls=True, password="open sesame") as port, pytest.raises(ChannelDown) as caught:
        channel(port, security="starttls", host="localhost", **login).send(DELIVERY)

    assert "refused the login: 535" in str(caught.value)
    assert "MONITOR_SMTP_PASSWORD" in str(caught.value)
    assert "guess-4711" not in str(caught.value)
    assert not caught.value.permanent


def test_untrusted_certificate_gets_no_mail():
    """A certificate that is not trusted ends the connection; the message names the setting to check."""
    inbox = Inbox()
    with mail_server(inbox, starttls=True) as port:
        settings = Settings(smtp=SmtpSettings(host="localhost", port=port, from_address="m@example.org"))
        with pytest.raises(ChannelDown, match="certificate not trusted"):
            open_channel("smtp", settings).send(DELIVERY)

    assert inbox.mails == []


def test_tls_against_a_plain_server_says_so():
    """security = "tls" on a port that speaks plain text fails with advice on port and security."""
    with mail_server(Inbox()) as port, pytest.raises(ChannelDown, match=r"smtp\.security"):
        channel(port, security="tls", timeout_s=1.0).send(DELIVERY)


def test_unreachable_server_is_named():
    """With nobody listening, the error names host, port and the settings to check."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ChannelDown, match=rf"127\.0\.0\.1:{port} cannot be used: .*check smtp.host and smtp.port"):
        channel(port).send(DELIVERY)


def _refuse(connection) -> None:
    connection.wfile.write(b"554 no service here\r\n")


def _say_nothing(connection) -> None:
    connection.rfile.read(1)


def _never_finish(connection) -> None:
    connection.wfile.write(b"220 hello\r\n")
    connection.rfile.readline()
    while True:
        connection.wfile.write(b"250-and another thing\r\n" * 50)


def _gibberish(connection) -> None:
    connection.wfile.write(b"\xff\xfe\x00<html>\r\n")


@pytest.mark.parametrize("talk", [_refuse, _say_nothing, _never_finish, _gibberish])
def test_misbehaving_server_costs_a_limited_time(talk):
    """A server that refuses, is silent, never finishes or is none ends as a channel that is down, soon."""
    with raw_server(talk) as port, pytest.raises(ChannelDown) as caught:
        channel(port, timeout_s=0.2).send(DELIVERY)

    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_check_logs_in_and_sends_nothing():
    """The check goes through connection and login without a mail."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        channel(port).check()

    assert inbox.mails == []


def test_message_that_cannot_be_composed_needs_no_server():
    """A wrong recipient address is found before any connection, and is final."""
    with pytest.raises(MessageError):
        channel(9).send(replace(DELIVERY, address="nobody"))
