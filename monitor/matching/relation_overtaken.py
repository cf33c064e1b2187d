"""What time does to a claim that waits: what it says is not so may be so by now, and its day may have passed.

English only, as the turns in words are (relation_turns); both are asked of reports later than the baseline alone.
"""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

from monitor.matching.families import load_families
from monitor.matching.relation_turns import MOST_CHARACTERS, MOST_SENTENCES, Turn
from monitor.text.dates import find_dates
from monitor.text.sentences import sentences
from monitor.text.stems import stem, stems, words

# What is not there: everything up to the end of the clause.
_DENIED = re.compile(
    r"(?:\b(?:no(?! (?:longer|fewer|less|more|later)\b)|not|never|nobody|none|neither|nor|without|cannot|yet to)\b|"
    r"n[’']t\b)"
    r"(?! (?:only|just|merely|simply|necessarily|least)\b)(?P<what>[^.;:()]{3,90})",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    r",|\b(?:but|and|while|although|though|because|since|which|who|until|before)\b", re.IGNORECASE
)
# Words that say nothing about what it is that is missing.
_EMPTY = frozenset(
    stem(word)
    for word in (
        "plan plans planned intention evidence sign signs need needs needed timetable timeline schedule reason idea "
        "word date agreement decision won one group people anyone far date yet full firm clear known new"
    ).split()
)
_UNTIL = re.compile(r"\b(?:until|till|through|by|before)\b[^,.;]{0,30}$", re.IGNORECASE)
MOST_CLAIM_CHARACTERS = 2_000  # a longer one is an article; its expressions would take seconds
_HALF = 0.5  # of the words of what is missing
_OPEN_SENTENCE = re.compile(
    r"\b(?:no|not|never|nobody|none|without|cannot|denies|denied|ruled? out|hopes?|wants?|urged?|called? (?:on|for)|"
    r"demand\w*|if|could|might|may|would)\b|n[’']t\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def _missing(claim: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """What a claim says is not there or was not done: as written, and the stems of its words that tell."""
    found = []
    for match in _DENIED.finditer(claim[:MOST_CLAIM_CHARACTERS]):
        what = _CLAUSE_ENDS.split(match["what"])[0]
        telling = frozenset(stems(what)) - _EMPTY
        if telling:
            found.append((" ".join(match.group().split()[:1]) + what.rstrip(), telling))
    return tuple(found)


def come_true(claim: str, title: str, text: str) -> Turn | None:
    """A sentence that tells as there or done what the claim says is not; None if none does."""
    told = [s[:MOST_CHARACTERS] for s in (title, *sentences(text)[:MOST_SENTENCES]) if s]
    for written, wanted in _missing(claim):
        for sentence in told:
            if _OPEN_SENTENCE.search(sentence):
                continue
            if found := _told(wanted, sentence):
                return Turn("done", written, found)
    return None


def _told(wanted: frozenset[str], sentence: str) -> str:
    """The word by which a sentence tells at least half of what is wanted; "" if it does not."""
    own = [(word, stem(word)) for word in words(sentence)]
    families = load_families()
    hits: dict[str, str] = {}
    for want in sorted(wanted):
        kin = set(families.of_stem(want))
        word = next((w for w, s in own if s == want), "") or next(
            (w for w, s in own if kin & set(families.of_stem(s))), ""
        )
        if word:
            hits[want] = word
    return next(iter(hits.values())) if hits and len(hits) >= _HALF * len(wanted) else ""


def due(claim: str, *, is_open: bool) -> date | None:
    """The last day of what a claim expects, if it looks ahead (`is_open`), or of what it says lasts until a day."""
    claim = claim[:MOST_CLAIM_CHARACTERS]
    days = [
        date(named.year, named.month, named.day or monthrange(named.year, named.month)[1])
        for named in find_dates(claim)
        if named.year and named.month and (is_open or _UNTIL.search(claim[: named.start]))
    ]
    return max(days, default=None)
