"""Real feeds changed at random: `python bench/feeds_mutations.py DIR [TIMES]`; prints every error but ParseError.

The changes are those of tests/hostile/test_hostile_mutations.py, where feeds of our own are the seeds.
"""

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hostile"))

from test_hostile_mutations import mutated

from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed


def main(folder: Path, times: int) -> int:
    rng, tried, errors = random.Random(1), 0, 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < 50_000):
        body = path.read_bytes()
        for _ in range(times):
            tried += 1
            try:
                parse_feed(mutated(body, rng), url="http://x.example/feed", now=datetime.now(UTC))
            except ParseError:
                continue
            except Exception as exc:  # the very thing that is counted here
                errors += 1
                print(f"{path}: {exc!r}")
    print(f"{tried} documents, errors other than ParseError: {errors}")
    return 1 if errors else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python bench/feeds_mutations.py DIR [TIMES]")
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100))
