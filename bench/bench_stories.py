"""The cost of placing a report among 100,000 stored ones: `python bench/bench_stories.py [ITEMS.jsonl] [--stored N]`.

Reports are recombined from the titles and texts of ITEMS (JSON lines with `title` and `text` or `summary`), or made up.
Beside it, in the same run, the plain way: scikit-learn's TfidfVectorizer fitted on the stored reports, the new report
transformed and multiplied with all of them. Printed: milliseconds a report, their ratio, and the memory of the index.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

from monitor.matching.stories import StoryIndex, StoryMember
from monitor.model import Report

START = datetime(2024, 3, 1, tzinfo=UTC)
NOW = datetime(2024, 3, 8, tzinfo=UTC)
WINDOW_DAYS = 7  # all stored reports stand within the window: the hardest case
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def texts(path: Path | None, rng: random.Random) -> list[tuple[str, str]]:
    """Titles and texts to recombine."""
    if path:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [(row["title"], row.get("text") or row.get("summary") or "") for row in rows]
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(40_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]  # as words are spread in language
    drawn = [rng.choices(words, weights, k=44) for _ in range(8_000)]
    return [(" ".join(found[:8]), " ".join(found[8:])) for found in drawn]


def recombined(parts: Sequence[tuple[str, str]], count: int, rng: random.Random, first: int = 0) -> list[StoryMember]:
    """Reports of half the words each of two items; those with the title of one item and day are one story."""
    made = []
    for number in range(first, first + count):
        item, other, day = rng.randrange(len(parts)), rng.randrange(len(parts)), rng.randrange(WINDOW_DAYS)
        title, text = parts[item][0].split(), parts[item][1].split()
        strange = parts[other][1].split()
        words = rng.sample(text, len(text) // 2) + rng.sample(strange, len(strange) // 2)
        report = Report(
            key=str(number),
            title=" ".join(rng.sample(title, max(1, len(title) * 3 // 4))),
            summary=" ".join(words),
            published=START + timedelta(days=day, hours=rng.random() * 24),
        )
        made.append(StoryMember(report_id=number, story_id=item * WINDOW_DAYS + day, report=report, seen=NOW))
    return made


def _seconds_each(run: Sequence[object], started: float) -> float:
    return (time.perf_counter() - started) / len(run)


def _text(one: StoryMember) -> str:
    return f"{one.report.title}. {one.report.summary}"


def main(arguments: Sequence[str]) -> int:
    """Build both, place the same new reports with both, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", nargs="?", type=Path)
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=300)
    options = parser.parse_args(arguments)
    rng = random.Random(20240301)
    parts = texts(options.items, rng)
    stored = recombined(parts, options.stored, rng)
    new = recombined(parts, options.new, rng, first=options.stored)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = StoryIndex()
    started = time.perf_counter()
    index.seed(stored)
    fill_s = _seconds_each(stored, started)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    started = time.perf_counter()
    joined = sum(index.place(one.report_id, one.report, NOW).story_id is not None for one in new)
    place_s = _seconds_each(new, started)

    vectorizer = TfidfVectorizer(stop_words="english")
    started = time.perf_counter()
    matrix = vectorizer.fit_transform(_text(one) for one in stored).T.tocsr()
    fit_s = _seconds_each(stored, started)
    started = time.perf_counter()
    for one in new:
        (vectorizer.transform([_text(one)]) @ matrix).argmax()
    plain_s = _seconds_each(new, started)

    print(f"{options.stored:,} stored reports, all inside the window; {len(new)} new ones, {joined} joined a story")
    print(f"StoryIndex: {place_s * 1e3:.2f} ms to place a report, {fill_s * 1e3:.2f} ms to store one, {grown} MB")
    print(f"plain TfidfVectorizer cosine over all: {plain_s * 1e3:.2f} ms a report, {fit_s * 1e3:.2f} ms to store one,")
    print("    and all of it again whenever the idf shall know the reports that came since")
    print(f"ratio of placing: {plain_s / place_s:.2f} times as fast as plain")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
