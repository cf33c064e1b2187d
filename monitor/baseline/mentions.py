"""Names as they stand in running text, found by capitals, particles and what stands beside them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.baseline.gazetteer import (
    CITIES,
    COUNTRIES,
    DEMONYMS,
    EVENT_HEADS,
    GROUPS,
    OPENERS,
    ORGANISATION_HEADS,
    PARTICLES,
    PLACE_HEADS,
    TITLES,
)
from monitor.baseline.runs import LINKS, find_runs
from monitor.text.stems import STOP_WORDS

_ACRONYM = re.compile(r"^(?=(?:[^A-Z]*[A-Z]){2})[A-Z][A-Za-z0-9&]*(?:-[A-Z0-9]+)*$")
_SAID = re.compile(r"^,?\s+(?:said|says|told|added|warned|announced|tweeted|wrote|conceded|argued|insisted)\b")
_LOCATED = re.compile(
    r"\b(?:in|near|at|from|inside|outside|between|across|towards?|into|(?:north|south|east|west) of)\s+(?:the )?$"
)
_KNOWN_AS = re.compile(
    r",?\s+(?:(?:better|also|formerly|widely|commonly)\s+)?(?:known as|called|alias|aka)\s+[“\"]?(?:the\s+)?"
    r"([A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,3})"
)
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|I)\s+$")  # what follows is a verb, however it is written
_PRONOUNS = frozenset({"He", "She", "They", "We", "I"})
_LED = re.compile(
    r"\b(?P<name>[A-Z][\w.]*-led\s+(?:[a-z-]+\s+)?(?:coalition|alliance|mission|task force|operation|campaign|bloc))\b"
)
_ATTACHED = re.compile(r"^\s+(?P<head>airport|embassy|parliament|base|camp)\b")
_PROPER_HEADS = frozenset("pentagon knesset kremlin reuters hezbollah hizballah hashd".split())
# Ranks that say nothing of what follows when written small: "former Yugoslavia".
_NO_OFFICE = frozenset("former acting field staff grand crown prime supreme general major chief".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One name at one place."""

    name: str
    sentence: int
    opens_sentence: bool = False  # then its first capital proves nothing
    is_person: bool = False  # a title stands before it, or it speaks
    is_located: bool = False  # "in", "near"… stands before it
    apposed: str | None = None  # what stands in brackets behind it: an acronym or another name


def is_acronym(name: str) -> bool:
    """Whether a name is made of capitals, as PMF, CJTF-OIR or MoD."""
    return bool(_ACRONYM.match(name)) and len(name) >= 2


def find_mentions(sentences: Iterable[str]) -> list[Mention]:
    """Every name of the sentences in order, titles and honorifics taken off, with what brackets put beside it."""
    sentences = list(sentences)
    lower = {
        word for sentence in sentences for word in re.findall(r"(?<![\w’'-])[a-z][a-z]+(?![\w’'-])", sentence)
    } | STOP_WORDS | OPENERS  # fmt: skip
    found = [mention for at, sentence in enumerate(sentences) for mention in _in_sentence(sentence, at, lower)]
    return _without_openers(found)


def _in_sentence(sentence: str, at: int, lower: frozenset[str] | set[str]) -> Iterator[Mention]:
    if _is_title_case(sentence):
        return
    for led in _LED.finditer(sentence):
        yield Mention(name=led["name"], sentence=at)
    opening = re.match(r"\W*", sentence)
    begin = opening.end() if opening else 0
    for run in find_runs(sentence):
        words, opens = run.words, run.start == begin
        if opens and words[0] in _PRONOUNS:
            continue
        if opens and len(words) > 1 and words[0].lower() in lower and words[0] not in DEMONYMS:
            words, opens = words[1:], False
        elif opens and words[0].lower() in lower and not is_acronym(words[0]):
            continue
        front, words, is_person = _without_titles(words)
        if front:
            yield Mention(name=" ".join(front), sentence=at, opens_sentence=opens)
            opens = False
        words = _without_groups(words)
        if not words or not (is_person or _is_name(words)) or _PRONOUN.search(sentence[: run.start]):
            continue
        behind = sentence[run.end :]
        attached = _ATTACHED.match(behind) if not run.possessive and not is_person else None
        if attached and len(words) < 3:
            yield Mention(name=f"{' '.join(words)} {attached['head']}", sentence=at, is_located=True)
            if words[-1] not in DEMONYMS and attached["head"] not in ("base", "camp"):
                yield Mention(name=" ".join(words), sentence=at, is_located=True)
            continue
        yield Mention(
            name=" ".join(words),
            sentence=at,
            opens_sentence=opens,
            is_person=is_person or (len(words) < 4 and _is_told_of(sentence[: run.start], behind, words)),
            is_located=bool(_LOCATED.search(sentence[: run.start])),
            apposed=_apposed(behind),
        )


def _is_told_of(before: str, behind: str, words: list[str]) -> bool:
    """Whether a name speaks, or an office stands before it: "her deputy, Omar Benali"."""
    if _SAID.match(behind) or re.search(r"[,”\"]\s+(?:said|says)\s+$", before):
        return True
    office = re.search(r"\b([a-z]+),?\s+$", before)
    heads = ORGANISATION_HEADS | PLACE_HEADS | EVENT_HEADS
    return (
        office is not None
        and len(words) > 1
        and office.group(1) in TITLES - _NO_OFFICE
        and not any(word.lower() in heads for word in words)
    )


def _is_name(words: list[str]) -> bool:
    """Whether the words can name something: no single letter, no bare "Council", no mere rank or office."""
    if len(words) == 1 and len(words[0]) == 1:
        return False
    last = words[-1].lower()
    if len(words) == 1:
        common = PARTICLES | ORGANISATION_HEADS | PLACE_HEADS | EVENT_HEADS
        return is_acronym(words[0]) or last not in (TITLES | common) - _PROPER_HEADS
    return last not in TITLES | {"fellow"}


def _is_title_case(sentence: str) -> bool:
    """Whether a line writes nearly every word with a capital, so that capitals tell nothing."""
    long = [word for word in re.findall(r"[^\W\d_]{4,}", sentence)]
    return len(long) >= 2 and sum(word[0].isupper() for word in long) >= 0.8 * len(long) and sentence[-1] not in ".!?"


def _apposed(behind: str) -> str | None:
    """The acronym in brackets or the other name that directly follows a name."""
    if known := _KNOWN_AS.match(behind):
        return known.group(1)
    found = re.match(r"\s+\((?:the\s+|or\s+|known as\s+)?[“\"]?([^()“”\"]{2,60}?)[”\"]?(?:[,;][^()]*)?\)", behind)
    if not found:
        return None
    inner = found.group(1).strip()
    words = inner.split()
    if is_acronym(inner) or (len(words) > 1 and all(word[0].isupper() or word in LINKS | PARTICLES for word in words)):
        return inner
    return None


def _without_titles(words: list[str]) -> tuple[list[str], list[str], bool]:
    """The body before the titles, the words behind the last of them, and whether a person has them.

    "Alaska Airlines CEO Ben Minicucci" is a company and a person; "Gen. Qassem Soleimani" is a person.
    """
    last = -1
    for at, word in enumerate(words[:-1]):
        follower = words[at + 1].lower()
        if word.lower() in TITLES and follower not in ORGANISATION_HEADS | LINKS:
            last = at
    rest = words[last + 1 :]
    if last < 0 or any(word.lower() in ORGANISATION_HEADS | PLACE_HEADS for word in rest):
        return [], words, False
    front = words[:last]
    while front and front[-1].lower() in TITLES:
        front = front[:-1]
    of_body = len(front) > 1 and front[-1].lower() in ORGANISATION_HEADS and front[0] not in COUNTRIES
    of_country = len(front) == 1 and (front[0] in DEMONYMS or front[0] in COUNTRIES)
    return front if of_body or of_country else [], rest, not all(word.lower() in TITLES for word in rest)


def _without_groups(words: list[str]) -> list[str]:
    """The words without peoples and faiths: "Iraqi Shiite" keeps "Iraqi", "Sunni Arab" nothing, "White Helmets" all."""
    while words and words[-1].lower().replace("’", "'") in GROUPS:
        words = words[:-1]
    if all(word.lower() in GROUPS or word in DEMONYMS for word in words):
        return [word for word in words if word.lower() not in GROUPS]
    return words


def _without_openers(mentions: list[Mention]) -> list[Mention]:
    """The mentions, a first word taken off where only the rest is known as a name from the middle of sentences."""
    proven = {m.name for m in mentions if not m.opens_sentence}
    words = {name.split()[-1] for name in proven}
    kept = []
    for mention in mentions:
        first, _, rest = mention.name.partition(" ")
        if not mention.opens_sentence or mention.name in proven:
            kept.append(mention)
        elif rest in proven and first not in words and first not in DEMONYMS and not mention.is_person:
            kept.append(replace(mention, name=rest, opens_sentence=False))
        elif (
            rest
            or first in words
            or first in DEMONYMS | CITIES
            or first in COUNTRIES
            or is_acronym(first)
            or mention.is_person
        ):
            kept.append(mention)
    return kept
