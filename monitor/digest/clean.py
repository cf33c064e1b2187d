"""Feed text made fit for a mail: one line, no controls, no lone surrogates; hosts of addresses; nothing raises."""

import unicodedata
from urllib.parse import urlsplit

# They turn the direction of what follows, also of text that is not the feed's.
_DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, limit: int = 2000) -> str:
    """The text on one line, cut with an ellipsis at the limit."""
    sound = text.encode("utf-8", "replace").decode("utf-8").translate(_DIRECTION_MARKS)
    sound = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in sound)
    sound = " ".join(sound.split())
    return sound if len(sound) <= limit else sound[: limit - 1].rstrip() + "…"


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
    """The host that a link leads to, without `www.`; an international name is left in its ASCII form."""
    address = web_address(url)
    if address is None:
        return ""
    host = urlsplit(address).hostname or ""
    host = host.encode("idna", "ignore").decode("ascii") if not host.isascii() and len(host) < 64 else host
    return host.removeprefix("www.")
