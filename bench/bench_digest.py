"""How long the digest of a month of 1,000 matches takes to compose and render, and how large it is.

    python bench/bench_digest.py

The unit beside it is one deep copy of the same material in the same run: what touching every value of it costs.
"""

import copy
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "digest"))

from digest_material import NOW
from test_compose import big_material

from monitor.digest.compose import compose_digest
from monitor.digest.render import render_digest

RUNS = 5


def median_s(work: Callable[[], object]) -> float:
    """Median CPU time of `RUNS` runs after one to warm up."""
    work()
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    for claims in (1, 25, 400):
        material = big_material(1000, claims)

        def mail() -> object:
            return render_digest(compose_digest(material, NOW, UTC), message_id="<d@m.example>")  # noqa: B023

        took_s, copied_s = median_s(mail), median_s(lambda: copy.deepcopy(material))  # noqa: B023
        size = len(mail().html.encode())
        print(f"{claims:4} claims: {took_s:.3f} s, {took_s / copied_s:.1f} deep copies, {size / 1000:.0f} kB of HTML")


if __name__ == "__main__":
    main()
