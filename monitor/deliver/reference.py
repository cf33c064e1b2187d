"""What `env:NAME` and `file:PATH` in an address stand for."""

from monitor.config.settings import Settings
from monitor.deliver.faults import AddressDown


def resolved(settings: Settings, recipient: str, address: str) -> str:
    """The address itself; AddressDown where it is kept elsewhere and is not there."""
    if not address.startswith(("env:", "file:")):
        return address
    found = settings.secret(address)
    if found is None:
        raise AddressDown(
            f'recipients: the address of "{recipient}" is not at {address}; set the variable or write the file'
        )
    return found
