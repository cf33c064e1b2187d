"""The channel for chat and phone services: Apprise knows how to speak to each of them. The only home of Apprise."""

from contextlib import suppress
from typing import Any

from monitor.config.settings import Settings
from monitor.deliver.faults import AddressDown
from monitor.deliver.reference import resolved
from monitor.errors import DeliveryError
from monitor.model import Delivery

# Longer than what the shorter services take: whoever wants all of it reads the mail or the ledger.
TEXT_LIMIT = 3000


class ServiceChannel:
    """Hands messages to the services that recipients' Apprise addresses name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, delivery: Delivery) -> None:
        """Hand the message over; returns once the service has accepted it."""
        url = resolved(self._settings, delivery.recipient, delivery.address)
        where = f'the service of recipient "{delivery.recipient}"'
        client = self._client(url, where)
        try:
            accepted = client.notify(title=delivery.message.subject, body=_shortened(delivery.message.text))
        except (TypeError, ValueError, OSError) as exc:  # what its plug-ins let through
            raise AddressDown(f"{where} failed: {type(exc).__name__}; it is tried again later") from exc
        if not accepted:
            raise AddressDown(f"{where} did not take the message; it is tried again later")

    def _client(self, url: str, where: str) -> Any:
        import apprise

        # Its own files, plug-ins and addresses behind addresses stay out: the address alone says where.
        client = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, plugin_paths=[], app_id="monitor"))
        added = False
        with suppress(TypeError):
            added = bool(client.add(url))
        if not added:
            raise DeliveryError(f"{where} is not an address that Apprise knows; correct it", permanent=True)
        return client


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1].rstrip() + "…"
