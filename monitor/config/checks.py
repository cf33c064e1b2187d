"""Checks of single values. Each returns the value or raises ValueError saying what is wrong and what to do."""

import difflib
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import PlainValidator, ValidationInfo

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\x00-\x1f\x7f]+")


def absolute_path(path: Path, info: ValidationInfo) -> Path:
    """The path, relative to the folder of the configuration file where one was read; `~` is the home folder."""
    if "\0" in str(path):
        raise ValueError("holds a NUL character, give a path")
    folder: Path | None = (info.context or {}).get("folder")
    expanded = path.expanduser()
    return expanded if folder is None else Path(folder, expanded).resolve()


def check_line(text: str) -> str:
    """A text of one line without control characters."""
    if not text.strip() or re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("empty, or holds a control character, write plain text on one line")
    return text


def check_address(text: str) -> str:
    """A mail address that can stand in a header and an envelope without surprise."""
    if not _ADDRESS.fullmatch(text) or len(text) > 254:
        raise ValueError(f"{text!r} is not a mail address, write it as name@example.org")
    return text


def check_secret(text: str) -> str:
    """Where a secret is kept: never the secret itself."""
    if not is_secret(text):
        raise ValueError("a secret does not belong in this file, write env:NAME_OF_A_VARIABLE or file:PATH")
    return text


def is_secret(text: str) -> bool:
    """Whether a value names the place of a secret."""
    return re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", text) is not None


def check_unsubscribe(text: str) -> str:
    """What may stand in the header List-Unsubscribe."""
    if not re.fullmatch(r"(?:https://|mailto:)[\x21-\x3b\x3d\x3f-\x7e]+", text):
        raise ValueError("not an https: or mailto: address, write it as https://example.org/off")
    return text


def check_host(text: str) -> str:
    """A host name or an IP address, without scheme or port."""
    if not re.fullmatch(r"[A-Za-z0-9_.:-]+", text) or "://" in text:
        raise ValueError(f"{text!r} is not a host name, write it as mail.example.org; the port has a key of its own")
    return text


def check_listen(text: str) -> str:
    """Where to listen: an IP address and a port."""
    try:
        host, port = split_listen(text)
        ip_address(host)
    except ValueError:
        raise ValueError(f'{text!r} is not an address with a port, write it as "127.0.0.1:8710"') from None
    if not 0 <= port <= 65535:
        raise ValueError(f"{port} is no port, use a number from 1 to 65535")
    return text


def split_listen(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8710` or `[::1]:8710`."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def check_ping(text: str) -> str:
    """An address to call, or where it is kept: those of monitoring services are secrets."""
    if not is_secret(text) and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", text):
        raise ValueError("not an http(s) address without a login, nor env:NAME or file:PATH, write one of them")
    return text


def check_command(words: tuple[str, ...]) -> tuple[str, ...]:
    """A program and its arguments; no shell reads them."""
    if any(not word or "\0" in word for word in words):
        raise ValueError('an empty word or a NUL character, write it as ["/usr/local/bin/tell-me", "--urgent"]')
    return words


def check_contact(text: str) -> str:
    """A contact for the user agent: printable ASCII, since it goes into a header."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("not an address that fits a header, give a web or mail address without spaces")
    return text


def check_zone(name: str) -> str:
    """The name of an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone{suggestion(name, available_timezones())}") from None
    return name


def check_network(value: object) -> IPv4Network | IPv6Network:
    """A network in CIDR notation, or one address."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        if not isinstance(value, str):
            raise ValueError("not a text")
        return ip_network(value)
    except ValueError as exc:
        raise ValueError(f'{exc}, write a network such as "192.168.0.0/16" or one address') from exc


IPNetwork = Annotated[IPv4Network | IPv6Network, PlainValidator(check_network)]


def is_loopback(host: str) -> bool:
    """Whether mail to this host never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def suggestion(word: str, known: set[str]) -> str:
    """ ", did you mean X?" for the nearest known word, or what there is to choose from if it is little."""
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f", did you mean {folded[near[0]]}?"
    if 0 < len(known) <= 14:
        return f", use one of: {', '.join(sorted(known))}"
    return ""
