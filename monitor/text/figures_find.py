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
    r"\b(?:in all|altogether|combined|combining|together|in total|overall|across the (?:two|three|four)|"
    r"both (?:countries|areas|zones|regions|sides|companies|states)|"
    r"the (?:two|three|four) (?:countries|areas|zones|states)|"
    r"total(?:s|ed|led|ing|ling)?(?= (?:of|to|at|is|stands?|has|was|number|toll|death)))\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:including|among them|amongst them|of (?:whom|them|these|those))\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)
_ORIGIN = re.compile(
    r"\b(?:(?P<always>(?:up|down|rose|fell|raised|increased|cut|reduced|dropped) from|instead of|rather than|"
    r"compared (?:with|to))|from)\s+(?:\w+\s+){0,2}(?:[A-Z]{0,3}[$€£₺])?$",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(r"\bnot\s+(?:(?!only|just|yet)\w+\s+){0,2}(?:[A-Z]{0,3}[$€£₺])?$", re.IGNORECASE)
_BUT = re.compile(r"[\w\s]{0,30},?\s*\bbut\b", re.IGNORECASE)
_TO_NUMBER = re.compile(r"\s+to\s+(?:\w+\s+){0,2}(?:[A-Z]{0,3}[$€£₺])?\d")
_FORECAST = re.compile(
    r"\b(?:could|might|may(?! have)|will|would|expect(?:s|ed|ing)?|forecasts?|predict(?:s|ed)?|project(?:s|ed)|likely|"
    r"probably|fears?|feared|warn(?:s|ed|ing)?|sees?|set to|about to|on course)\b",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(r"\b(?:estimat\w+|put(?:s|ting)? the|projections?)\b", re.IGNORECASE)
_RATE = re.compile(
    r"\b(?:daily|average|per (?:day|hour|week|month|year)|an? (?:day|hour|week|month|year)|each)\b", re.IGNORECASE
)
_DEFINITE = re.compile(r"\b(?:the|these|those|all|both|other|its|their)\s+$", re.IGNORECASE)
_SCOPE = re.compile(
    r"\b(?:since (?:the )?[\w ]{3,24}|so far|to date|this (?:year|month|week|summer|season)|"
    r"(?:in|during|over) (?:the )?(?:last|past) [\w ]{3,16}|in recent (?:days|weeks|months|years)|"
    rf"(?:in|during|by|as of|until) (?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}}\b)?(?: \d{{4}})?(?: alone)?|in (?:19|20)\d\d|"
    r"\w+ alone|(?:a|per|each|every) (?:day|week|month|year)|daily|an hour)",
    re.IGNORECASE,
)
# "sold for $21 billion at a loss of $2 billion": these words belong to the second number.
_HANDOVER = re.compile(r"\s(?:at|for|by|against|with|on|to)\s+(?:an?|the)\s+(?:[\w-]+\s+){1,3}(?:of|worth)\s+\S{0,3}$")
_SHARE_OF = re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|its\s+|all\s+)?$")
_CLAUSE = re.compile(
    r"[,;:()\u2013\u2014]|\s-\s|\b(?:but|while|whereas|with|including|although|though|after|when|and)\b"
)
_NAME_LAST = re.compile(r"[A-Z][\w’'-]+\s*$")
_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_CHUNK_WORD = re.compile(r"[\s-]*([^\W\d_]+(?:[’'-][^\W\d_]+)*)")
_LOOSE_END = re.compile(r"(?:\s+(?:of|the|its|their|an?))+\s*$")
_CHUNK_OF = re.compile(r"\s+of\s+(?:(?:the|its|their|those|these)\s+)?")
_CHUNK_ENDS = frozenset(
    """in on by at from to were was are is be been being have has had who which that with for since after as said says
    will would could may might and or but when while where than then if because their its his her it they he she not
    between during within until the till under over above into across per a an including about so instead
    rather""".split()
)
_SOFTENERS = re.compile(
    r"(?:(?:more than|at least|no fewer than|up to|as many as|fewer than|less than|close to|over|above|about|around|"
    r"nearly|almost|some|roughly|approximately|an estimated|under|below)\s+)?"
    r"(?:[A-Z]{0,3}[$€£₺¥]|(?:USD|EUR|GBP|TL)\s?)?$",
    re.IGNORECASE,
)
# A sentence of more numbers is a table, and a longer text an archive: neither is read to its end.
MOST_IN_SENTENCE = 24
MOST_IN_TEXT = 300
MOST_CHARACTERS = 60_000
_SAYING = frozenset("announced confirmed expects estimated today monday tuesday wednesday thursday friday".split())
# These kinds are named by words anywhere in their clause, not by the noun that follows.
_BY_CLAUSE = frozenset({"money", "share", "duration"})  # what they measure is told by any words of their clause
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
    noun: int  # where its noun phrase begins
    is_base: bool  # the whole that another number is a part of: 170 of 329


@lru_cache(maxsize=1_024)
def find_figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in order of place."""
    text = fold_digits(text[:MOST_CHARACTERS])
    found: list[Figure] = []
    at = 0
    for sentence in sentences(text):
        at = max(at, text.find(sentence, at))
        of_sentence: list[Figure] = []
        places = _places(sentence)
        around = tuple(sorted(names_in(sentence).all)) if places else ()
        for place in places:
            of_sentence.append(_figure(sentence, at, place, around, of_sentence[-1] if of_sentence else None))
        found += of_sentence
        at += len(sentence)
        if len(found) >= MOST_IN_TEXT:
            break
    return tuple(found)


def _places(sentence: str) -> list[_Place]:
    numbers = [(n, k) for n in find_numbers(sentence) if (k := kind_of(n, sentence)) is not None][:MOST_IN_SENTENCE]
    cuts = _cuts(sentence) if numbers else []
    telling = [(n.start, k[3]) for n, k in numbers if not _is_definite(n, sentence)]
    found = []
    for i, (number, (kind, unit, by, end)) in enumerate(numbers):
        following = numbers[i + 1] if i + 1 < len(numbers) else None
        noun = end
        if following and _SHARE_OF.match(sentence[end : following[0].start]):
            noun = following[1][3]  # "170 of 329 seats": the noun stands after the whole
        is_base = i > 0 and bool(_SHARE_OF.match(sentence[numbers[i - 1][1][3] : number.start]))
        clause = max([0, *(c for c in cuts if c <= number.start)])
        low = max([clause, *(_handover(e, number.start, sentence, e) for s, e in telling if s < number.start)])
        high = min([len(sentence), *(c for c in cuts if c >= noun)])
        high = min([high, *(_handover(noun, s, sentence, s) for s, _ in telling if s >= noun and s != number.start)])
        found.append(_Place(number, kind, unit, by, end, clause, low, high, noun, is_base))
    return found


def _handover(end: int, start: int, sentence: str, otherwise: int) -> int:
    """Where the words between two numbers begin to belong to the second; `otherwise` where they belong to both."""
    match = _HANDOVER.search(sentence[end:start])
    return end + match.start() if match else otherwise


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


def _figure(sentence: str, offset: int, place: _Place, around: tuple[str, ...], last: Figure | None) -> Figure:
    number, own = place.number, sentence[place.low : place.high]
    chunk, chunk_end = _noun_chunk(sentence[place.noun : place.high]) if place.kind not in ("year", "day") else ([], 0)
    nouns, states = _measure(sentence, place, chunk, last)
    names = names_in(own)
    scope = _SCOPE.search(sentence, max(place.clause, number.start - 60), min(len(sentence), place.end + 80))
    before = sentence[max(0, number.start - 40) : number.start]
    softener = _SOFTENERS.search(before[-24:])
    return Figure(
        value=round(number.value * place.by, 6),
        high=None if number.high is None else round(number.high * place.by, 6),
        kind=place.kind,
        unit=place.unit,
        nouns=tuple(sorted(nouns)),
        heads=tuple(sorted(things_of(chunk))),
        context=tuple(sorted(_context(own) - nouns)) if place.kind in _BY_CLAUSE else (),
        states=tuple(sorted(states)),
        around=around,
        places=tuple(sorted(names.all)),
        where=tuple(sorted(names.where)),
        qualifiers=tuple(sorted(qualifiers_of([w.lower() for w in _TOKEN.findall(own)]))),
        total=names.joined or bool(_TOTAL.search(sentence, place.low, place.high)),
        part=bool(_PART.search(before)),
        origin=_is_origin(before, sentence[place.noun + chunk_end :][:30]),
        definite=place.is_base or _is_definite(number, sentence),
        forecast=bool(_FORECAST.search(sentence, place.clause, place.high)),
        estimate=bool(_ESTIMATE.search(sentence, place.clause, place.high)),
        rate=bool(_RATE.search(sentence, place.low, place.high)),
        approx=number.approx,
        bound=number.bound,
        step=number.step * place.by,
        scope=scope.group() if scope else "",
        start=offset + number.start,
        end=offset + number.end,
        raw=_as_written(sentence[number.start - len(softener.group() if softener else "") : place.noun + chunk_end]),
    )


def _as_written(piece: str) -> str:
    """The figure for people: "23 villages", without the "of" whose name is no part of it."""
    return _LOOSE_END.sub("", piece).strip(" ,.;:")


def _context(own: str) -> frozenset[str]:
    """The stems of the words of a clause that are no names."""
    return things_of([w for w in _TOKEN.findall(own) if w.islower() and w not in _SAYING])


def _is_origin(before: str, after: str) -> bool:
    """Whether a number is what something changed from: from 5,200 to 3,000, up from 42, not 12 but 20."""
    if _NOT_BUT.search(before) and _BUT.match(after):
        return True
    match = _ORIGIN.search(before)
    return match is not None and bool(match["always"] or _TO_NUMBER.match(after))


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
    if chunk[:1] == ["times"]:  # "targeted 50 times": the verb says what is counted
        chunk = []
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
        if place.kind in ("money", "share"):
            nouns = things_of([w for w in (*before[-5:], *after[:4]) if w not in _SAYING])
        else:
            nouns = things_of([w for w in before[-4:] if w.endswith("s")])
    return nouns, states
