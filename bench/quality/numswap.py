"""Numeric contradiction on the numswap pairs: `python bench/quality/numswap.py FOLDER [--errors]`.

A pair is called contradicted when a figure of the claim is missing from the report and a comparable figure stands there
that the claim does not explain: the loose setting of `compare_figures`, nothing learned.
"""

import argparse
import json
from pathlib import Path

from monitor.text.figures_compare import compare_figures


def is_contradicted(claim: str, report: str) -> bool:
    return any(not c.agrees for c in compare_figures(claim, report, strict=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true", help="print the pairs that are wrong")
    args = parser.parse_args()
    for path in sorted(args.folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        verdicts = [
            (is_contradicted(row["claim"], row["report"]), row["relation"] == "contradicts", row) for row in rows
        ]
        hit = sum(said and true for said, true, _ in verdicts)
        said, true = sum(v[0] for v in verdicts), sum(v[1] for v in verdicts)
        print(f"{path.name}: contradicts precision {hit / max(said, 1):.3f} recall {hit / max(true, 1):.3f} of {true}")
        if args.errors:
            for was_said, is_true, row in verdicts:
                if was_said != is_true:
                    figures = compare_figures(row["claim"], row["report"], strict=False)
                    pairs = [(c.claim.raw, c.claim.kind, c.report.raw, c.report.kind, c.agrees) for c in figures]
                    print(
                        "said" if was_said else "missed",
                        row["edit"],
                        "|",
                        row["claim"],
                        "|",
                        row["report"][:300],
                        pairs,
                    )


if __name__ == "__main__":
    main()
