"""Which entities a text names: whole words of folded text, the longest name first; for lint and extraction only."""

import re
from collections.abc import Iterable

from monitor.model import Entity
from monitor.text.stems import words


def spelling(name: str) -> str:
    """A name as it is compared: folded words with single spaces."""
    return " ".join(words(name))


class NameFinder:
    """Finds the entities of a baseline in texts by one compiled pattern."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._owner: dict[str, str | None] = {}
        for entity in entities:
            for name in (entity.name, *entity.aliases):
                self._owner.setdefault(spelling(name), entity.name)
            for name in entity.excluded:
                self._owner.setdefault(spelling(name), None)
        self._owner.pop("", None)
        longest_first = sorted(self._owner, key=lambda name: (-len(name), name))
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b") if longest_first else None

    def find(self, text: str) -> frozenset[str]:
        """The names of the entities that the text names."""
        if self._pattern is None:
            return frozenset()
        found = (self._owner[match] for match in self._pattern.findall(spelling(text)))
        return frozenset(name for name in found if name is not None)
