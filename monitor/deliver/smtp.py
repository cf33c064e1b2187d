"""The SMTP channel: one connection and one recipient a message, so that a refusal concerns nobody else.

Never in plain text unless the configuration says so: a server that lacks STARTTLS gets nothing.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from socket import SHUT_RDWR
from threading import Timer

from monitor.config.settings import SmtpSettings
from monitor.deliver.faults import BrokenOff, ChannelDown
from monitor.deliver.headers import header_text
from monitor.deliver.mail import ascii_address, build_mail
from monitor.errors import DeliveryError
from monitor.model import Delivery

# `timeout_s` bounds each wait for the server; a server that dribbles could still go on for ever without this.
SESSION_TIMEOUTS = 6


class SmtpChannel:
    """Sends mails through one configured server."""

    def __init__(
        self, settings: SmtpSettings, *, clock: Callable[[], datetime], tls: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tls = tls
        self._where = f"{settings.host}:{settings.port}"

    def send(self, delivery: Delivery) -> None:
        """Hand the mail over; returns once the server has accepted it, raises DeliveryError otherwise."""
        sender = self._settings.from_address
        raw = build_mail(
            delivery.message,
            sender=sender,
            to_name=delivery.recipient,
            to_address=delivery.address,
            date=self._clock(),
        )
        address = ascii_address(delivery.address)
        with self._session() as smtp, self._translated(address):
            smtp.sendmail(ascii_address(sender), [address], raw)

    def check(self) -> None:
        """Connect and log in without sending anything; ChannelDown if that fails."""
        with self._session():
            pass

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted and logged in as configured, and is cut when it lasts too long."""
        smtp = self._client()
        watchdog = Timer(self._settings.timeout_s * SESSION_TIMEOUTS, _cut, [smtp])
        watchdog.daemon = True
        watchdog.start()
        try:
            self._open(smtp)
            yield smtp
            # The message is accepted by now: a server that fails at saying goodbye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            watchdog.cancel()
            smtp.close()

    def _client(self) -> smtplib.SMTP:
        domain = self._settings.from_address.rpartition("@")[2]
        # Given, because the default asks the name server for this machine's full name and may wait for it long.
        greeting = domain if "." in domain and domain.isascii() else "[127.0.0.1]"
        timeout_s = self._settings.timeout_s
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(local_hostname=greeting, timeout=timeout_s, context=self._context())
        return smtplib.SMTP(local_hostname=greeting, timeout=timeout_s)

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _open(self, smtp: smtplib.SMTP) -> None:
        settings = self._settings
        try:
            code, answer = self._connect(smtp)
            if code != 220:
                raise smtplib.SMTPConnectError(code, answer)
            if settings.security == "starttls":
                smtp.starttls(context=self._context())
            smtp.ehlo_or_helo_if_needed()
            if settings.username:
                password = settings.password.get_secret_value() if settings.password else ""
                smtp.login(settings.username, password)
        except smtplib.SMTPNotSupportedError as exc:
            raise ChannelDown(f"{self._where} {_missing(exc, settings.security)}") from exc
        except smtplib.SMTPAuthenticationError as exc:
            advice = "check smtp.username and the password (MONITOR_SMTP_PASSWORD or smtp.password_file)"
            raise ChannelDown(f"{self._where} refused the login: {_reply(exc)}; {advice}") from exc
        except ssl.SSLCertVerificationError as exc:
            advice = "smtp.host must be the name in a valid certificate"
            raise ChannelDown(f"{self._where}: certificate not trusted: {exc.verify_message}; {advice}") from exc
        except ssl.SSLError as exc:
            advice = 'check smtp.port and smtp.security ("starttls" is usual on 587, "tls" on 465)'
            raise ChannelDown(f"{self._where}: no encrypted connection: {exc.reason or exc}; {advice}") from exc
        except smtplib.SMTPResponseException as exc:
            raise ChannelDown(f"{self._where} refused the connection: {_reply(exc)}; it is tried again later") from exc
        except (smtplib.SMTPException, OSError) as exc:
            raise ChannelDown(f"{self._where} cannot be used: {_why(exc)}; check smtp.host and smtp.port") from exc

    def _connect(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        host = self._settings.host
        # A client made without a host does not remember the name, and needs it to check the certificate.
        smtp._host = host  # type: ignore[attr-defined]
        return smtp.connect(host, self._settings.port)

    @contextmanager
    def _translated(self, address: str) -> Iterator[None]:
        """What the server says to sender, recipient and text, as DeliveryError."""
        try:
            yield
        except smtplib.SMTPRecipientsRefused as exc:
            code, answer = exc.recipients[address]
            said = f"{self._where} refused the recipient {address}: {_words(code, answer)}"
            raise _refusal(code, said, "check the address in [[recipients]]") from exc
        except smtplib.SMTPSenderRefused as exc:
            said = f"{self._where} refused the sender {self._settings.from_address}: {_reply(exc)}"
            raise ChannelDown(f"{said}; check smtp.from_address and smtp.username") from exc
        except smtplib.SMTPDataError as exc:
            said = f"{self._where} refused the message to {address}: {_reply(exc)}"
            raise _refusal(exc.smtp_code, said, "the server's words say why") from exc
        except (smtplib.SMTPException, OSError) as exc:
            said = f"{self._where} broke off while it was given the message to {address}: {_why(exc)}"
            raise BrokenOff(f"{said}; it is sent again, with the same Message-ID") from exc


def _refusal(code: int, said: str, advice: str) -> DeliveryError:
    """A refusal for good (5xx) or for now; 421 closes the connection for every message."""
    if code >= 500:
        return DeliveryError(f"{said}; {advice}", permanent=True)
    kind = BrokenOff if code == 421 else DeliveryError
    return kind(f"{said}; it is tried again later")


def _missing(exc: smtplib.SMTPNotSupportedError, security: str) -> str:
    if security == "starttls" and "STARTTLS" in str(exc):
        return 'does not offer STARTTLS and nothing is sent in plain text; use smtp.security = "tls" or another port'
    return f"lacks what is needed: {_why(exc)}; check smtp.username and smtp.security"


def _reply(exc: smtplib.SMTPResponseException) -> str:
    return _words(exc.smtp_code, exc.smtp_error)


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return header_text(f"{code} {text}", 200)


def _why(exc: Exception) -> str:
    if isinstance(exc, TimeoutError):
        return "no answer in time"
    return header_text(getattr(exc, "strerror", None) or str(exc), 200) or type(exc).__name__


def _cut(smtp: smtplib.SMTP) -> None:
    """End a session that lasts too long: the waiting read then fails like any broken connection."""
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(SHUT_RDWR)
