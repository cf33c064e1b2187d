"""Passages: the title, and runs of one to three sentences, the unit that explains a match."""

from dataclasses import dataclass

from monitor.text.sentences import MAX_SENTENCE, sentences

MAX_SENTENCES = 200  # of one report; what follows in a longer text cannot be the passage that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The title of a report (`first` is -1) or its sentences `first` to `last`, counted from 0."""

    text: str
    first: int
    last: int

    @property
    def is_title(self) -> bool:
        """Whether this is the title."""
        return self.first < 0


def passages(title: str, text: str, longest: int = 3) -> list[Passage]:
    """The title and every run of one to `longest` sentences, in order of their start, shorter first."""
    found = [Passage(text=_headline(title), first=-1, last=-1)] if title else []
    parts = sentences(text)[:MAX_SENTENCES]
    for first in range(len(parts)):
        for last in range(first, min(first + longest, len(parts))):
            found.append(Passage(text=" ".join(parts[first : last + 1]), first=first, last=last))
    return found


def _headline(title: str) -> str:
    """A title, cut at a space where it is longer than any sentence."""
    if len(title) <= MAX_SENTENCE:
        return title
    return title[: max(title.rfind(" ", 0, MAX_SENTENCE), MAX_SENTENCE // 2)]
