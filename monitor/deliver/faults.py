"""The ways in which a delivery fails, all of them kinds of DeliveryError.

DeliveryError       this message, and for a while those to the same address, which are to arrive in order
├─ ChannelDown      the server cannot be used now: every other message would fail as well
│  └─ BrokenOff     the connection broke while the message was handed over, which may be the message's own fault
├─ AddressDown      the address, or the folder, cannot be reached now: every other message to it would fail as well
├─ AddressClosed    the address wants nothing more; permanent
└─ MessageError     the message itself cannot be composed; permanent
"""

from monitor.errors import DeliveryError


class ChannelDown(DeliveryError):
    """The channel as a whole is out of order; further messages need not be tried in this run."""


class BrokenOff(ChannelDown):
    """The connection broke while a message was handed over: usually the channel's fault, perhaps the message's own."""


class AddressDown(DeliveryError):
    """One address is out of order; further messages to it need not be tried in this run."""


class AddressClosed(DeliveryError):
    """An address said for good that it wants nothing more, such as a webhook that answers 410."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class MessageError(DeliveryError):
    """A message cannot be composed safely. It is parked with this reason and the queue goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)
