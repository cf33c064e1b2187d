"""The ways in which a delivery fails, all of them kinds of DeliveryError.

DeliveryError
├─ ChannelDown     the server or the folder cannot be used now: every other message would fail as well
└─ MessageError    the message itself cannot be composed; permanent
"""

from monitor.errors import DeliveryError


class ChannelDown(DeliveryError):
    """The channel as a whole is out of order; further messages need not be tried in this run."""


class MessageError(DeliveryError):
    """A message cannot be composed safely. It is parked with this reason and the queue goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)
