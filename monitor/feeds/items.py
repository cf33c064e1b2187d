"""From a raw item of any format to a report, with every field through the door to plain text."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from monitor.feeds.dates import parse_date
from monitor.feeds.links import clean_url
from monitor.feeds.plain import MAX_CONTENT_CHARS, MAX_SUMMARY_CHARS, clean, to_line, to_plain
from monitor.feeds.raw import RawItem
from monitor.model import Report

MAX_KEY_CHARS = 500
USUAL_KEY = re.compile(r"[!-~]+")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the items of one feed have in common."""

    url: str
    outlet: str | None = None
    language: str | None = None


def make_report(item: RawItem, origin: Origin, now: datetime) -> Report:
    """The report that an item holds."""
    outlet = (to_line(item.outlet, is_html=False, limit=120) or None) if item.outlet else None
    title = _without_outlet(to_line(item.title.value, is_html=item.title.is_html), outlet)
    summary = to_plain(item.summary.value, is_html=item.summary.is_html, limit=MAX_SUMMARY_CHARS)
    content = to_plain(item.content.value, is_html=item.content.is_html, limit=MAX_CONTENT_CHARS)
    url = clean_url(item.link, origin.url) or _permalink(item.guid)
    published = parse_date(item.published, now)
    updated = published if item.updated == item.published else parse_date(item.updated, now)
    raw_date = clean(item.published or item.updated or "")[:120]
    return Report(
        key=make_key(item.guid, url, title, summary or content),
        title=title,
        summary="" if summary == content else summary,
        content=content,
        url=url,
        published=published or updated,
        published_raw=raw_date.replace("\n", " ") or None,
        updated=updated,
        outlet=outlet or origin.outlet,
        language=language_tag(item.language) or origin.language,
        feed_url=origin.url,
    )


def make_key(guid: str | None, url: str | None, title: str, text: str) -> str:
    """What makes a report the same one at the next poll: its guid, else its link, else its words."""
    key = (guid if guid and USUAL_KEY.fullmatch(guid) else " ".join(clean(guid or "").split())) or url
    if not key:
        return "text:" + text_hash(title, text)
    return key if len(key) <= MAX_KEY_CHARS else "hash:" + sha256(key.encode()).hexdigest()


def text_hash(title: str, text: str) -> str:
    """A short name for a title and a text."""
    return sha256(f"{title}\n{text}".encode()).hexdigest()[:32]


def language_tag(raw: str | None) -> str | None:
    """A language as `en` or `en-gb`, or None if it is none."""
    if not raw:
        return None
    tag = raw.strip().lower().replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else None


def distinct(reports: list[Report]) -> list[Report]:
    """The reports with keys of their own: feeds that give all items one guid would otherwise lose all but one.

    The same item listed twice stays one; different items under one key get the key of their link, else of their text.
    """
    if len({report.key for report in reports}) == len(reports):
        return reports
    by_key: dict[str, list[Report]] = {}
    for report in dict.fromkeys(reports):
        by_key.setdefault(report.key, []).append(report)
    return [own for rivals in by_key.values() for own in _own_keys(rivals)]


def _own_keys(rivals: list[Report]) -> list[Report]:
    if len(rivals) == 1:
        return rivals
    urls = Counter(report.url for report in rivals)
    return [
        replace(report, key=report.url)
        if report.url and urls[report.url] == 1
        else replace(report, key="text:" + text_hash(report.title, report.text))
        for report in rivals
    ]


def _permalink(guid: str | None) -> str | None:
    return clean_url(guid) if guid and guid.strip().lower().startswith(("http://", "https://")) else None


def _without_outlet(title: str, outlet: str | None) -> str:
    """News searches write "Headline - Outlet"; the outlet has a field of its own."""
    if outlet:
        for dash in (" - ", " – ", " — ", " | "):
            if title.endswith(dash + outlet) and len(title) > len(dash + outlet):
                return title.removesuffix(dash + outlet).rstrip()
    return title
