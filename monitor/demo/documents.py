"""Feed documents in the four formats that the world uses, written the way real outlets write them."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.demo.corpus import Item, Outlet

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def feed_document(outlet: Outlet, items: Sequence[Item]) -> tuple[bytes, str]:
    """The outlet's feed as bytes, and its content type."""
    write, content_type = _FORMATS[outlet.format]
    return write(outlet, items).encode("utf-8"), content_type


def _rss20(outlet: Outlet, items: Sequence[Item]) -> str:
    """RSS 2.0; descriptions are HTML in CDATA, dates RFC 822."""
    entries = "\n".join(_rss20_item(item) for item in items)
    return (
        f'{_DECLARATION}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>{escape(outlet.name)}</title><link>{escape(outlet.site)}</link>"
        f"<description>{escape(outlet.name)}</description><language>{outlet.language}</language>\n"
        f"{entries}\n</channel></rss>\n"
    )


def _rss20_item(item: Item) -> str:
    moment = item.updated or item.published
    date = f"<pubDate>{format_datetime(moment, usegmt=True)}</pubDate>" if moment else ""
    creator = f"<dc:creator>{escape(item.outlet)}</dc:creator>" if item.outlet else ""
    html = f"<p>{escape(item.summary)}</p>".replace("]]>", "]]&gt;")
    return (
        f'<item><guid isPermaLink="false">{escape(item.id)}</guid><link>{escape(item.link)}</link>'
        f"<title>{escape(item.title)}</title>{date}{creator}<description><![CDATA[{html}]]></description></item>"
    )


def _atom10(outlet: Outlet, items: Sequence[Item]) -> str:
    """Atom; summaries are escaped HTML, each entry has both dates."""
    newest = max((item.updated or item.published for item in items if item.published), default=None)
    entries = "\n".join(_atom10_entry(item) for item in items)
    return (
        f'{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f"<id>{escape(outlet.site)}</id><title>{escape(outlet.name)}</title>"
        f"<link href={quoteattr(outlet.site)}/><updated>{_iso(newest)}</updated>\n{entries}\n</feed>\n"
    )


def _atom10_entry(item: Item) -> str:
    published = f"<published>{_iso(item.published)}</published>" if item.published else ""
    updated = f"<updated>{_iso(item.updated or item.published)}</updated>" if item.published else ""
    author = f"<author><name>{escape(item.outlet)}</name></author>" if item.outlet else ""
    return (
        f"<entry xml:lang={quoteattr(item.language)}><id>{escape(item.id)}</id>"
        f"<title>{escape(item.title)}</title><link href={quoteattr(item.link)}/>{published}{updated}{author}"
        f'<summary type="html">{escape(f"<p>{escape(item.summary)}</p>")}</summary></entry>'
    )


def _rss10(outlet: Outlet, items: Sequence[Item]) -> str:
    """RSS 1.0: RDF with a table of contents, dates by Dublin Core, the link as the item's name."""
    contents = "".join(f"<rdf:li rdf:resource={quoteattr(item.link)}/>" for item in items)
    entries = "\n".join(_rss10_item(item) for item in items)
    return (
        f'{_DECLARATION}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f"<channel rdf:about={quoteattr(outlet.site)}><title>{escape(outlet.name)}</title>"
        f"<link>{escape(outlet.site)}</link><description>{escape(outlet.name)}</description>"
        f"<items><rdf:Seq>{contents}</rdf:Seq></items></channel>\n{entries}\n</rdf:RDF>\n"
    )


def _rss10_item(item: Item) -> str:
    moment = item.updated or item.published
    date = f"<dc:date>{_iso(moment)}</dc:date>" if moment else ""
    creator = f"<dc:creator>{escape(item.outlet)}</dc:creator>" if item.outlet else ""
    return (
        f"<item rdf:about={quoteattr(item.link)}><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f"<description>{escape(item.summary)}</description>{date}{creator}</item>"
    )


def _json11(outlet: Outlet, items: Sequence[Item]) -> str:
    """JSON Feed 1.1."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet.name,
            "home_page_url": outlet.site,
            "language": outlet.language,
            "items": [_json11_item(item) for item in items],
        },
        ensure_ascii=False,
        indent=1,
    )


def _json11_item(item: Item) -> dict[str, object]:
    members: dict[str, object] = {
        "id": item.id,
        "url": item.link,
        "title": item.title,
        "content_text": item.summary,
        "language": item.language,
    }
    if item.published:
        members["date_published"] = _iso(item.published)
    if item.updated:
        members["date_modified"] = _iso(item.updated)
    if item.outlet:
        members["authors"] = [{"name": item.outlet}]
    return members


def _iso(moment: datetime | None) -> str:
    return (moment or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_FORMATS: dict[str, tuple[Callable[[Outlet, Sequence[Item]], str], str]] = {
    "rss20": (_rss20, "application/rss+xml; charset=utf-8"),
    "atom10": (_atom10, "application/atom+xml"),
    "rss10": (_rss10, "application/rdf+xml"),
    "json11": (_json11, "application/feed+json"),
}
