"""Reading feeds beside plain feedparser: `python bench/feeds_speed.py DIR [ROUNDS]`.

DIR is a collection as feeds_corpus.py reads it. In each round, all real documents in XML, ill-formed ones as they
come, are read once by `feedparser.parse` and then once by the monitor (bytes to reports in plain text), in one warm
process. Times are CPU times, the median of the rounds for each document. Printed are the ratio of all documents
together, the median ratio of a document, how many take the short way, and the documents that take the monitor longest.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from monitor.errors import ParseError
from monitor.feeds.parse import ParseJob, parse_feed

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://feeds.example/feed"


def main(folder: Path, rounds: int) -> None:
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").strip().split("\n")]
    names = [row["file"] for row in rows if row["file"].startswith("real/") and row["kind"] != "json"]
    bodies = {name: (folder / name).read_bytes() for name in names}
    for body in bodies.values():  # warm up
        read(body)
        parse_with_feedparser(body)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        their_times = [cpu_s(parse_with_feedparser, body) for body in bodies.values()]
        our_times = [cpu_s(read, body) for body in bodies.values()]
        for name, their_time, our_time in zip(names, their_times, our_times, strict=True):
            measured[name].append((their_time, our_time))
    theirs = {name: statistics.median(one for one, _ in pairs) for name, pairs in measured.items()}
    ours = {name: statistics.median(one for _, one in pairs) for name, pairs in measured.items()}
    totals = [
        sum(measured[name][n][0] for name in names) / sum(measured[name][n][1] for name in names) for n in range(rounds)
    ]
    short = [name for name in names if takes_short_way(bodies[name])]
    short_ratio = sum(theirs[name] for name in short) / sum(ours[name] for name in short)
    print(f"{len(names)} documents, {sum(map(len, bodies.values())) / 1e6:.1f} MB, {rounds} rounds")
    print(f"feedparser {sum(theirs.values()):.2f} s, monitor {sum(ours.values()):.2f} s")
    print(f"all together: {statistics.median(totals):.1f} x (rounds: {min(totals):.1f} to {max(totals):.1f})")
    print(f"median document: {statistics.median(theirs[name] / ours[name] for name in names):.1f} x")
    print(f"short way: {len(short)} documents ({len(short) / len(names):.1%}), {short_ratio:.1f} x")
    for name in sorted(names, key=lambda name: -ours[name])[:5]:
        print(f"  {ours[name] * 1000:6.1f} ms, {theirs[name] / ours[name]:4.1f} x  {name}")


def parse_with_feedparser(body: bytes) -> None:
    """All that feedparser makes of a document, as anybody would call it."""
    feedparser.parse(io.BytesIO(body))


def read(body: bytes) -> None:
    """All that the monitor makes of a document."""
    try:
        parse_feed(body, url=URL, now=NOW)
    except ParseError:
        return


def takes_short_way(body: bytes) -> bool:
    """Whether the document is read without feedparser."""
    job = ParseJob(body=body, url=URL, content_type=None, now=NOW, publisher=None, max_entries=2000)
    try:
        return job.run_quickly() is not None
    except ParseError:
        return False


def cpu_s(act: Callable[[bytes], None], body: bytes) -> float:
    """How long it took of the processor."""
    begun = time.process_time()
    act(body)
    return time.process_time() - begun


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python bench/feeds_speed.py DIR [ROUNDS]")
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
