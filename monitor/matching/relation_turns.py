"""What a sentence of a report says against a claim in words alone: denied, put off, turned out otherwise, dismissed.

English only. A sentence must share enough of the claim's words to speak of the same thing; how much is set on the
development topics, as low as accuracy allows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.text.sentences import sentences
from monitor.text.stems import STOP_WORDS, stem, stems, words

MOST_SENTENCES = 60  # what turns a claim round is said early
MOST_CHARACTERS = 1_000  # of one sentence; a longer one is no sentence
_LEAST_SHARED = 2  # stems of the claim in the sentence, besides the words that turn it
_LEAST_SHARE = 0.3  # of the claim's stems


@dataclass(frozen=True, slots=True)
class Turn:
    """How a sentence turns the claim round."""

    kind: str  # "negated", "done", "delayed", "outcome", "dismissed"
    claimed: str  # the claim's word, as a note tells it
    told: str  # the report's


# ---- opposite outcomes ---------------------------------------------------------------------------------------------

_PACT = (
    r"(?:agreements?|deals?|accords?|treat(?:y|ies)|pacts?|contracts?|truces?|ceasefires?|settlements?|compromises?)"
)
_MONEY = r"(?:loans?|credits?|financing|funding|funds|grants?|subsid(?:y|ies)|investments?)"
_FEW = r"(?:\s+[\w’'$€£.,%-]+){0,5}?\s+"
_COUNTS = r"(?:(?!against)\S+\s+(?:to|against)\s+\S+\s+|\d+\s?[-–]\s?\d+\s+|overwhelmingly\s+|narrowly\s+)?"
_VOTES = rf"vot(?:e|es|ed|ing)\s+(?:by\s+)?{_COUNTS}"
_TIMES = r"(?:the\s+)?(?:first|second|third|last|\w+\s+(?:time|hours|days|years))"
_CALLED_OFF = (
    r"halt(?:s|ed|ing)?|stop(?:s|ped|ping)|suspend(?:s|ed|ing)?|cancel(?:s|l?ed|l?ing|lation)?|abandon(?:s|ed|ing)?|"
    r"scrap(?:s|ped|ping)|call(?:s|ed|ing)? off|shelve[sd]?|freezes?|froze|frozen"
)
# Each row: what speaks for an outcome, and what speaks for its opposite.
_OUTCOMES = tuple(
    (re.compile(rf"\b(?:{plus})\b", re.IGNORECASE), re.compile(rf"\b(?:{minus})\b", re.IGNORECASE))
    for plus, minus in (
        (
            r"approv(?:e|es|ed|al|ing)|adopt(?:s|ed|ing|ion)?|endors\w+|ratif(?:y|ies|ied|ication)|accept(?:s|ed|ance)?|"
            r"pass(?:es|ed)?(?!\s+(?:away|by|through|on|over|out))|green[- ]?lit|green light|go-ahead|"
            rf"{_VOTES}(?:for(?!\s+{_TIMES})|in favou?r|to approve)",
            r"reject(?:s|ed|ion|ing)?|veto(?:es|ed)?|turn(?:s|ed)? down|vot(?:e|es|ed) down|thr(?:ow|ows|ew|own) out|"
            rf"strikes? down|struck down|{_VOTES}(?:against|to reject)",
        ),
        (
            rf"(?:sign(?:s|ed|ing)?|reach(?:es|ed|ing)?|str(?:ike|ikes|uck)|conclud(?:e|es|ed)|seal(?:s|ed)?|clinch(?:es|ed)?){_FEW}{_PACT}|"
            rf"{_PACT}\s+(?:\w+\s+){{0,3}}(?:signed|reached|struck|concluded|sealed)|agreed\s+(?:on|to)|"
            r"(?:talks|negotiations)\s+(?:\w+\s+){0,8}?succeed(?:s|ed)?",
            r"(?:talks?|negotiations?|mediation|summit)\s+(?:[\w’'-]+\s+){0,8}?(?:fail(?:s|ed)?|failure|collapse[sd]?|"
            r"br(?:oke|eak|eaks|oken)\s+(?:down|off|up)|stall(?:s|ed)?|founder(?:s|ed)?|f[ae]lls? (?:through|apart)|"
            rf"end(?:s|ed)? without)|fail(?:s|ed|ure)? to (?:agree|sign|reach)|without (?:an? )?{_PACT}|no {_PACT}|"
            rf"(?:failure|collapse|breakdown) of (?:the |their )?(?:\w+ )?(?:talks|negotiations)|"
            rf"{_PACT}\s+(?:\w+\s+){{0,3}}(?:fell through|falls through|collapse[sd]?)",
        ),
        (
            rf"lends?|lent|lending|financ(?:e|es|ed|ing)|fund(?:s|ed|ing)?|{_MONEY}",
            rf"(?:withdr(?:aw|aws|ew|awn|awing|awal)|revoke[sd]?|pull(?:s|ed)?|refuse[sd]?|{_CALLED_OFF}){_FEW}{_MONEY}|"
            rf"{_MONEY}\s+(?:\w+\s+){{0,4}}(?:withdrawn|revoked|pulled|{_CALLED_OFF})|"
            r"pull(?:s|ed)? out of (?:the )?(?:financing|funding)",
        ),
        (r"convict(?:s|ed|ion)?|(?<!not )guilty", r"acquit(?:s|ted|tal)?|exonerat\w+|cleared of|not guilty"),
        (
            r"impos(?:e|es|ed|ing|ition)|introduc(?:e|es|ed|ing|tion)",
            r"lift(?:s|ed|ing)|repeal(?:s|ed|ing)?|abolish(?:es|ed|ing)?|abolition|revok(?:e|es|ed|ing)",
        ),
        (
            r"be(?:gin|gins|gan|gun|ginning)|start(?:s|ed|ing)?|launch(?:es|ed|ing)?|resum(?:e|es|ed|ption)",
            _CALLED_OFF,
        ),
    )
)
# What came before the news: "signed after talks had failed", "despite fears that it would be rejected".
_BACKGROUND = re.compile(
    r"\b(?:after|following|despite|although|though|even though|having|"
    r"(?:had|was|were|been) (?:expected|feared|due|supposed) to|instead of|rather than)\b[^,.;]*",
    re.IGNORECASE,
)
_NEGATOR = re.compile(
    r"\b(?:not|never|cannot|without|no longer|refus\w+ to|fail(?:s|ed)? to)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_SHORT_NOT = re.compile(r"(?<=\w)n[’']t\b", re.IGNORECASE)
# What only may or shall be is no outcome: "promised to resume".
_INTENDED = re.compile(
    r"(?:\b(?:will|would|may|might|could|should|shall)\s+(?:\w+\s+)?|"
    r"(?<!decided )(?<!agreed )(?<!voted )(?<!forced )(?<!had )\bto\s+(?:\w+ly\s+)?)$",
    re.IGNORECASE,
)
_PLUS, _MINUS = 1, -1


def _outcome(text: str, row: tuple[re.Pattern[str], re.Pattern[str]]) -> tuple[int, str, bool]:
    """Which side of the row a text tells, with its words, and whether that is only intended; 0: neither or both."""
    sides: dict[int, tuple[str, bool]] = {}
    rest = row[1].sub(lambda m: " " * len(m.group()), text)
    for whole, pattern, side in ((text, row[1], _MINUS), (rest, row[0], _PLUS)):
        for match in pattern.finditer(whole):
            before = text[max(0, match.start() - 40) : match.start()]
            told = -side if _NEGATOR.search(before) else side
            sides.setdefault(told, (match.group(), bool(_INTENDED.search(before))))
    if len(sides) != 1:
        return 0, "", False
    ((side, (words_told, is_intended)),) = sides.items()
    return side, words_told, is_intended


def _opposite_outcome(claim: str, sentence: str) -> Turn | None:
    told = _BACKGROUND.sub(" ", sentence)
    for row in _OUTCOMES:
        side, claimed, _ = _outcome(claim, row)
        other, word, is_intended = _outcome(told, row) if side else (0, "", False)
        turned = bool(side) and other == -side and not is_intended
        if turned and _shares(claim, sentence, *_ends(claimed), *_ends(word)):
            return Turn("outcome", " ".join(claimed.split()), " ".join(word.split()))
    return None


def _ends(phrase: str) -> tuple[str, str]:
    """The first and the last word: "talks", "failed"; what stands between them is about whom or what."""
    told = words(phrase)
    return told[0], told[-1]


# ---- denied and put off --------------------------------------------------------------------------------------------

_NOT = frozenset("not never cannot non".split())
_BEFORE_VERB = frozenset("be been being have has had yet even ever also to get now longer".split())
_NOT_REALLY = frozenset("only just merely simply necessarily".split())
_INTENDING = frozenset("to will would may might could should shall".split())
_DELAY = re.compile(
    r"\b(?:postpon(?:e|es|ed|ing|ement)|delay(?:s|ed|ing)?|put(?:s|ting)?\s+off|push(?:es|ed|ing)?\s+back|"
    rf"defer(?:s|red|ral)|behind schedule|shelving|{_CALLED_OFF})\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|plans?|planned|due|scheduled|set to|going to|intends?|expected|promised?|pledged?|about to|"
    r"begins?|starts?|opens?|launch(?:es)?|take place|takes place)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def denied_verbs(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The stems that stand right after a "not" in a text, and all its other stems."""
    told = words(_SHORT_NOT.sub(" not", text))
    denied: set[int] = set()
    for at, word in enumerate(told):
        if (word in _NOT and told[at - 1 : at] != ["or"]) or (word == "no" and told[at + 1 : at + 2] == ["longer"]):
            verb = at + 1
            while verb < len(told) and (told[verb] in _BEFORE_VERB or _is_adverb(told[verb])):
                verb += 1
            if (
                verb < len(told)
                and not _NOT_REALLY & set(told[at + 1 : verb + 1])
                and told[verb].isalpha()
                and told[verb] not in STOP_WORDS
            ):
                denied.add(verb)
    others = {stem(word) for at, word in enumerate(told) if at not in denied and word not in STOP_WORDS}
    return frozenset(stem(told[at]) for at in denied), frozenset(others)


def _written(wanted: str, text: str) -> str:
    """The word of a text that has this stem."""
    return next((word for word in words(text) if stem(word) == wanted), wanted)


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in _NOT_REALLY


def _negation(claim: str, sentence: str) -> Turn | None:
    own_denied, own = denied_verbs(_BACKGROUND.sub(" ", claim))
    denied, told = denied_verbs(sentence)
    for verb in sorted((denied & own) - told - own_denied):
        if _shares(claim, sentence, verb, verb):
            return Turn("negated", _written(verb, claim), f"not {_written(verb, sentence)}")
    for verb in sorted((own_denied & told) - denied - own):
        if not _is_intended(verb, sentence) and _shares(claim, sentence, verb, verb):
            return Turn("done", f"not {_written(verb, claim)}", _written(verb, sentence))
    return None


def _is_intended(verb: str, sentence: str) -> bool:
    """Whether a verb only tells of what may or shall be: vowed to return, will return."""
    told = words(sentence)
    return any(_INTENDING & set(told[max(0, at - 2) : at]) for at, word in enumerate(told) if stem(word) == verb)


def _delay(claim: str, sentence: str) -> Turn | None:
    word = _DELAY.search(_BACKGROUND.sub(" ", sentence))
    if word is None or _DELAY.search(claim) or not _PLANNED.search(claim):
        return None
    if _NEGATOR.search(sentence[: word.start()][-40:]) or not _shares(claim, sentence, "", word.group()):
        return None
    return Turn("delayed", "planned", word.group())


# ---- dismissed -----------------------------------------------------------------------------------------------------

_DISMISS = re.compile(
    r"\b(?:dismiss(?:es|ed|ing)?|den(?:y|ies|ied|ying)|refut(?:e|es|ed|ing)|reject(?:s|ed|ing)?|debunk(?:s|ed|ing)?|"
    r"rubbish(?:es|ed)|brush(?:es|ed)?\s+(?:aside|off)|disput(?:e|es|ed|ing))\b(?P<what>(?:\s+[^\s.;:,]+){1,10})",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^\s+(?:\w+\s+){0,2}?(?:talk|claims?|idea|notion|suggestions?|reports?|rumou?rs?|allegations?|that)\b",
    re.IGNORECASE,
)
_SHAM = re.compile(
    r"(?P<what>(?:[^\s.;:,]+\s+){1,6})(?:is|are|was|were|as|called|calling|calls|be)\s+"
    r"(?:only\s+|just\s+|nothing but\s+|merely\s+)?"
    r"(?:an?\s+|the\s+)?(?:mere\s+)?"
    r"(?P<sham>pretexts?|lies?|myth|hoax|excuse|sham|fabrication|false|untrue|fiction|smokescreen)\b",
    re.IGNORECASE,
)


_DENIED_REST = re.compile(r"(?:\b(?:not|no|never|nor|without)\b|n[’']t\b)[^,.;:]*", re.IGNORECASE)


def _dismissal(claim: str, sentence: str) -> Turn | None:
    if _DISMISS.search(claim) or _SHAM.search(claim):
        return None
    # What the claim itself says is not so may be dismissed without harm to it.
    told = _DENIED_REST.sub(" ", claim)
    denied = set(stems(claim)) - set(stems(told))
    plain = {stem(word) for word in re.findall(r"\b[a-z][a-z’'-]+", told)} & set(stems(told))
    for match in _dismissing(sentence):
        keys = plain & set(stems(match["what"]))
        weak = "sham" not in match.re.groupindex and not _TALK.search(match["what"])
        if (
            len(keys) > weak
            and not denied & set(stems(match["what"]))
            and not _NEGATOR.search(sentence[: match.start()][-40:])
        ):
            return Turn("dismissed", _written(max(sorted(keys), key=len), claim), _opening(match))
    return None


def _dismissing(sentence: str) -> Iterator[re.Match[str]]:
    yield from _DISMISS.finditer(sentence)
    yield from _SHAM.finditer(sentence)


def _opening(match: re.Match[str]) -> str:
    """The word that dismisses."""
    return match["sham"] if "sham" in match.re.groupindex else match.group().split()[0].lower()


# ---- all of them ---------------------------------------------------------------------------------------------------


def find_turn(claim: str, title: str, text: str) -> Turn | None:
    """The first sentence, the one nearest to the claim first, that turns the claim round; None if none does."""
    own = frozenset(stems(claim))
    told = [s[:MOST_CHARACTERS] for s in (title, *sentences(text)[:MOST_SENTENCES]) if s]
    for sentence in sorted(told, key=lambda s: -len(own & frozenset(stems(s)))):
        turn = (
            _negation(claim, sentence)
            or _delay(claim, sentence)
            or _opposite_outcome(claim, sentence)
            or _dismissal(claim, sentence)
        )
        if turn is not None:
            return turn
    return None


def _shares(claim: str, sentence: str, *without: str) -> bool:
    """Whether the sentence has enough of the claim's words, those that turn it left out."""
    dropped = {s for text in without for s in stems(text)}
    own = set(stems(claim)) - dropped
    shared = own & (set(stems(sentence)) - dropped)
    return len(shared) >= min(_LEAST_SHARED, max(len(own), 1)) and len(shared) >= _LEAST_SHARE * len(own)
