"""How well reports are grouped into stories: `python bench/quality/stories.py LABELLED.jsonl...`.

Labelled reports are JSON lines with `id`, `title`, `summary`, `published`, `story` and perhaps `copy_of`; lines of
claims with `claim_id` and `headline` (Emergent) are grouped by their headlines alone. Printed for each file: pairwise
F1 and B-cubed F1 of the batch grouping, of the stream in order of time, and of the stream after the nightly merges;
with the shipped settings, nothing chosen on the file.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import median

from monitor.matching.stories import StoryIndex, StoryMember, group_stories, relink
from monitor.model import Report


@dataclass(frozen=True)
class Labelled:
    """A report and the story a reader put it in."""

    report: Report
    story: str
    copy_of: str | None


def load(path: Path) -> list[Labelled]:
    """The labelled reports of a file, those without a story left out."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [_labelled(number, row) for number, row in enumerate(rows) if row.get("story") or row.get("claim_id")]


def _labelled(number: int, row: dict[str, str | None]) -> Labelled:
    published = row.get("published")
    report = Report(
        key=row.get("id") or str(number),
        title=row.get("title") or row.get("headline") or "",
        summary=row.get("summary") or "",
        published=datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None,
    )
    return Labelled(report, row.get("story") or row.get("claim_id") or "", row.get("copy_of"))


def arrivals(given: Sequence[Labelled]) -> list[datetime]:
    """When each report would have come in: undated ones with the others of their story, as live feeds bring them."""
    dates: dict[str, list[datetime]] = {}
    for one in given:
        if one.report.published:
            dates.setdefault(one.story, []).append(one.report.published)
    every = sorted(date for found in dates.values() for date in found) or [datetime(2020, 1, 1, tzinfo=UTC)]
    fallback = {one.story: every[at * len(every) // len(given)] for at, one in enumerate(given)}
    return [
        one.report.published
        or (
            datetime.fromtimestamp(median(date.timestamp() for date in dates[one.story]), UTC)
            if one.story in dates
            else fallback[one.story]
        )
        for one in given
    ]


def stream(given: Sequence[Labelled]) -> tuple[list[int], list[int]]:
    """Story numbers after arrival in order of time, and after the merges."""
    index, when, members = StoryIndex(), arrivals(given), []
    found = [0] * len(given)
    for at in sorted(range(len(given)), key=lambda at: (when[at], given[at].report.key)):
        placed = index.place(at, given[at].report, when[at])
        found[at] = at if placed.story_id is None else placed.story_id
        index.assign(at, found[at])
        members.append(StoryMember(report_id=at, story_id=found[at], report=given[at].report, seen=when[at]))
    into = {merge.story_id: merge.into_id for merge in relink(members)}
    merged = []
    for story in found:
        while story in into:
            story = into[story]
        merged.append(story)
    return found, merged


def pairwise(labels: Sequence[int], given: Sequence[Labelled]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of reports put together."""
    right = joined = wanted = 0
    for a, b in combinations(range(len(given)), 2):
        together, same = labels[a] == labels[b], given[a].story == given[b].story
        right, joined, wanted = right + (together and same), joined + together, wanted + same
    return _prf(right / max(joined, 1), right / max(wanted, 1))


def b_cubed(labels: Sequence[int], given: Sequence[Labelled]) -> tuple[float, float, float]:
    """Precision, recall and F1 as a mean over reports."""
    precision = recall = 0.0
    for a in range(len(given)):
        group = {b for b in range(len(given)) if labels[b] == labels[a]}
        story = {b for b in range(len(given)) if given[b].story == given[a].story}
        precision += len(group & story) / len(group) / len(given)
        recall += len(group & story) / len(story) / len(given)
    return _prf(precision, recall)


def _prf(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def copies_joined(labels: Sequence[int], given: Sequence[Labelled]) -> str:
    """How many syndicated copies share their original's story."""
    row = {one.report.key: at for at, one in enumerate(given)}
    copies = [(at, row[one.copy_of]) for at, one in enumerate(given) if one.copy_of in row]
    return f"{sum(labels[a] == labels[b] for a, b in copies)}/{len(copies)}"


def main(paths: Sequence[str]) -> int:
    """Print one table a file."""
    if not paths:
        print(__doc__)
        return 2
    for name in paths:
        given = load(Path(name))
        print(f"{name}: {len(given)} reports, {len({one.story for one in given})} stories")
        arrived, merged = stream(given)
        batch = group_stories([one.report for one in given])
        for kind, labels in (("batch", batch), ("on arrival", arrived), ("after merges", merged)):
            p, r, f = pairwise(labels, given)
            cubed, copies = b_cubed(labels, given)[2], copies_joined(labels, given)
            print(f"  {kind:13} pairwise P {p:.3f} R {r:.3f} F1 {f:.3f}   B-cubed F1 {cubed:.3f}   copies {copies}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
