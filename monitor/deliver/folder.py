"""The file channel: each message as NAME.eml, NAME.html and NAME.txt in a folder, whole or not at all."""

import os
import re
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor.deliver.faults import AddressDown
from monitor.deliver.mail import build_mail
from monitor.model import Delivery

_SLUG_LIMIT = 60


class FolderChannel:
    """Writes messages into the folder that the recipient's address names; relative ones are below `base`."""

    def __init__(self, *, base: Path, sender: str, clock: Callable[[], datetime]) -> None:
        self._base = base
        self._sender = sender
        self._clock = clock

    def send(self, delivery: Delivery) -> None:
        """Write the message's files; a repeat of the same delivery replaces them."""
        message = delivery.message
        raw = build_mail(
            message, sender=self._sender, to_name=delivery.recipient, to_address="file@localhost", date=self._clock()
        )
        folder = self._base / Path(delivery.address).expanduser()
        name = file_name(delivery)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if message.html is not None:
                write_whole(folder / f"{name}.html", message.html.encode("utf-8", "replace"))
            write_whole(folder / f"{name}.txt", message.text.encode("utf-8", "replace"))
            write_whole(folder / f"{name}.eml", raw)  # last: where it is, the others are
        except OSError as exc:
            raise AddressDown(
                f"{folder}: cannot be written to: {exc.strerror or exc}; "
                f'check the folder of recipient "{delivery.recipient}" and the space on its disk'
            ) from exc


def file_name(delivery: Delivery) -> str:
    """A file name without ending: the same for the same delivery, sorted by age, and telling what it is about."""
    words = re.sub(r"[^a-z0-9]+", "-", delivery.message.subject.lower())[:_SLUG_LIMIT].strip("-")
    return f"{delivery.kind}-{delivery.id:05d}-{words or 'message'}"


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write through a temporary file that takes the name once it is on the disk; readable by the owner only."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
