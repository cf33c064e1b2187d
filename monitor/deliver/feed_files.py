"""The feed channel: messages as entries of `alerts.json` (JSON Feed) and `alerts.atom`, for whoever reads feeds.

The JSON file is the state: an entry is put in by its identity, so that a repeat of a delivery changes nothing.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from monitor.deliver.faults import AddressDown
from monitor.deliver.folder import write_whole
from monitor.deliver.headers import header_text
from monitor.model import Delivery, Message

MOST_ENTRIES = 100
TITLE = "monitor: alerts"
VERSION = "https://jsonfeed.org/version/1.1"
ATOM = "http://www.w3.org/2005/Atom"


class FeedFilesChannel:
    """Keeps the two files in the folder that the recipient's address names; relative ones are below `base`."""

    def __init__(self, *, base: Path, clock: Callable[[], datetime]) -> None:
        self._base = base
        self._clock = clock

    def send(self, delivery: Delivery) -> None:
        """Put the message at the head of both files."""
        folder = self._base / Path(delivery.address).expanduser()
        entry = _entry(delivery.message, delivery.created_at or self._clock())
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entries = [entry, *(one for one in _read(folder / "alerts.json") if one.get("id") != entry["id"])]
            entries.sort(key=lambda one: str(one.get("date_published")), reverse=True)
            del entries[MOST_ENTRIES:]
            # A folder that others may read, such as a web server's, was made so for them; ours is closed.
            mode = 0o600 | folder.stat().st_mode & 0o044
            write_whole(folder / "alerts.atom", _atom(entries), mode=mode)
            write_whole(folder / "alerts.json", _json(entries), mode=mode)  # last: what is in here is in the other
        except OSError as exc:
            raise AddressDown(
                f"{folder}: cannot be written to: {exc.strerror or exc}; "
                f'check the folder of recipient "{delivery.recipient}" and the space on its disk'
            ) from exc


def _entry(message: Message, at: datetime) -> dict[str, Any]:
    text = sound(message.text)
    entry: dict[str, Any] = {
        "id": "urn:monitor:" + message.message_id.strip("<>"),
        "title": header_text(message.subject),
        "content_text": text,
        "date_published": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    payload = json.loads(message.payload) if message.payload else {}
    if url := next((alert["url"] for alert in payload.get("alerts", ()) if alert.get("url")), None):
        entry["external_url"] = url
    if payload:
        entry["_monitor"] = payload
    return entry


def sound(text: str) -> str:
    """The text without what XML cannot hold: controls, lone surrogates and non-characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\x7f\ufffe\uffff")
    )


def _read(path: Path) -> list[dict[str, Any]]:
    """The entries of the file; none if it is not there or not ours."""
    try:
        items = json.loads(path.read_bytes()).get("items", [])
    except (FileNotFoundError, ValueError, AttributeError):
        return []
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _json(entries: list[dict[str, Any]]) -> bytes:
    feed = {"version": VERSION, "title": TITLE, "items": entries}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _atom(entries: list[dict[str, Any]]) -> bytes:
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(root, "id", "urn:monitor:alerts")
    _add(root, "title", TITLE)
    _add(root, "updated", str(entries[0].get("date_published")))
    _add(_add(root, "author"), "name", "monitor")
    for one in entries:
        entry = _add(root, "entry")
        _add(entry, "id", str(one.get("id")))
        _add(entry, "title", sound(str(one.get("title"))))
        _add(entry, "updated", str(one.get("date_published")))
        if url := one.get("external_url"):
            _add(entry, "link").set("href", sound(str(url)))
        _add(entry, "content", sound(str(one.get("content_text")))).set("type", "text")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text
    return child
