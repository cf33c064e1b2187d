"""The demonstration's news, as its file holds it: four invented outlets and what they report in two rounds."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "data" / "reports.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented outlet and the format of its feed."""

    id: str
    name: str
    format: str  # "rss20", "atom10", "rss10" or "json11"
    language: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One report as its outlet puts it into its feed."""

    id: str
    title: str
    summary: str
    link: str
    published: datetime | None = None
    updated: datetime | None = None
    language: str = "en"
    outlet: str | None = None  # the name of the outlet, where the feed says it item by item


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An item with what only the demonstration knows of it."""

    item: Item
    outlet_id: str
    round: int
    kind: str  # "positive", "near miss" or "noise"; for the tests
    copy_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All outlets and all news."""

    outlets: tuple[Outlet, ...]
    news: tuple[News, ...]

    def held(self, outlet: Outlet, round_: int) -> tuple[Item, ...]:
        """What the outlet's feed holds in that round, newest first; a rewritten report stands for the older one."""
        latest = {news.item.id: news.item for news in self.news if news.outlet_id == outlet.id and news.round <= round_}
        return tuple(sorted(latest.values(), key=_when, reverse=True))


def load_corpus(path: Path = CORPUS) -> Corpus:
    """The shipped news."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    outlets = {row["id"]: Outlet(**row) for row in document["outlets"]}
    news = tuple(_news(row, outlets[row["outlet"]]) for row in document["reports"])
    return Corpus(outlets=tuple(outlets.values()), news=news)


def _news(row: dict[str, Any], outlet: Outlet) -> News:
    item = Item(
        id=row["id"],
        title=row["title"],
        summary=" ".join(row["summary"].split()),
        link=f"{outlet.site}{row['published']:%Y/%m/%d}/{row['id']}",
        published=row["published"],
        updated=row.get("updated"),
        language=row.get("language", outlet.language),
    )
    return News(item=item, outlet_id=outlet.id, round=row["round"], kind=row["kind"], copy_of=row.get("copy_of"))


def _when(item: Item) -> tuple[bool, float]:
    moment = item.updated or item.published
    return (moment is not None, moment.timestamp() if moment else 0.0)
