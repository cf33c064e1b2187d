"""Who published a report, as one key per voice: corroboration counts publishers, not feeds."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.text.fold import fold

# Labels that stand before a country's code without being anyone's name: example.co.uk, example.com.tr.
_SECOND_LEVEL = frozenset(
    "ac asn co com edu gen go gob gouv gov govt gr id in info jus law lg ltd mil mod msk name ne net nhs nic nom nsw "
    "or org plc police press qld re res sch school spb tm tv vic web".split()
)
# Hosts where every customer is a publisher of its own: the name before them belongs to the key.
_SHARED_HOSTS = frozenset(
    "blogspot.com wordpress.com substack.com medium.com tumblr.com github.io gitlab.io netlify.app vercel.app ghost.io "
    "livejournal.com typepad.com weebly.com wixsite.com over-blog.com hatenablog.com beehiiv.com pages.dev".split()
)
# Hosts that hand on other publishers' reports: the outlet says more than the address.
_AGGREGATORS = frozenset(
    "news.google.com google.com feedburner.com feedproxy.google.com news.yahoo.com yahoo.com msn.com smartnews.com "
    "flipboard.com newsbreak.com feedly.com bing.com reddit.com t.co bit.ly facebook.com twitter.com x.com".split()
)
_WWW = re.compile(r"^(?:www\d?|m|mobile|amp|feeds?|rss)\.")
_NOT_WORD = re.compile(r"[\W_]+")
_THE = re.compile(r"^the | (?:com|net|org)$")


def publisher_key(url: str | None, outlet: str | None = None) -> str:
    """One key for all addresses and feeds of a publisher; "" if neither the address nor the outlet tells.

    The registered domain of the report's address; for aggregators, and without an address, the outlet's name.
    """
    host = _host(url)
    domain = registered_domain(host) if host else ""
    if domain and domain not in _AGGREGATORS and host not in _AGGREGATORS:
        return domain
    name = _THE.sub("", _NOT_WORD.sub(" ", fold(outlet or "")).strip())
    return name.replace(" ", "-") or domain


def registered_domain(host: str) -> str:
    """The part of a host name that somebody registered: `news.example.co.uk` gives `example.co.uk`."""
    labels = _WWW.sub("", host).split(".")
    if len(labels) <= 2 or _is_address(host):
        return ".".join(labels) if not _is_address(host) else host
    kept = 2
    if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        kept = 3
    if ".".join(labels[-kept:]) in _SHARED_HOSTS:
        kept += 1
    return ".".join(labels[-kept:])


def _host(url: str | None) -> str:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:  # an address in brackets that is none
        return ""
    return host.lower().rstrip(".")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
