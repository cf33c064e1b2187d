"""Names as they stand in running text, found by capitals, particles and what stands beside them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from monitor.baseline.gazetteer import (
    CITIES,
    COUNTRIES,
    DEMONYMS,
    EVENT_HEADS,
    GROUPS,
    MONTHS_AND_DAYS,
    OPENERS,
    ORGANISATION_HEADS,
    PARTICLES,
    PLACE_HEADS,
    TITLES,
)
from monitor.text.stems import STOP_WORDS

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:[’'ʼ`-](?!s\b)(?:(?:[A-Z]\.){2,}|[^\W_]+))*")
_POSSESSIVE = re.compile(r"[’'ʼ]s\b|(?<=s)[’'ʼ](?!\w)")
_ARTICLE = r"(?:[Aa]l|[Ee]l|[Aa]n|[Aa]s|[Aa]sh|[Aa]t|[Aa]th|[Aa]d|[Aa]dh|[Aa]r|[Aa]z|[Uu]l)"
_ARABIC_NAME = re.compile(rf"^{_ARTICLE}[-’'][A-Z]\w+")
_PARTLY = re.compile(
    r"^(?:[a-z]+-)?(?P<name>(?:[A-Z]\.){2,}|[A-Z][\w’']*)(?:-[a-z]+)+$|^[a-z]+-(?P<only>[A-Z][\w’'.]*)$"
)
_ACRONYM = re.compile(r"^(?=(?:[^A-Z]*[A-Z]){2})[A-Z][A-Za-z0-9&]*(?:-[A-Z0-9]+)*$")
_SAID = re.compile(r"^,?\s+(?:said|says|told|added|warned|announced|tweeted|wrote|conceded|argued|insisted)\b")
_LOCATED = re.compile(
    r"\b(?:in|near|at|from|inside|outside|between|across|towards?|into|(?:north|south|east|west) of)\s+(?:the )?$"
)
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|I)\s+$")  # what follows is a verb, however it is written
_PRONOUNS = frozenset({"He", "She", "They", "We", "I"})
_LED = re.compile(
    r"\b(?P<name>[A-Z][\w.]*-led\s+(?:[a-z-]+\s+)?(?:coalition|alliance|mission|task force|operation|campaign|bloc))\b"
)
_ATTACHED = re.compile(r"^\s+(?P<head>airport|embassy|parliament|base|camp)\b")
_LINKS = frozenset({"of", "for", "on", "of the", "for the"})
_LINKING_HEADS = (
    ORGANISATION_HEADS | PLACE_HEADS | EVENT_HEADS | {"republic", "kingdom", "commissioner", "battle", "islamic"}
)
_PROPER_HEADS = frozenset("pentagon knesset kremlin reuters hezbollah hizballah hashd".split())
# Ranks that say nothing of what follows when written small: "former Yugoslavia".
_NO_OFFICE = frozenset("former acting field staff grand crown prime supreme general major chief".split())
_WORLD = frozenset(
    {"people", "women", "men", "children", "workers", "doctors", "writers", "veterans"}
)  # "People's Party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One name at one place."""

    name: str
    sentence: int
    opens_sentence: bool = False  # then its first capital proves nothing
    is_person: bool = False  # a title stands before it, or it speaks
    is_located: bool = False  # "in", "near"… stands before it
    apposed: str | None = None  # what stands in brackets behind it: an acronym or another name


@dataclass(slots=True)
class _Run:
    """Capitalised words one after the other, while they are being gathered."""

    words: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    possessive: bool = False


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
    for run in _runs(sentence):
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
    if _SAID.match(behind):
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
    found = re.match(r"\s+\((?:the\s+|or\s+|known as\s+)?[“\"]?([^()“”\"]{2,60}?)[”\"]?(?:[,;][^()]*)?\)", behind)
    if not found:
        return None
    inner = found.group(1).strip()
    words = inner.split()
    if is_acronym(inner) or (len(words) > 1 and all(word[0].isupper() or word in _LINKS | PARTICLES for word in words)):
        return inner
    return None


def _runs(sentence: str) -> Iterator[_Run]:
    """The runs of capitalised words, joined over particles and over "of" behind the head of an institution."""
    tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(sentence)]
    run = _Run()
    at = 0
    while at < len(tokens):
        word, start, end = tokens[at]
        gap = sentence[run.end : start] if run.words else ""
        joined = run.words and not run.possessive and _may_join(gap, run.words[-1])
        partly = _PARTLY.match(word) if not _ARABIC_NAME.match(word) else None
        if partly:  # "anti-ISIS", "Iran-backed": the name in it stands alone
            if run.words:
                yield run
            name = partly["name"] or partly["only"]
            yield _Run([name], start, start + len(name), possessive=True)
            run = _Run()
        elif _is_name_word(word):
            if not joined and run.words:
                yield run
                run = _Run()
            for part in _both(word):
                if run.words and part is not word:
                    yield run
                    run = _Run()
                run = _Run([*run.words, part], run.start if run.words else start, end)
            owner = _POSSESSIVE.match(sentence, end)
            run.possessive = owner is not None and not _belongs(word, owner, tokens[at + 1 : at + 2])
            if owner is not None and not run.possessive:
                run.words[-1] += owner.group()
                run.end += len(owner.group())
        elif run.words:
            link = _link(tokens, at, run, sentence)
            if not joined or not link:
                yield run
                run = _Run()
            else:
                run.words += link
                at += len(link) - 1
                run.end = tokens[at][2]
        at += 1
    if run.words:
        yield run


def _may_join(gap: str, last: str) -> bool:
    return gap in (" ", "\u00a0") or (gap == ". " and (last.lower() in TITLES or len(last) == 1))


def _is_name_word(word: str) -> bool:
    if word.lower() in MONTHS_AND_DAYS:
        return False
    return word[0].isupper() or bool(_ARABIC_NAME.match(word))


def _belongs(word: str, owner: re.Match[str], following: list[tuple[str, int, int]]) -> bool:
    """Whether a genitive is part of the name: "People's Party", "Dockers' Union"; not in "Iran's Quds Force"."""
    if word.lower() in _WORLD:
        return True
    plural = len(owner.group()) == 1 and word not in COUNTRIES and word != "States"
    return plural and any(token.lower() in ORGANISATION_HEADS and token[0].isupper() for token, _, _ in following)


def _both(word: str) -> list[str]:
    """ "US-Iranian" is two names, "CJTF-OIR" one."""
    parts = re.split("[-–]", word)
    people = DEMONYMS | {"US", "U.S", "U.S.", "UK"}
    return parts if len(parts) == 2 and all(part in people for part in parts) else [word]


def _link(tokens: list[tuple[str, int, int]], at: int, run: _Run, sentence: str) -> list[str]:
    """The lower-case words that lead from the run to a further capitalised word of the same name, or none."""
    if _is_model_number(tokens[at][0], run.words[-1]) and at + 1 < len(tokens) and _is_name_word(tokens[at + 1][0]):
        return [tokens[at][0]] if sentence[tokens[at][2] : tokens[at + 1][1]] == " " else []
    for length in (1, 2):
        words = [token for token, _, _ in tokens[at : at + length]]
        if at + length >= len(tokens) or not _is_name_word(tokens[at + length][0]):
            continue
        if sentence[tokens[at + length - 1][2] : tokens[at + length][1]] != " ":
            continue
        joined = " ".join(words)
        if length == 1 and words[0] in PARTICLES:
            return words
        head = run.words[-1].lower()
        if joined in _LINKS and head in _LINKING_HEADS:
            return words
        if joined == "in" and head in ("embassy", "consulate"):
            return words
    return []


def _is_model_number(word: str, before: str) -> bool:
    """Whether a number may be part of a name, as in "Boeing 737 Max"; years are not."""
    year = len(word) == 4 and word[:2] in ("18", "19", "20")
    return word.isdecimal() and not year and before.lower() not in STOP_WORDS | OPENERS


def _without_titles(words: list[str]) -> tuple[list[str], list[str], bool]:
    """The body before the titles, the words behind the last of them, and whether a person has them.

    "Alaska Airlines CEO Ben Minicucci" is a company and a person; "Gen. Qassem Soleimani" is a person.
    """
    last = -1
    for at, word in enumerate(words[:-1]):
        follower = words[at + 1].lower()
        if word.lower() in TITLES and follower not in ORGANISATION_HEADS | _LINKS:
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
