"""Runs of capitalised words: where a name begins and ends in a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.baseline.gazetteer import (
    COUNTRIES,
    DEMONYMS,
    EVENT_HEADS,
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
LINKS = frozenset({"of", "for", "on", "of the", "for the"})
_LINKING_HEADS = (
    ORGANISATION_HEADS | PLACE_HEADS | EVENT_HEADS | {"republic", "kingdom", "commissioner", "battle", "islamic"}
)
# Whose genitive is part of a name: "People\'s Party".
_OWNERS = frozenset({"people", "women", "men", "children", "workers", "doctors", "writers", "veterans"})


@dataclass(slots=True)
class Run:
    """Capitalised words one after the other, while they are being gathered."""

    words: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    possessive: bool = False


def find_runs(sentence: str) -> Iterator[Run]:
    """The runs of capitalised words, joined over particles and over "of" behind the head of an institution."""
    tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(sentence)]
    run = Run()
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
            yield Run([name], start, start + len(name), possessive=True)
            run = Run()
        elif _is_name_word(word):
            if not joined and run.words:
                yield run
                run = Run()
            for part in _both(word):
                if run.words and part is not word:
                    yield run
                    run = Run()
                run = Run([*run.words, part], run.start if run.words else start, end)
            owner = _POSSESSIVE.match(sentence, end)
            run.possessive = owner is not None and not _belongs(word, owner, tokens[at + 1 : at + 2])
            if owner is not None and not run.possessive:
                run.words[-1] += owner.group()
                run.end += len(owner.group())
        elif run.words:
            link = _link(tokens, at, run, sentence)
            if not joined or not link:
                yield run
                run = Run()
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
    if word.lower() in _OWNERS:
        return True
    plural = len(owner.group()) == 1 and word not in COUNTRIES and word != "States"
    return plural and any(token.lower() in ORGANISATION_HEADS and token[0].isupper() for token, _, _ in following)


def _both(word: str) -> list[str]:
    """ "US-Iranian" is two names, "CJTF-OIR" one."""
    parts = re.split("[-–]", word)
    people = DEMONYMS | {"US", "U.S", "U.S.", "UK"}
    return parts if len(parts) == 2 and all(part in people for part in parts) else [word]


def _link(tokens: list[tuple[str, int, int]], at: int, run: Run, sentence: str) -> list[str]:
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
        # "Office for the Coordination of Humanitarian Affairs": what an office is for may itself be "of" something.
        if joined in LINKS and (head in _LINKING_HEADS or (joined == "of" and "for" in run.words)):
            return words
        if joined == "in" and head in ("embassy", "consulate"):
            return words
    return []


def _is_model_number(word: str, before: str) -> bool:
    """Whether a number may be part of a name, as in "Boeing 737 Max"; years are not."""
    year = len(word) == 4 and word[:2] in ("18", "19", "20")
    return word.isdecimal() and not year and before.lower() not in STOP_WORDS | OPENERS
