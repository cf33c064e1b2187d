"""The labelled pairs of the two development topics, as the relation sees them."""

import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from monitor.model import Claim, Entity, Report
from monitor.text.passages import passages
from monitor.text.stems import stems

SHIPPED = Path(__file__).parents[2] / "config" / "baselines" / "coalition-withdrawal.toml"


@dataclass(frozen=True)
class Pair:
    """One labelled (report, claim) pair."""

    topic: str
    claim: Claim
    report: Report
    passage: str
    published: date
    story: str
    story_date: date | None
    entities: tuple[Entity, ...]
    relation: str
    note: str


def load_topic(folder: Path) -> list[Pair]:
    """The labelled pairs of `data/iraq` or `data/quake`."""
    claims, entities, published = _baseline(folder)
    rows = [json.loads(line) for line in (folder / "reports.jsonl").read_text(encoding="utf-8").splitlines() if line]
    dates = defaultdict(list)
    for row in rows:
        if row.get("story") and row["published"]:
            dates[row["story"]].append(date.fromisoformat(row["published"]))
    pairs = []
    for row in rows:
        report = Report(
            key=row["id"],
            title=row["title"],
            summary=row["summary"],
            published=datetime.fromisoformat(row["published"]).replace(tzinfo=UTC) if row["published"] else None,
        )
        of_story = sorted(dates.get(row.get("story"), []))
        for label in row.get("labels", []):
            claim = claims[label["claim"]]
            pairs.append(
                Pair(
                    folder.name,
                    claim,
                    report,
                    best_passage(claim.text, report),
                    published,
                    row.get("story") or row["id"],
                    of_story[len(of_story) // 2] if of_story else None,
                    entities,
                    label["relation"],
                    label.get("note", ""),
                )
            )
    return pairs


def best_passage(claim: str, report: Report) -> str:
    """The passage that holds most of the claim's words; a further sentence must add a twentieth of them."""
    own = set(stems(claim))
    found = passages(report.title, report.text)
    held = [len(own & set(stems(p.text))) / max(len(own), 1) - 0.06 * (p.last - p.first) for p in found]
    return found[held.index(max(held))].text


def _baseline(folder: Path) -> tuple[dict[str, Claim], tuple[Entity, ...], date]:
    """The profile of the folder, or the one that ships with the project."""
    profile = next(iter(folder.glob("*.toml")), SHIPPED)
    with profile.open("rb") as file:
        data = tomllib.load(file)
    claims = {c["id"]: Claim(id=c["id"], text=c["text"]) for c in data["claims"]}
    entities = tuple(
        Entity(name=e["name"], type=e.get("type", "other"), aliases=tuple(e.get("aliases", ())))
        for e in data["entities"]
    )
    return claims, entities, data["baseline"]["published"]
