"""The record of one figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a text: "more than 6,000 buildings have collapsed in Turkey"."""

    value: float
    high: float | None  # upper end of a range
    kind: str  # count, share, money, ordinal, duration, age, measure, weight, magnitude, points, year, day
    unit: str  # "%", "USD", "hour", "m", "magnitude"; "" for counts
    nouns: tuple[str, ...]  # what is counted, as labels of small synonym groups or stems
    heads: tuple[str, ...]  # those of them that stand in its own noun phrase
    context: tuple[str, ...]  # stems of the other words of its clause
    states: tuple[str, ...]  # what happened to it: dead, injured, arrested, destroyed...
    around: tuple[str, ...]  # keys of the names in its sentence
    places: tuple[str, ...]  # keys of the names in its clause
    where: tuple[str, ...]  # those among them that say where
    qualifiers: tuple[str, ...]  # parts of a place: north, opposition
    total: bool  # said to be a sum: in all, combined, both countries
    part: bool  # said to be a part: of whom, including
    origin: bool  # the value something changed from
    definite: bool  # "the two countries", "170 of 329": tells which or of how many
    forecast: bool  # said of what may or will be
    estimate: bool  # said to be estimated
    rate: bool  # by the day, on average
    approx: bool
    bound: str  # "min", "max", "below" or ""
    step: float  # the place of the last digit that is meant, in units of `value`
    scope: str  # since when or for how long, as written
    start: int
    end: int
    raw: str  # with what softens it and the word counted: "more than 6,000 buildings"

    @property
    def is_plain(self) -> bool:
        """Whether it is one exact number, neither softened nor rounded."""
        return not self.approx and not self.bound and self.high is None and self.step <= 1
