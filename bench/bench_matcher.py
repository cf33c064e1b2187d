"""Reports a second against 25 to 25,000 claims, beside others: `python bench/bench_matcher.py [ITEMS.jsonl]`.

The whole matcher (folding, stems, entities of the shipped profile, event families, figures, calibrated scores) beside
plain scikit-learn, bm25s, tantivy and SQLite FTS5, on the texts of ITEMS (JSON lines with `title` and `text` or
`summary`) or on made-up ones; claims as bench/matcher_data.py says. CPU time of one thread; every measurement takes
reports that nobody has seen, all contenders in turn; printed are medians, and the median of the ratios to plain
scikit-learn in the same round. The matcher looks closely at each word that it meets for the first time, so it gets
faster; "words known" is the same once more, as in the long run. Then the peak memory of a process with the matcher
alone, and where its time goes.
"""

import os

os.environ |= {
    name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
}

import argparse
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import matcher_peers as peers
from matcher_data import Item, items, make_baseline, make_claims, make_reports

from monitor.baseline.profile import load_profile
from monitor.matching.matcher import BATCH, ClaimMatcher
from monitor.model import Baseline, Report

PROFILE = Path(__file__).parents[1] / "config" / "baselines" / "coalition-withdrawal.toml"
SIZES = (25, 250, 2_500, 25_000)
ROUNDS = 5
SHARE_FOR_CLAIMS = 1 / 3  # of the items; the others are the reports
SLOW_S = 2.0  # who needs longer for the warm-up is measured on fewer reports
WARM_UP = 100  # reports
PEERS = {
    "scikit-learn": peers.sklearn_plain,
    "scikit-learn, stop words": peers.sklearn_stopped,
    "bm25s": peers.bm25s_best,
    "tantivy": peers.tantivy_best,
    "SQLite FTS5": peers.fts5_best,
}
OURS, LATER = "monitor", "monitor, words known"
SEED = 20_240_301


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("items", nargs="?", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--memory", type=int, metavar="N", help="only print the peak memory at N claims, in MB")
    options = parser.parse_args()
    rng = random.Random(SEED)
    found = items(options.items, rng)
    cut = int(len(found) * SHARE_FOR_CLAIMS)
    if options.memory:
        print(*peak_memory(baseline(found[:cut], options.memory, rng), make_reports(found[cut:])))
        return
    reports = make_reports(found[cut:])
    print(f"{len(reports):,} reports of {_words(found[cut:])} words in {ROUNDS} rounds; reports a second (ratio)\n")
    print(f"{'claims':>24} " + "".join(f"{size:>18,}" for size in options.sizes))
    columns = [measure(found[:cut], size, reports, random.Random(SEED)) for size in options.sizes]
    for name in (OURS, LATER, *PEERS):
        print(f"{name:>24} " + "".join(f"{column.get(name, 'not installed'):>18}" for column in columns))
    show_memory(options.items, max(options.sizes))
    for size in options.sizes:
        show_parts(baseline(found[:cut], size, random.Random(SEED)), reports)


def baseline(of: Sequence[Item], size: int, rng: random.Random) -> Baseline:
    """A baseline of so many claims with the entities of the shipped profile."""
    return make_baseline(make_claims(of, size, rng), load_profile(PROFILE).entities)


def measure(of: Sequence[Item], size: int, reports: Sequence[Report], rng: random.Random) -> dict[str, str]:
    """What each contender does at this number of claims."""
    made = baseline(of, size, rng)
    claims, corpus = [claim.text for claim in made.claims], [f"{title}\n{text}" for title, text in of]
    built = {name: build(claims, corpus) for name, build in PEERS.items()}
    finders: dict[str, tuple[Callable, list]] = {OURS: (peers.ours(made), list(reports))}
    texts = [peers.text_of(report) for report in reports]
    finders |= {name: (find, texts) for name, find in built.items() if find}
    warm = {name: _warm_up(find, corpus, name) for name, (find, _) in finders.items()}
    finders[LATER], warm[LATER] = finders[OURS], warm[OURS]
    each = len(reports) // ROUNDS
    speeds: dict[str, list[float]] = {name: [] for name in finders}
    for start in range(0, each * ROUNDS, each):
        for name, (find, of_it) in finders.items():
            some = of_it[start : start + (each if warm[name] * each < SLOW_S else WARM_UP)]
            speeds[name].append(len(some) / _cpu_s(find, some))
    plain = speeds["scikit-learn"]
    ratios = {n: statistics.median(a / b for a, b in zip(s, plain, strict=True)) for n, s in speeds.items()}
    return {name: f"{statistics.median(speed):,.0f} ({ratios[name]:.2f})" for name, speed in speeds.items()}


def _warm_up(find: Callable, corpus: Sequence[str], name: str) -> float:
    """Seconds a report; the texts are not among those measured."""
    some = [Report(key="", title=text) for text in corpus] if name == OURS else list(corpus)
    if name == OURS:
        find(some)  # a monitor that has run for a day has met the usual words
    return _cpu_s(find, some[:WARM_UP]) / WARM_UP


def _cpu_s(find: Callable, texts: Sequence[object]) -> float:
    started = time.process_time()
    find(texts)
    return time.process_time() - started


def _words(of: Sequence[Item]) -> int:
    return round(statistics.mean(len(f"{title} {text}".split()) for title, text in of))


def peak_memory(made: Baseline, reports: Sequence[Report]) -> tuple[int, int]:
    """MB of this process before the matcher is built, and at most."""
    before = _peak_mb()
    ClaimMatcher().fit(made).transform(reports)
    return before, _peak_mb()


def _peak_mb() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20  # bytes on macOS
    # The resource module's figure is no lower than that of the process that started this one.
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def show_memory(path: Path | None, size: int) -> None:
    command = [sys.executable, __file__, *([str(path)] if path else []), "--memory", str(size)]
    before, most = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    print(f"\nmemory at {size:,} claims: {most} MB at most in fit and transform, {before} MB of it before the fit")


def show_parts(made: Baseline, reports: Sequence[Report]) -> None:
    """Where the time of `transform` goes, in microseconds a report."""
    started = time.process_time()
    matcher = ClaimMatcher().fit(made)
    fit_s = time.process_time() - started
    matcher.transform(reports)
    batches = [reports[start : start + BATCH] for start in range(0, len(reports), BATCH)]
    whole = _cpu_s(matcher.transform, reports)
    parts = {"words": 0.0, "terms": 0.0, "product": 0.0}
    for batch in batches:
        told = [peers.text_of(report) for report in batch]
        clock = [time.process_time()]
        _ = matcher.extractor_.all_words(told)
        clock.append(time.process_time())
        saturated = matcher.space_.encoded(matcher.encoder_.encode(told))
        clock.append(time.process_time())
        _ = matcher.pruner_.scores(saturated) if matcher.pruner_ else saturated @ matcher.space_.queries.T
        clock.append(time.process_time())
        words, encoded, product = (end - start for start, end in pairwise(clock))
        for name, spent in zip(parts, (words, encoded - words, product), strict=True):  # encoding reads the words, too
            parts[name] += spent
    parts["scores"] = max(0.0, whole - sum(parts.values()))
    shown = ", ".join(f"{name} {seconds / len(reports) * 1e6:.0f}" for name, seconds in parts.items())
    print(f"{len(made.claims):,} claims: fit {fit_s:.2f} s; µs a report: {shown}")


if __name__ == "__main__":
    main()
