"""`python -m tests.quality`: measures, compares with the pinned floor, and says what is wrong; exit code 1 if so."""

import argparse
import sys

from tests.quality import quality_gate as gate


def main() -> int:
    """Run the gate."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=gate.__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="pin the data as they are, and raise floors that rose")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: also lower floors that fell")
    chosen = parser.parse_args()
    if chosen.allow_regression and not chosen.update:
        parser.error("--allow-regression goes with --update")
    found, data, pinned = gate.measure(), gate.hashes(), gate.load()
    show(found, pinned)
    if chosen.update:
        new, lowered = gate.renewed(found, data, pinned, allow_regression=chosen.allow_regression)
        complain(lowered)
        if lowered and not chosen.allow_regression:
            print("nothing was pinned: --allow-regression lowers floors; say why in CHANGELOG.md", file=sys.stderr)
            return 1
        gate.save(new)
        print(f"pinned {gate.FLOOR.relative_to(gate.ROOT)}")
        return 0
    faults = gate.check(found, data, pinned)
    complain(faults)
    return 1 if faults else 0


def show(found: gate.Measured, pinned: dict[str, object]) -> None:
    """One line a figure: now, as pinned, the floor."""
    print(f"{'topic':9} {'mode':16} {'figure':21} {'now':>7} {'pinned':>7} {'floor':>7}")
    for topic, modes in found.items():
        for mode, figures in modes.items():
            for name, value in figures.items():
                known = pinned["figures"].get(topic, {}).get(mode, {}).get(name, {})  # type: ignore[attr-defined]
                was, floor = (known.get(key, "-") for key in ("measured", "floor"))
                print(f"{topic:9} {mode:16} {name:21} {value:>7} {was:>7} {floor:>7}")


def complain(faults: list[gate.Fault]) -> None:
    """One line a fault, to standard error."""
    for fault in faults:
        print(f"{fault.where}: {fault.message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
