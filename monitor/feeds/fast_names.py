"""What each element of a well-formed feed is to feedparser, by the namespaces that the document declares."""

import re

from monitor.feeds.feedparser_reader import NAMESPACES

INERT = ""  # neither it nor what it does to the parser's memory shows in any field that we read
TEXT = "text"  # as INERT, as long as it holds text only: the parser takes elements inside for markup
REFUSED = "refused"  # known to matter in ways that are not worth following
IMAGE = "image"  # a box with a title and a link of its own
INPUT = "input"

ROLES = (
    {name: name for name in ("title", "link", "description", "summary", "content", "source", "language", "ttl")}
    | {"sy_updateperiod": "sy_updateperiod", "sy_updatefrequency": "sy_updatefrequency"}
    | {"dc_title": "title", "media_title": "media_title"}
    | dict.fromkeys(("guid", "id"), "guid")
    | dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), "published")
    | dict.fromkeys(("updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"), "updated")
    | {"dc_description": "description", "media_description": "media_description", "itunes_summary": "summary"}
    | dict.fromkeys(("content_encoded", "fullitem"), "encoded")
    | {"dc_language": "language", "image": IMAGE, "textinput": INPUT, "item": "item", "entry": "item"}
    | dict.fromkeys(
        ("subtitle", "tagline", "rights", "copyright", "info", "feedburner_browserfriendly"), TEXT
    )
    | dict.fromkeys(("dc_rights", "itunes_subtitle"), TEXT)
    | dict.fromkeys(
        # The last ones are names under which feedparser keeps fields of other elements.
        ("abstract", "body", "xhtml_body", "date", "rss", "channel", "feed", "rdf_rdf", "links", "title_detail",
         "summary_detail", "description_detail", "svg", "math"), REFUSED,
    )
)  # fmt: skip
ATOM = "http://www.w3.org/2005/atom"
RSS_10 = "http://purl.org/rss/1.0/"
RSS_090 = "http://my.netscape.com/rdf/simple/0.9/"
XLINK = b"http://www.w3.org/1999/xlink"
STANDARD = frozenset(NAMESPACES.values()) - {""}
SPEAKING = frozenset(name.partition("_")[0] for name in ROLES if "_" in name)  # prefixes that can make a name matter
DECLARED = re.compile(rb"""xmlns(?::([^\s=]{1,100}))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Roles(dict[str, str]):
    """Element -> role, worked out at first sight."""

    def __init__(self, prefixes: dict[str, str], *, has_links: bool = False) -> None:
        super().__init__()
        self._prefixes = prefixes
        self.has_links = has_links  # of XLink: feedparser repeats its declaration as an attribute

    def __missing__(self, tag: str) -> str:
        role = self[tag] = ROLES.get(self.name(tag), INERT)
        return role

    def name(self, tag: str) -> str:
        """The name under which feedparser knows the element: `dc_date`, `title`, in lower case."""
        uri, _, local = tag[1:].partition("}") if tag[0] == "{" else ("", "", tag)
        prefix = standard_prefix(uri)
        if prefix is None:
            prefix = self._prefixes.get(uri)
        if prefix is None or not local.isascii():
            return "links"  # refused
        return f"{prefix}_{local.lower()}" if prefix else local.lower()


def standard_prefix(uri: str) -> str | None:
    """The prefix that feedparser gives a namespace it knows; empty for those of the formats themselves."""
    lower = uri.lower()
    if not uri or "backend.userland.com/rss" in lower:
        return ""
    return NAMESPACES.get(lower)


def read_roles(document: bytes) -> Roles | None:
    """The roles in a document; None if it declares namespaces in a way that a reader of names could mix up."""
    prefixes: dict[str, str] = {}  # of namespaces that feedparser does not know
    bound: dict[str, str] = {}
    for raw_prefix, *raw_uris in DECLARED.findall(document):
        uri = b"".join(raw_uris).decode("utf-8", "replace")
        prefix = raw_prefix.decode("utf-8", "replace").lower()
        standard = standard_prefix(uri)
        if "&" in uri or (prefix and bound.setdefault(prefix, uri) != uri):
            return None
        if standard is None:
            other = prefixes.setdefault(uri, prefix)
            if other != prefix and ({other, prefix} & SPEAKING or not (other and prefix)):
                return None
        # feedparser then takes elements of the namespace to which the prefix belongs for those of the other one.
        elif prefix in STANDARD and prefix != standard and (prefix in SPEAKING or standard in SPEAKING or not standard):
            return None
    return Roles(prefixes, has_links=XLINK in document)
