"""The webhook channel: each message as a signed POST, after the Standard Webhooks specification.

A 2xx accepts. A redirect is a failure and is not followed, 410 closes the address, everything else is tried again.
"""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from monitor.config.settings import Settings
from monitor.deliver.faults import AddressClosed, AddressDown
from monitor.deliver.reference import resolved
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Delivery

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a web address answered to a POST."""

    status: int
    retry_after_s: float | None = None


Post = Callable[[str, dict[str, str], bytes], Answer]  # (address, headers, body); raises DeliveryError


class WebhookChannel:
    """Posts messages to the addresses of recipients."""

    def __init__(self, settings: Settings, *, post: Post, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._post = post
        self._clock = clock

    def send(self, delivery: Delivery) -> None:
        """Post the message; returns once it was accepted."""
        url = resolved(self._settings, delivery.recipient, delivery.address)
        body = json.dumps(_envelope(delivery), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        stamp = str(int(self._clock().timestamp()))
        identity = webhook_id(delivery)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "monitor",
            "webhook-id": identity,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(self._key(delivery.recipient), identity, stamp, body),
        }
        where = f'the webhook of recipient "{delivery.recipient}"'
        try:
            answer = self._post(url, headers, body)
        except AddressDown as exc:
            raise AddressDown(f"{where} cannot be reached: {exc}", retry_after_s=exc.retry_after_s) from exc
        _judge(answer, where)

    def _key(self, recipient: str) -> bytes:
        secret = self._settings.secret_of(recipient)
        if secret is None:
            raise AddressDown(
                f'recipients: the secret of "{recipient}" is not there; set the variable or write the file it names'
            )
        try:
            return key_of(secret)
        except ConfigError as exc:  # of one recipient: the others' messages need not wait for it
            raise AddressDown(f'{exc}: "{recipient}"') from exc


def key_of(secret: str) -> bytes:
    """The bytes to sign with: what follows `whsec_` in base64, or the text itself."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as exc:
        raise ConfigError("recipients: a webhook's secret begins with whsec_ but is not base64; write it anew") from exc


def sign(key: bytes, identity: str, stamp: str, body: bytes) -> str:
    """The header webhook-signature."""
    digest = hmac.new(key, f"{identity}.{stamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def webhook_id(delivery: Delivery) -> str:
    """The same for each try of a delivery, so that a repeat is recognised."""
    return "msg_" + delivery.message.message_id.strip("<>").partition("@")[0]


def _envelope(delivery: Delivery) -> dict[str, Any]:
    message = delivery.message
    data = json.loads(message.payload) if message.payload else {}
    return {
        "type": f"monitor.{delivery.kind}",
        "timestamp": delivery.created_at.isoformat() if delivery.created_at else None,
        "data": {**data, "subject": message.subject, "text": message.text},
    }


def _judge(answer: Answer, where: str) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if status == 410:
        raise AddressClosed(f"{where} answered 410, it wants nothing more; `monitor deliveries retry` opens it again")
    if 300 <= status < 400:
        raise AddressDown(f"{where} answered {status}, a redirect; they are not followed, correct its address")
    fault = AddressDown if status in (429, 502, 503, 504) else DeliveryError  # else it may be this message's own
    raise fault(f"{where} answered {status}; it is tried again later", retry_after_s=answer.retry_after_s)
