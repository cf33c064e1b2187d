"""Opens a channel by its name in the configuration."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from monitor.config.settings import Settings
from monitor.deliver.feed_files import FeedFilesChannel
from monitor.deliver.folder import FolderChannel
from monitor.deliver.services import ServiceChannel
from monitor.deliver.smtp import SmtpChannel
from monitor.deliver.webhook import Post, WebhookChannel
from monitor.errors import ConfigError
from monitor.model import Delivery

CHANNELS = ("smtp", "file", "feed", "apprise", "webhook")


class Channel(Protocol):
    """Takes one message for one recipient."""

    def send(self, delivery: Delivery) -> None:
        """Return once the message is accepted; raise DeliveryError otherwise."""


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


def open_channel(
    name: str, settings: Settings, *, clock: Callable[[], datetime] = utc_now, post: Post | None = None
) -> Channel:
    """The channel of that name; ConfigError if it is unknown or not configured. Opens no connection yet.

    `post` is the way to the web, which guards what addresses are asked; without it there are no webhooks.
    """
    if name == "smtp":
        if settings.smtp is None:
            raise ConfigError('[smtp] is missing, but a recipient has channel = "smtp"; add it or use channel = "file"')
        return SmtpChannel(settings.smtp, clock=clock)
    base = settings.source.parent if settings.source else Path.cwd()
    if name == "file":
        sender = settings.smtp.from_address if settings.smtp else "monitor@localhost"
        return FolderChannel(base=base, sender=sender, clock=clock)
    if name == "feed":
        return FeedFilesChannel(base=base, clock=clock)
    if name == "apprise":
        return ServiceChannel(settings)
    if name == "webhook" and post is not None:
        return WebhookChannel(settings, post=post, clock=clock)
    raise ConfigError(f'recipients: channel "{name}" is unknown; use one of {", ".join(CHANNELS)}')
