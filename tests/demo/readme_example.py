"""The README's example, cut from a real demonstration. To rewrite it: .venv/bin/python tests/demo/readme_example.py"""

from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.demo import run

README = Path(__file__).parents[2] / "README.md"
ALERTS = 2
CLAIMS = ("C02", "C12", "C13", "C16", "C24")
_BEGIN, _END = "```text\nRound 2", "\n```\n"


def cut_example(page: str) -> str:
    """The second round, the first alerts, and some lines of the ledger."""
    lines = page.splitlines()
    second, alerts, ledger, files = (
        next(number for number, line in enumerate(lines) if line.startswith(start))
        for start in ("Round 2", "Alerts", "The ledger", "Made for")
    )
    cards = [number for number in range(alerts, ledger) if lines[number].startswith("  C")]
    chosen: list[str] = []
    wanted = False
    for line in lines[ledger + 2 : files - 1]:
        wanted = line[2:5] in CLAIMS if line.startswith("  C") else wanted  # a passage belongs to the line above
        chosen += [line] if wanted else []
    kept = [*lines[second : cards[ALERTS]], "  …", "", *lines[ledger : ledger + 2], "  …", *chosen]
    return "\n".join(kept)


def example_of(readme: str) -> str:
    """The example as the README has it now."""
    return "Round 2" + readme.partition(_BEGIN)[2].partition(_END)[0]


if __name__ == "__main__":
    parts: list[str] = []
    with TemporaryDirectory() as folder:
        run(Path(folder, "demo"), parts.append, colour=False)
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(example_of(text), cut_example("".join(parts))), encoding="utf-8")
