"""From a composed message to the bytes of one mail for one recipient, checked by reading them back."""

import re
from base64 import encodebytes
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, compat32
from email.utils import format_datetime, unquote
from quopri import encodestring

from monitor.deliver.faults import MessageError
from monitor.deliver.headers import header_text
from monitor.model import Message

# What a message may set besides the usual; anything else is a fault in the program or an attack.
EXTRA_HEADERS = frozenset({"importance", "list-id", "list-unsubscribe", "list-unsubscribe-post"})
_BODY_HEADERS = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,150}@[A-Za-z0-9.-]{1,90}>")
_NAME_BYTES = 40
_QUOTING = str.maketrans('\\"', "  ")
_POLICY = SMTP.clone(raise_on_defect=False)


def build_mail(message: Message, *, sender: str, to_name: str, to_address: str, date: datetime) -> bytes:
    """The finished mail; MessageError if it cannot be composed or does not read back as exactly what was set."""
    try:
        headers = _headers(message, sender, to_name, to_address, date)
        mail = EmailMessage(policy=_POLICY)
        _set_bodies(mail, message)
        raw = "".join(_header_line(name, value) for name, value in headers).encode("ascii") + mail.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError) as exc:  # what the email package raises on bad values
        raise MessageError(f"message {message.message_id!r} cannot be composed: {exc}") from exc
    _verify(raw, headers, html=message.html is not None)
    return raw


def _headers(message: Message, sender: str, to_name: str, to_address: str, date: datetime) -> list[tuple[str, str]]:
    headers = [
        ("From", str(_address("", sender))),
        ("To", str(_address(to_name, to_address))),
        ("Subject", header_text(message.subject) or "(no subject)"),
        ("Date", format_datetime(date)),
        ("Message-ID", _checked_id(message.message_id)),
        ("Auto-Submitted", "auto-generated"),
    ]
    if message.in_reply_to:
        first = _checked_id(message.in_reply_to)
        headers += [("In-Reply-To", first), ("References", first)]
    for name, value in message.headers:
        if name.lower() not in EXTRA_HEADERS:
            raise MessageError(f"message {message.message_id}: header {name!r} may not be set")
        headers.append((name, header_text(value)))
    return headers


def _header_line(name: str, value: str) -> str:
    """One header, folded, as ASCII. The policy's own folding loses or adds a space between encoded words."""
    if value.isascii():
        return str(_POLICY.fold(name, value))
    shown, address = value, ""
    if name in ("From", "To"):
        shown, bracket, address = value.rpartition(" <")
        shown, address = unquote(shown), bracket + address
    encoded = Header(shown, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}{address}\r\n"


def _address(name: str, address: str) -> Address:
    # A name is for people; what quotes and escapes in a header does not read back as it was set.
    plain = header_text(name.translate(_QUOTING), 60)
    if not plain.isascii():  # between two encoded words of a name some parsers lose or add a space: one has to do
        plain = plain.encode()[:_NAME_BYTES].decode(errors="ignore").strip()
    return Address(display_name=plain, addr_spec=ascii_address(address))


def ascii_address(address: str) -> str:
    """The mail address with its domain in ASCII form; MessageError if it is none."""
    user, at, domain = address.rpartition("@")
    if not (user and at and domain) or header_text(address) != address or " " in address:
        raise MessageError(f"{address!r} is not a mail address; correct it in the configuration")
    if not user.isascii():
        raise MessageError(f"{address}: only ASCII letters are supported before the @")
    try:
        return f"{user}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError as exc:
        raise MessageError(f"{address}: the part after the @ is not a domain; correct it") from exc


def _checked_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise MessageError(f"{message_id!r} is not a Message-ID")
    return message_id


def _set_bodies(mail: EmailMessage, message: Message) -> None:
    text = _sound(message.text)
    mail.set_content(text, cte=_encoding(text))
    if message.html is not None:
        html = _sound(message.html)
        mail.add_alternative(html, subtype="html", cte=_encoding(html))


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _encoding(text: str) -> str:
    """The shorter of the two encodings that pass every server; 8bit does not."""
    data = text.encode("utf-8")
    return "quoted-printable" if len(encodestring(data)) <= len(encodebytes(data)) else "base64"


def _verify(raw: bytes, headers: Sequence[tuple[str, str]], *, html: bool) -> None:
    """Read the mail back, as plain lines and decoded: it must have exactly the headers set, with their values."""
    names = [name for name in BytesParser(policy=compat32).parsebytes(raw) if name not in _BODY_HEADERS]
    if names != [name for name, _ in headers]:
        raise MessageError(f"the composed mail has other headers than were set: {', '.join(names)}")
    mail = BytesParser(policy=_POLICY).parsebytes(raw)
    for name, value in headers:
        if name in ("From", "To"):  # who it goes to must be exact; how parsers space a display name need not
            exact = [one.addr_spec for one in mail[name].addresses] == [value.rpartition(" <")[2].rstrip(">")]
        else:
            exact = " ".join(str(mail[name]).split()) == value
        if not exact:
            raise MessageError(f"the mail's {name} does not read back as it was set")
    found = [part.get_content_type() for part in mail.walk()]
    wanted = ["multipart/alternative", "text/plain", "text/html"] if html else ["text/plain"]
    if found != wanted:
        raise MessageError(f"the composed mail has other parts than were set: {', '.join(found)}")
