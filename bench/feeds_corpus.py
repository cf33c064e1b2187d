"""How well a folder of real feed documents is read: `python bench/feeds_corpus.py DIR`.

DIR holds documents and an `index.jsonl` with one line for each: file, wellformed, expected.response_headers and
strict_oracle (root and number of entries by a strict reading). Printed: errors other than ParseError (there must be
none), on how many well-formed RSS, Atom and RDF feeds the number of reports equals the strict reading, and how many
documents are read without feedparser: each of these must give feedparser's very fields.
"""

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import ParseError
from monitor.feeds.fast_reader import read_fast
from monitor.feeds.feedparser_reader import read_xml
from monitor.feeds.mend import mend, without_gap
from monitor.feeds.parse import parse_feed

ROOTS = ("rss", "feed", "rdf")


def main(folder: Path, verbose: bool) -> int:
    counts: Counter[str] = Counter()
    slowest = (0.0, "")
    started = time.perf_counter()
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").strip().split("\n"):
        row = json.loads(line)
        begun = time.perf_counter()
        entries, error = read(folder / row["file"], row)
        slowest = max(slowest, (time.perf_counter() - begun, row["file"]))
        counts["documents"] += 1
        counts["entries"] += entries or 0
        counts["errors"] += error not in ("", "ParseError")
        oracle = row["strict_oracle"] or {}
        kind = row["file"].split("/")[0]
        if error not in ("", "ParseError"):
            print(f"ERROR {row['file']}: {error}")
        if row["wellformed"] and oracle.get("root") in ROOTS:
            counts["feeds"] += 1
            counts[f"{kind} feeds"] += 1
            counts["equal"] += entries == oracle["entries"]
            counts[f"{kind} equal"] += entries == oracle["entries"]
            if verbose and entries != oracle["entries"]:
                print(f"differs {row['file']}: {entries} ({error or 'read'}), strictly {oracle['entries']}")
        if kind == "real" and not row["wellformed"]:
            counts["ill-formed real"] += 1
            counts["ill-formed real with reports"] += bool(entries)
        taken, same = compare_ways(folder / row["file"], row)
        counts[f"{kind} taken"] += taken
        counts["taken"] += taken
        counts["taken and equal"] += same
        counts[f"{kind} documents"] += 1
        if taken and not same:
            print(f"DIFFERS from feedparser {row['file']}")
    seconds = time.perf_counter() - started
    print(
        f"{counts['documents']} documents, {counts['entries']} reports, {seconds:.1f} s, "
        f"slowest {slowest[0]:.2f} s ({slowest[1]})"
    )
    print(f"errors other than ParseError: {counts['errors']}")
    for kind in ("", "real ", "peer-tests "):
        feeds, equal = counts[f"{kind}feeds"], counts[f"{kind}equal"]
        if feeds:
            print(
                f"{kind}well-formed RSS, Atom and RDF feeds equal to the strict reading: "
                f"{equal} of {feeds} ({equal / feeds:.1%})"
            )
    print(
        "ill-formed real documents with reports: "
        f"{counts['ill-formed real with reports']} of {counts['ill-formed real']}"
    )
    print(
        f"read without feedparser: {counts['taken']} documents, fields as feedparser's in {counts['taken and equal']}; "
        f"{counts['real taken']} of {counts['real documents']} real ones"
    )
    return 1 if counts["errors"] or counts["taken"] != counts["taken and equal"] else 0


def compare_ways(path: Path, row: dict[str, object]) -> tuple[bool, bool]:
    """Whether a document takes the short way, mended if need be, and whether all its fields are then feedparser's."""
    body = without_gap(path.read_bytes())
    for document in (body, mend(body)):
        fast = read_fast(document, content_type=content_type_of(row)) if document else None
        if document and fast is not None:
            return True, fast == read_xml(document, url="https://feeds.example/feed", content_type=content_type_of(row))
    return False, False


def content_type_of(row: dict[str, object]) -> str | None:
    """What the server would say."""
    expected = row.get("expected")
    headers = expected.get("response_headers") if isinstance(expected, dict) else None
    return (headers or {}).get("content-type")


def read(path: Path, row: dict[str, object]) -> tuple[int | None, str]:
    """The number of reports and the name of the error, if any."""
    content_type, now = content_type_of(row), datetime.now(UTC)
    try:
        feed = parse_feed(path.read_bytes(), url="https://feeds.example/feed", content_type=content_type, now=now)
    except ParseError:
        return None, "ParseError"
    except Exception as exc:  # the very thing that is counted here
        return None, repr(exc)
    return len(feed.reports), ""


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python bench/feeds_corpus.py DIR [-v]")
    sys.exit(main(Path(sys.argv[1]), "-v" in sys.argv))
