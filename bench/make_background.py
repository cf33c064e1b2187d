"""Make the table of background document frequencies that ships with the package.

    pip install wordfreq==3.1.1
    python bench/make_background.py en

The source is wordfreq 3.1.1 (Robyn Speer, DOI 10.5281/zenodo.7199437), whose frequencies may be redistributed under
CC BY-SA 4.0; so may the table. A frequency per word f becomes an expected document frequency among 10,000 short
reports of 40 words, 10,000 (1 - (1 - f)^40); words of one stem are added up. wordfreq speaks for language at large, and
news is not like that: words of events and of news trade are several times as frequent there. The stems of
data/event-families.txt and data/news-words.txt (our own lists) are raised by a fixed factor each. Stems rarer than once
in 100,000 reports are left out: they count as never seen.
"""

import gzip
import sys
from collections import defaultdict
from pathlib import Path

import wordfreq

from monitor.matching.background import REPORT_WORDS, REPORTS, VERSION
from monitor.text.stems import STOP_WORDS, stem, words

RAREST = 0.1  # of REPORTS
# Found by claim F1 on the two development topics; anything from 2 to 6 does about as well.
EVENT_FACTOR = 4.0
NEWS_FACTOR = 3.0
DATA = Path(__file__).parent.parent / "monitor/matching/data"


def news_factors() -> dict[str, float]:
    """Stem to the factor by which news uses it more often than language at large."""
    lines = (DATA / "news-words.txt").read_text(encoding="utf-8").splitlines()
    factors = {stem(w): NEWS_FACTOR for line in lines if not line.startswith("#") for w in words(line)}
    for line in (DATA / "event-families.txt").read_text(encoding="utf-8").splitlines():
        members = [words(m) for m in line.partition(":")[2].split("|")] if not line.startswith("#") else []
        factors |= {stem(m[0]): EVENT_FACTOR for m in members if len(m) == 1}
    return factors


def table(language: str) -> dict[str, float]:
    """Stem to expected document frequency among `REPORTS` reports."""
    frequency: dict[str, float] = defaultdict(float)
    for word, per_word in wordfreq.get_frequency_dict(language, wordlist="best").items():
        parts = words(word)
        if len(parts) == 1 and parts[0] not in STOP_WORDS and not parts[0].isdecimal():
            frequency[stem(parts[0], language)] += per_word
    if language == "en":
        for s, factor in news_factors().items():
            frequency[s] = frequency.get(s, 0.0) * factor
    expected = {s: REPORTS * (1 - (1 - f) ** REPORT_WORDS) for s, f in frequency.items()}
    return {s: df for s, df in expected.items() if df >= RAREST}


def main(language: str) -> None:
    """Write monitor/matching/data/background-LANGUAGE-VERSION.tsv.gz."""
    target = DATA / f"background-{language}-{VERSION}.tsv.gz"
    rows = sorted(table(language).items(), key=lambda row: (-row[1], row[0]))
    text = "".join(f"{s}\t{df:.4g}\n" for s, df in rows)
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{target.name}: {len(rows)} stems, {target.stat().st_size} bytes")


if __name__ == "__main__":
    for code in sys.argv[1:] or ["en"]:
        main(code)
