"""Telling our own outage from a feed's: one poll may be too few feeds to know, the polls just before help."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.feeds.poll import OUTAGE_HOSTS, OUTAGE_KINDS
from monitor.feeds.schedule import OFFLINE


def is_our_outage(url: str, kind: str | None, lately: Mapping[str, str | None]) -> bool:
    """Whether a failure is that of our own network: nobody else could be reached of late either.

    `lately` holds the last poll's failure of each feed asked within the last minutes, None where it went well.
    """
    if kind not in OUTAGE_KINDS:
        return False
    others = {other: how for other, how in lately.items() if other != url}
    hosts = {urlsplit(other).hostname for other in others} | {urlsplit(url).hostname}
    return len(hosts) >= OUTAGE_HOSTS and all(how == OFFLINE or how in OUTAGE_KINDS for how in others.values())
