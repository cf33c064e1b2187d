"""Event families: words that name the same kind of event ("hand over", "transfer", "turned over"), for any topic."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from monitor.matching.background import REPORTS
from monitor.text.stems import stem, words


class Families:
    """Finds event families in a sequence of stems; members may have several words."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._single: dict[str, tuple[str, ...]] = {}
        self._members: dict[str, list[tuple[str, ...]]] = {}
        self._longer: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for line in lines:
            name, _, members = line.partition(":")
            for member in members.split("|"):
                self._add(tuple(stem(w) for w in words(member)), f"v:{name.strip()}")
        # The words of members after the first, and all words that mean anything here.
        self.later_stems = frozenset(s for longer in self._longer.values() for member, _ in longer for s in member[1:])
        self.all_stems = frozenset(self._single.keys() | self._longer.keys() | self.later_stems)

    def _add(self, member: tuple[str, ...], family: str) -> None:
        self._members.setdefault(family, []).append(member)
        if len(member) == 1:
            known = self._single.get(member[0], ())
            if family not in known:
                self._single[member[0]] = (*known, family)
        elif member:
            self._longer.setdefault(member[0], []).append((member, family))

    def frequency(self, family: str, frequencies: Mapping[str, float]) -> float:
        """In how many background reports the family is to be expected: that of its members added up, at most all."""
        members = set(self._members.get(family, ()))
        expected = sum(min(frequencies.get(s, 0.0) for s in member) * 0.1 ** (len(member) - 1) for member in members)
        return min(expected, REPORTS)

    def of_stem(self, word_stem: str) -> tuple[str, ...]:
        """The families that a single word stands for."""
        return self._single.get(word_stem, ())

    def begun_by(self, word_stem: str) -> tuple[str, ...]:
        """The families that have a member of several words beginning with this stem."""
        longer = self._longer.get(word_stem)
        return tuple(family for _, family in longer) if longer else ()

    def followers(self, word_stem: str) -> frozenset[str]:
        """The stems of which one must follow for such a member to begin here."""
        return frozenset(member[1] for member, _ in self._longer.get(word_stem, ()))

    def longer_at(self, stems: list[str], at: int) -> tuple[str, ...]:
        """The families of the members of several words that stand at position `at`."""
        found = (f for member, f in self._longer.get(stems[at], ()) if tuple(stems[at : at + len(member)]) == member)
        return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def load_families() -> Families:
    """The shipped families: English event words, and Arabic ones, which bridge the two languages."""
    data = files("monitor.matching") / "data"
    texts = [(data / name).read_text(encoding="utf-8") for name in ("event-families.txt", "event-families-ar.txt")]
    lines = [line for text in texts for line in text.splitlines()]
    return Families(tuple(line for line in lines if line.strip() and not line.startswith("#")))
