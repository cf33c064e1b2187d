"""Finds the baseline's entities in a text: every alias at once, in one pass over the words.

All aliases stand in one tree of words, so the time depends on the text and hardly on the number of aliases, and a name
is only found at word boundaries. The longest alias wins; where one of an entity's `not` names stands, nobody is found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from monitor.matching.background import Background
from monitor.matching.romanise import name_key, possible_keys
from monitor.model import Entity
from monitor.text.stems import STOP_WORDS, stem, words

_END = "\0"  # the key under which a tree node keeps the entity that ends there; no word is like it
_NOBODY = -1  # ends a `not` name
# A name written another way is recognised by its consonants only where chance likeness is rare: four consonants in a
# single word, six in all words of a longer name, and never in place of a word that general news uses.
_LEAST_KEY = 4
_LEAST_KEYS = 6
_COMMON = 0.5  # of 10,000 reports


# Acronyms that fold to everyday words (WHO, IS, IT) are names only in capitals: they are marked before folding.
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_MARK = "acronym0"


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `start` to `end` (exclusive) of a text name entity number `entity`."""

    entity: int
    start: int
    end: int


def _depth(tree: dict[str, Any]) -> int:
    return max((1 + _depth(node) for key, node in tree.items() if key != _END), default=0)


def _later(tree: dict[str, Any]) -> set[str]:
    nodes = [node for key, node in tree.items() if key != _END]
    return {key for node in nodes for key in node if key != _END}.union(*map(_later, nodes))


def surname(entity: Entity) -> str | None:
    """The last word of a person's name of two or more words, which press reports use alone after the first mention."""
    parts = words(entity.name)
    if entity.type != "person" or len(parts) < 2 or len(parts[-1]) < 4:
        return None
    return parts[-1]


class EntityFinder:
    """Built once for a baseline; `find` gives the mentions in a sequence of folded words."""

    def __init__(self, entities: Sequence[Entity], background: Background) -> None:
        self.entities = tuple(entities)
        self._background = background
        self._exact: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._acronyms = self._find_acronyms()
        for number, entity in enumerate(self.entities):
            for alias in (entity.name, *entity.aliases):
                path = words(self.mark_acronyms(alias))
                self._add(self._exact, path, number)
                self._add_keys(path, number)
        self._add_surnames()
        for entity in self.entities:
            for other in entity.excluded:
                self._add(self._exact, words(other), _NOBODY, override=True)
        trees = (self._exact, self._keys)
        self._later = frozenset(chain.from_iterable(map(_later, trees)))
        # All words and consonant keys that may stand in a name.
        self.known = self._exact.keys() | self._keys.keys() | self._later
        self.longest = max(map(_depth, trees))  # words of a name

    def _find_acronyms(self) -> re.Pattern[str] | None:
        aliases = {a for e in self.entities for a in (e.name, *e.aliases) if _ACRONYM.fullmatch(a)}
        everyday = sorted(a for a in aliases if words(a)[0] in STOP_WORDS)
        return re.compile(rf"\b(?:{'|'.join(everyday)})\b") if everyday else None

    def mark_acronyms(self, text: str) -> str:
        """The text with acronyms that would fold to everyday words made unmistakable; to be called before folding."""
        if self._acronyms is None or (text.isupper() and " " in text):  # a headline in capitals tells nothing
            return text
        return self._acronyms.sub(lambda m: _MARK + m.group().lower(), text)

    @staticmethod
    def _add(tree: dict[str, Any], path: Sequence[str], number: int, *, override: bool = False) -> None:
        if not path or all(w in STOP_WORDS for w in path):
            return
        for word in path:
            tree = tree.setdefault(word, {})
        if override:
            tree[_END] = number
        else:
            tree.setdefault(_END, number)

    def _add_keys(self, path: Sequence[str], number: int) -> None:
        keys = [name_key(w) for w in path]
        least = _LEAST_KEY if len(path) == 1 else _LEAST_KEYS
        if sum(map(len, keys)) < least:
            return
        tree = self._keys
        for word, key in zip(path, keys, strict=True):  # a word may be written as listed or by its consonants
            node = tree.get(word) or tree.get(key) or {}
            tree[word] = node
            if key:
                tree.setdefault(key, node)
            tree = node
        tree.setdefault(_END, number)

    def _add_surnames(self) -> None:
        owners: dict[str, list[int]] = {}
        for number, entity in enumerate(self.entities):
            name = surname(entity)
            if name and not self.is_common(name):
                owners.setdefault(name, []).append(number)
        for name, numbers in owners.items():
            if len(numbers) == 1:  # a name that two people share binds to neither
                self._add(self._exact, [name], numbers[0])
                self._add_keys([name], numbers[0])

    def is_common(self, word: str) -> bool:
        """Whether general news uses this folded word, so that it is no spelling of a name."""
        return word in STOP_WORDS or self._background.is_common(stem(word), _COMMON)

    def _spellings(self, word: str) -> tuple[str, ...]:
        """The keys of the names that a word may be a spelling of; none for an everyday word."""
        return () if self.is_common(word) else possible_keys(word)

    def may_start(self, word: str) -> bool:
        """Whether a name may begin with this folded word."""
        if word in self._exact or word in self._keys:
            return True
        return bool(self._keys) and not self._keys.keys().isdisjoint(self._spellings(word))

    def as_later(self, word: str) -> frozenset[str]:
        """What this folded word may be, itself or by its consonants, in a name after the first word."""
        return self._later.intersection((word, *self._spellings(word)))

    def next_words(self, word: str) -> frozenset[str]:
        """The words and consonant keys that may follow this folded word in a name."""
        nodes = (self._exact.get(word), *(self._keys.get(key) for key in (word, *self._spellings(word))))
        return frozenset(chain.from_iterable(node for node in nodes if node)) - {_END}

    def single(self, word: str) -> int | None:
        """The entity that this word names whatever follows it; None where it names nobody or begins a longer name."""
        if word in self._keys and self._keys[word].keys() != {_END}:
            return None
        node = self._exact.get(word, {})
        return node[_END] if node.keys() == {_END} and node[_END] != _NOBODY else None

    def followers(self, word: str) -> frozenset[str] | None:
        """The words and consonant keys of which one must follow for a name to begin here; None: it may stand alone."""
        nodes = [self._exact.get(word), *(self._keys.get(key) for key in (word, *self._spellings(word)))]
        known = [node for node in nodes if node]
        if any(_END in node for node in known):
            return None
        return frozenset(chain.from_iterable(known))

    def find_at(self, text_words: Sequence[str], at: int) -> Mention | None:
        """The longest name that begins at position `at`; a `not` name counts as nobody's."""
        end, number = self._longest(text_words, at)
        if number is None and self._keys:
            end, number = self._longest_key(text_words, at)
        return None if number is None or number == _NOBODY else Mention(number, at, end)

    def skips(self, text_words: Sequence[str], at: int) -> int:
        """Where a `not` name that begins at `at` ends; `at` itself if there is none."""
        end, number = self._longest(text_words, at)
        return end if number == _NOBODY else at

    def find(self, text_words: Sequence[str]) -> list[Mention]:
        """The mentions in order, longest first at each place, none overlapping."""
        found: list[Mention] = []
        at = 0
        while at < len(text_words):
            mention = self.find_at(text_words, at) if self.may_start(text_words[at]) else None
            if mention:
                found.append(mention)
                at = mention.end
            else:
                at = max(at + 1, self.skips(text_words, at))
        return found

    def _longest(self, text_words: Sequence[str], at: int) -> tuple[int, int | None]:
        tree = self._exact
        best: tuple[int, int | None] = (at, None)
        for here in range(at, len(text_words)):
            node = tree.get(text_words[here])
            if node is None:
                break
            tree = node
            if _END in tree:
                best = (here + 1, tree[_END])
        return best

    def _longest_key(self, text_words: Sequence[str], at: int) -> tuple[int, int | None]:
        tree = self._keys
        best: tuple[int, int | None] = (at, None)
        for here in range(at, len(text_words)):
            word = text_words[here]
            node = tree.get(word) or next((tree[key] for key in self._spellings(word) if key in tree), None)
            if node is None:
                break
            tree = node
            if _END in tree:
                best = (here + 1, tree[_END])
        return best

    def frequency(self, number: int) -> float:
        """How often general news names the entity: for each alias its rarest word decides, the aliases add up."""
        entity = self.entities[number]
        seen = self._background.frequencies
        total = 0.0
        for alias in {tuple(words(a)) for a in (entity.name, *entity.aliases)}:
            content = [w for w in alias if w not in STOP_WORDS]
            if content:
                total += min(seen.get(stem(w), 0.0) for w in content)
        return total
