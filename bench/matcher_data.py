"""Claims and reports to measure the matcher with, from a file of news items or made up.

Claims are sentences of 10 to 20 words out of texts that are not among the reports; where these run out, the beginning
of one such sentence and the end of another. So they have the length, the names and the common words of claims, and no
report has a claim of its own.
"""

import html
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from monitor.model import Baseline, Claim, Entity, Report
from monitor.text.sentences import sentences

SHORTEST, LONGEST = 10, 20  # words of a claim
MADE_UP = 7_500  # items
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
# The commonest English words take nearly half of any text, and set what a plain product costs.
COMMON = """
the of to in a and on for that is at with by from it as was said be has its he an have will are after new his
but not who over more than their up been were this which one about would first two out against could they
between had last into some no year when week people her day three us other before or years most all world if
may government million company where next under time officials down city state country president minister
police war oil games group""".split()
_BARE_REFERENCE = re.compile(r"(?<!&)(?: (?=#39;))?(#\d+;)")

Item = tuple[str, str]


def items(path: Path | None, rng: random.Random) -> list[Item]:
    """Titles and texts in random order."""
    if path:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [(_plain(row["title"]), _plain(row.get("text") or row.get("summary") or "")) for row in rows]
    else:
        found = _made_up(rng)
    rng.shuffle(found)
    return found


def _plain(text: str) -> str:
    # Some collections keep their character references, a few without the ampersand; feeds are read without them.
    return html.unescape(html.unescape(_BARE_REFERENCE.sub(r"&\1", text)))


def _made_up(rng: random.Random) -> list[Item]:
    rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(40_000)]
    vocabulary = COMMON + [word.title() if rng.random() < 0.3 else word for word in rare]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]  # as words are spread in language
    found = []
    for _ in range(MADE_UP):
        words = rng.choices(vocabulary, weights, k=rng.randint(30, 46))
        cut = 8 + rng.randint(SHORTEST, LONGEST)
        found.append((" ".join(words[:8]), f"{' '.join(words[8:cut])}. {' '.join(words[cut:]).capitalize()}."))
    return found


def make_claims(of: Sequence[Item], count: int, rng: random.Random) -> list[str]:
    """So many claims, all different; see the module."""
    told = [sentence for _, text in of for sentence in sentences(text)]
    whole = [s for s in told if SHORTEST <= len(s.split()) <= LONGEST]
    rng.shuffle(whole)
    found = dict.fromkeys(whole[:count])
    while len(found) < count:
        start, end = rng.choice(told).split(), rng.choice(told).split()
        size = rng.randint(SHORTEST, LONGEST)
        found[" ".join(start[: size // 2] + end[-(size - size // 2) :])] = None
    return list(found)


def make_baseline(claims: Sequence[str], entities: Sequence[Entity]) -> Baseline:
    """A baseline of these claims, without phrases."""
    numbered = tuple(Claim(id=f"C{number}", text=text) for number, text in enumerate(claims))
    return Baseline(id="bench", title="", claims=numbered, entities=tuple(entities))


def make_reports(of: Sequence[Item]) -> list[Report]:
    """Items as reports."""
    return [Report(key=str(number), title=title, summary=text) for number, (title, text) in enumerate(of)]
