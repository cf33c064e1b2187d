"""From a message to the bytes of a mail: exactly the headers set, whatever the feed text holds."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.deliver.faults import MessageError
from monitor.deliver.headers import MAX_HEADER_LENGTH, header_text
from monitor.deliver.mail import build_mail
from monitor.model import Message

DATE = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]


def message(subject: str = "2 claims disputed", **more: object) -> Message:
    values: dict[str, object] = {"message_id": "<a1@monitor.example>", "text": "Körper\n", "html": "<p>Körper</p>"}
    return Message(subject=subject, **(values | more))


def build(mail: Message, address: str = "desk@example.org", name: str = "desk") -> bytes:
    return build_mail(mail, sender="monitor@example.org", to_name=name, to_address=address, date=DATE)


def read(raw: bytes):
    return message_from_bytes(raw, policy=policy.default)


def own_headers(raw: bytes) -> list[str]:
    body = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    return [name for name in message_from_bytes(raw) if name not in body]


def test_mail_has_its_headers_and_both_bodies():
    """A mail carries sender, recipient, subject, date, its stable id, a mark as automatic, text and HTML."""
    raw = build(message())
    mail = read(raw)

    assert own_headers(raw) == NAMES
    assert mail["To"] == "desk <desk@example.org>"
    assert mail["Message-ID"] == "<a1@monitor.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(("plain",)).get_content().strip() == "Körper"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Körper</p>"


def test_follow_up_replies_to_the_first_mail():
    """A message in a thread carries In-Reply-To and References."""
    mail = read(build(message(in_reply_to="<first@monitor.example>")))

    assert mail["In-Reply-To"] == mail["References"] == "<first@monitor.example>"


def test_list_unsubscribe_only_when_given():
    """List-Unsubscribe is there if the message sets it, and only then."""
    with_it = message(headers=(("List-Unsubscribe", "<https://example.org/off>"),))

    assert read(build(with_it))["List-Unsubscribe"] == "<https://example.org/off>"
    assert read(build(message()))["List-Unsubscribe"] is None


HOSTILE = [
    "=?utf-8?q?x=0D=0ABcc=3A_victim=40example=2Enet?=",
    "= ?utf-8?q?x?= =?utf-8?b?DQpCY2M6IGE=?=",
    "line\r\nBcc: victim@example.net",
    "sep\u2028Bcc: victim@example.net\u2029\u0085\x0b\x0c\x1c\x1d\x1e",
    "nul\x00esc\x1b[31m",
    "half \ud83d of a pair \udc80",
    "\u202eturned\u202c \u2066isolated\u2069",
    "ئاگربەست لە بەغدا " * 30,
    "a" * 2000,
    "<script>alert(1)</script>",
    "",
    "   ",
    "🚢" * 100,
]


@pytest.mark.parametrize("subject", HOSTILE)
def test_hostile_subject_adds_no_header(subject):
    """A subject made to break out, or that cannot be encoded, gives a mail with exactly its own headers."""
    raw = build(message(subject, text=subject, html=subject))

    assert own_headers(raw) == NAMES
    assert b"victim" not in raw.split(b"Subject:")[0]
    assert max(map(len, raw.splitlines())) <= 998
    assert raw.isascii()


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_text_can_be_a_subject(subject):
    """Whatever characters a title has, the mail is composed, reads back, and holds the cleaned title."""
    raw = build(message(subject, text=subject, html=None))

    assert own_headers(raw) == NAMES
    assert read(raw)["Subject"].split() == (header_text(subject) or "(no subject)").split()


def test_header_text_is_short_and_on_one_line():
    """Text for a header is cut at 250 characters and has no line break."""
    cleaned = header_text("one\ntwo " * 100)

    assert len(cleaned) <= MAX_HEADER_LENGTH
    assert cleaned.startswith("one two one two")


@pytest.mark.parametrize(
    ("mail", "address"),
    [
        (message(), "no address"),
        (message(), "desk@example.org\nBcc: x@example.net"),
        (message(), "ä@example.org"),
        (message(), "desk@" + "ä" * 80 + ".example"),
        (message(message_id="no brackets"), "desk@example.org"),
        (message(message_id="<a@b>\r\nBcc: <x@y>"), "desk@example.org"),
        (message(in_reply_to="<a b@c>"), "desk@example.org"),
        (message(headers=(("Bcc", "victim@example.net"),)), "desk@example.org"),
        (message(headers=(("List-Id\r\nBcc", "x"),)), "desk@example.org"),
    ],
)
def test_what_cannot_be_composed_is_refused_for_good(mail, address):
    """A wrong address, id or header is a MessageError, which trying again does not mend."""
    with pytest.raises(MessageError) as caught:
        build(mail, address)

    assert caught.value.permanent
    assert "\n" not in str(caught.value)


def test_international_domain_is_written_in_ascii():
    """The domain of an address goes out in its ASCII form."""
    assert read(build(message(), "desk@bücher.example"))["To"] == "desk <desk@xn--bcher-kva.example>"


def test_name_with_commas_stays_one_recipient():
    """A recipient's name cannot add an address."""
    mail = read(build(message(), name='a, b <x@example.net>, "c'))

    assert [address.addr_spec for address in mail["To"].addresses] == ["desk@example.org"]
