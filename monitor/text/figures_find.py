"""Finds the figures of a text and what each one measures, clause by clause."""

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.text.figures_kinds import MONTH, kind_of
from monitor.text.figures_measures import known_things, names_in, qualifiers_of, states_of, things_of
from monitor.text.figures_record import Figure
from monitor.text.numbers import Number, find_numbers, fold_digits
from monitor.text.sentences import sentences

_TOTAL = re.compile(
    r"\b(?:in all|altogether|combined|combining|together|in total|overall|total|across the (?:two|three|four)|"
    r"both (?:countries|areas|zones|regions|sides|companies|states)|"
    r"the (?:two|three|four) (?:countries|areas|zones|states))\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:including|among them|amongst them|of (?:whom|them|these|those))\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)
_ORIGIN = re.compile(
    r"\b(?:from|instead of|rather than|compared (?:with|to)|against)\s+(?:\w+\s+){0,2}(?:[A-Z]{0,3}[$€£₺])?$",
    re.IGNORECASE,
)
_FORECAST = re.compile(
    r"\b(?:could|might|may(?! have)|will|would|expect(?:s|ed|ing)?|forecasts?|predict(?:s|ed)?|project(?:s|ed)|likely|"
    r"probably|fears?|feared|warn(?:s|ed|ing)?|sees?|set to|about to|on course)\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\b(?:daily|average|per (?:day|hour|week|month|year)|an? (?:day|hour|week|month|year)|each)\b", re.IGNORECASE
)
_DEFINITE = re.compile(r"\b(?:the|these|those|all|both|other|its|their)\s+$", re.IGNORECASE)
_SCOPE = re.compile(
    r"\b(?:since (?:the )?[\w ]{3,24}|so far|to date|this (?:year|month|week|summer|season)|"
    r"(?:in|during|over) (?:the )?(?:last|past) [\w ]{3,16}|in recent (?:days|weeks|months|years)|"
    rf"(?:in|during|by|as of|until) (?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}})?(?: \d{{4}})?(?: alone)?|in (?:19|20)\d\d|"
    r"\w+ alone|(?:a|per|each|every) (?:day|week|month|year)|daily|an hour)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:()\u2013\u2014]|\s-\s|\b(?:but|while|whereas|with|including|although|though|after|when|and)\b"
)
_NAME_LAST = re.compile(r"[A-Z][\w’'-]+\s*$")
_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_CHUNK_WORD = re.compile(r"[\s-]*([^\W\d_]+(?:[’'-][^\W\d_]+)*)")
_CHUNK_OF = re.compile(r"\s+of\s+(?:(?:the|its|their|those|these)\s+)?")
_CHUNK_ENDS = frozenset(
    """in on by at from to were was are is be been being have has had who which that with for since after as said says
    will would could may might and or but when while where than then if because their its his her it they he she not
    between during within until the till under over above into across per a an including about so""".split()
)
_SOFTENERS = re.compile(
    r"(?:(?:more than|at least|no fewer than|up to|as many as|fewer than|less than|close to|over|above|about|around|"
    r"nearly|almost|some|roughly|approximately|an estimated|under|below)\s+)?"
    r"(?:[A-Z]{0,3}[$€£₺¥]|(?:USD|EUR|GBP|TL)\s?)?$",
    re.IGNORECASE,
)
# These kinds are named by words anywhere in their clause, not by the noun that follows.
_LOOSE_NOUNS = frozenset({"money", "share", "duration", "magnitude", "measure", "points"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A number in its sentence: what it is, and the stretch of text that belongs to it."""

    number: Number
    kind: str
    unit: str
    by: float  # factor into the unit
    end: int  # after the unit
    clause: int  # start of its clause
    low: int  # start of what is its own: the clause, without an earlier number's part
    high: int


@lru_cache(maxsize=4_096)
def find_figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in order of place."""
    text = fold_digits(text)
    found: list[Figure] = []
    at = 0
    for sentence in sentences(text):
        at = max(at, text.find(sentence, at))
        of_sentence: list[Figure] = []
        for place in _places(sentence):
            of_sentence.append(_figure(sentence, at, place, of_sentence[-1] if of_sentence else None))
        found += of_sentence
        at += len(sentence)
    return tuple(found)


def _places(sentence: str) -> list[_Place]:
    numbers = [(n, k) for n in find_numbers(sentence) if (k := kind_of(n, sentence)) is not None]
    cuts = _cuts(sentence) if numbers else []
    found = []
    for number, (kind, unit, by, end) in numbers:
        others = [(n, k[3]) for n, k in numbers if n is not number and not _is_definite(n, sentence)]
        clause = max([0, *(c for c in cuts if c <= number.start)])
        low = max([clause, *(e for n, e in others if n.start < number.start)])
        high = min(
            [len(sentence), *(c for c in cuts if c >= end), *(n.start for n, _ in others if n.start > number.start)]
        )
        found.append(_Place(number, kind, unit, by, end, clause, low, high))
    return found


def _cuts(sentence: str) -> list[int]:
    """Where clauses end; "and" between two names joins them instead."""
    found = []
    for match in _CLAUSE.finditer(sentence):
        after = sentence[match.end() :].lstrip()
        if match.group() == "and" and after[:1].isupper() and _NAME_LAST.search(sentence[: match.start()]):
            continue
        if sentence[: match.start()].rstrip().endswith("-") and match.group() == "and":  # rebel- and government-held
            continue
        if match.group() == "," and sentence[match.end() : match.end() + 1].isdigit():
            continue
        found.append(match.start())
    return found


def _is_definite(number: Number, sentence: str) -> bool:
    """Whether a small number only tells which: the two countries."""
    return (
        number.value <= 10
        and number.in_words
        and bool(_DEFINITE.search(sentence[max(0, number.start - 8) : number.start]))
    )


def _figure(sentence: str, offset: int, place: _Place, last: Figure | None) -> Figure:
    number, own = place.number, sentence[place.low : place.high]
    chunk, chunk_end = _noun_chunk(sentence[place.end : place.high]) if place.kind not in ("year", "day") else ([], 0)
    nouns, states = _measure(sentence, place, chunk, last)
    names, where = names_in(own)
    # "four Norland soldiers": a nationality inside the noun phrase says whose they are.
    where |= names_in(sentence[place.end : place.end + chunk_end].rpartition(" ")[0])[0]
    scope = _SCOPE.search(sentence, max(place.low, number.start - 60), min(len(sentence), place.end + 80))
    before = sentence[max(0, number.start - 40) : number.start]
    softener = _SOFTENERS.search(before[-24:])
    return Figure(
        value=round(number.value * place.by, 6),
        high=None if number.high is None else round(number.high * place.by, 6),
        kind=place.kind,
        unit=place.unit,
        nouns=tuple(sorted(nouns)),
        heads=tuple(sorted(things_of(chunk))),
        states=tuple(sorted(states)),
        around=tuple(sorted(names_in(sentence)[0])),
        places=tuple(sorted(names)),
        where=tuple(sorted(where)),
        qualifiers=tuple(sorted(qualifiers_of([w.lower() for w in _TOKEN.findall(own)]))),
        total=bool(_TOTAL.search(sentence, place.low, place.high)),
        part=bool(_PART.search(before)),
        origin=bool(_ORIGIN.search(before)),
        definite=_is_definite(number, sentence),
        forecast=bool(_FORECAST.search(sentence, place.clause, place.high)),
        rate=bool(_RATE.search(sentence, place.low, place.high)),
        approx=number.approx,
        bound=number.bound,
        step=number.step * place.by,
        scope=scope.group() if scope else "",
        start=offset + number.start,
        end=offset + number.end,
        raw=sentence[number.start - len(softener.group() if softener else "") : place.end + chunk_end].strip(" ,.;:"),
    )


def _noun_chunk(after: str) -> tuple[list[str], int]:
    """The words right after a number up to the end of its noun phrase, and where that ends."""
    words: list[str] = []
    end = 0
    of = _CHUNK_OF.match(after)
    at = of.end() if of else 0
    first = True
    while len(words) < 4 and (match := _CHUNK_WORD.match(after, at)):
        word = match[1].lower()
        if word in _CHUNK_ENDS:
            break
        if match[1][0].islower() or first or known_things([word]) or states_of([word]):
            words.append(word)
        first, at, end = False, match.end(), match.end()
    return words, end


def _measure(
    sentence: str, place: _Place, chunk: list[str], last: Figure | None
) -> tuple[frozenset[str], frozenset[str]]:
    """What is counted and what happened to it: from the noun phrase, else the words after, else those before."""
    after = [w.lower() for w in _TOKEN.findall(sentence[place.end : place.high])]
    before = [w.lower() for w in _TOKEN.findall(sentence[place.low : place.number.start])]
    states = states_of(chunk) or states_of(after) or states_of(before)
    nouns = things_of(chunk) if place.kind != "magnitude" else known_things(chunk)
    if place.kind in _LOOSE_NOUNS or not nouns:
        nouns = nouns | known_things(after) | known_things(before)
    if not states and place.clause < place.low:
        # An earlier number of the same clause hides the words that say what both measure.
        wider = [w.lower() for w in _TOKEN.findall(sentence[place.clause : place.number.start])]
        states, nouns = states_of(wider), nouns or known_things(wider)
    if not nouns and not states:
        if last is not None and (last.kind, last.unit) == (place.kind, place.unit):
            return frozenset(last.nouns), frozenset(last.states)
        nouns = things_of([w for w in before[-4:] if w.endswith("s")])
    return nouns, states
