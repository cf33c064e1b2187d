"""Feed text made fit for a mail: one line, no controls, no lone surrogates; hosts of addresses; nothing raises."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

# They turn the direction of what follows, also of text that is not the feed's.
_DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, limit: int = 2000) -> str:
    """The text on one line, cut with an ellipsis at the limit."""
    line = " ".join(_seen(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _seen(text: str) -> str:
    """The text with blanks for what cannot be seen, and without what turns its direction."""
    if text.isprintable():
        return text
    text = text.encode("utf-8", "replace").decode("utf-8").translate(_DIRECTION_MARKS)
    return "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)


def sound(value: Any) -> Any:
    """What a template may put out: text without anything unseen but line ends; the last door before the mail."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "\n".join(map(_seen, value.split("\n")))


def web_address(url: str | None) -> str | None:
    """The address if it is one that a mail may link to: http or https, with a host, on one line; else None."""
    if not url or len(url) > 2000 or one_line(url) != url or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def host_of(url: str | None) -> str:
    """The host that a link leads to, without `www.`; an international name in its ASCII form."""
    address = web_address(url)
    if address is None:
        return ""
    host = urlsplit(address).hostname or ""
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:  # no such host can exist, but it may be shown as it is written
        return host
    return host.removeprefix("www.")
