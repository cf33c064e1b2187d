"""How common a word is in general news: shipped document frequencies, so that scores do not drift between runs.

A table is fixed and versioned; its name is kept with every match. How it is made: bench/make_background.py. Words that
it does not hold are new names more often than not, and count as the rarest words there are.
"""

import gzip
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

REPORTS = 10_000  # the table's frequencies are "in so many reports"
REPORT_WORDS = 40  # of so many words each
VERSION = 1
FALLBACK = "en"


@dataclass(frozen=True)
class Background:
    """Document frequencies of stems among `REPORTS` short reports of general news."""

    name: str
    frequencies: dict[str, float]

    def idf(self, stem: str) -> float:
        """ln((N + 1) / (df + 1)) + 1: about 1 for the commonest words, 10.2 for a word never seen."""
        return idf(self.frequencies.get(stem, 0.0))

    def is_common(self, stem: str, least: float = 1.0) -> bool:
        """Whether the stem stands in at least `least` of `REPORTS` reports."""
        return self.frequencies.get(stem, 0.0) >= least


def idf(frequency: float) -> float:
    """The background idf of a term that stands in `frequency` of `REPORTS` reports."""
    return math.log((REPORTS + 1) / (frequency + 1)) + 1


@lru_cache(maxsize=4)
def load_background(language: str = FALLBACK) -> Background:
    """The shipped table for a language; for languages without one, the English table.

    Unlisted words then weigh as much as new names, which is the safe side: idf among the claims still sets them apart.
    """
    code = language.split("-")[0].lower()
    folder = files("monitor.matching") / "data"
    source = folder / f"background-{code}-{VERSION}.tsv.gz"
    if not source.is_file():
        code = FALLBACK
        source = folder / f"background-{code}-{VERSION}.tsv.gz"
    lines = gzip.decompress(source.read_bytes()).decode().splitlines()
    rows = (line.split("\t") for line in lines)
    return Background(name=f"{code}-{VERSION}", frequencies={stem: float(df) for stem, df in rows})
