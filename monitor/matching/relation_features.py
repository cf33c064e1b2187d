"""What can be seen between a claim and a report: few, named, each printable. Pure functions of values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from monitor.matching.families import load_families
from monitor.matching.relation_overtaken import come_true, due
from monitor.matching.relation_turns import Turn, find_turn
from monitor.model import Claim, Entity, Report
from monitor.text.dates import find_dates
from monitor.text.figures import FigureComparison, compare_figures, find_figures, measured_figures, other_scope
from monitor.text.figures_measures import name_key, things_of
from monitor.text.sentences import sentences
from monitor.text.stems import stem, stems, words

FEATURES = (
    "later",  # the report's date is after the baseline's
    "before",  # the report's date is not after the baseline's
    "open_later",  # the claim is a forecast or a plan, and the report is later
    "negated_later",  # the claim says that something is not so, and the report is later
    "opposed_later",  # the report names the opposite of what the claim states, later
    "cover_best",  # share of the claim's words in the best sentence
    "cover_all",  # share of the claim's words in the whole report
    "cover_back",  # share of the best sentence's words in the claim
    "figure_conflict",  # a figure of the same noun and place has another value, and the report is not before
    "figure_match",  # a figure of the same noun and place has the same value
    "list_extended",  # the report adds one to what the claim lists
    "denial",  # the passage denies or blames otherwise
)
# What the model weighs; the others belong to rules, which come first.
MODELLED = (
    "later",
    "before",
    "open_later",
    "negated_later",
    "cover_best",
    "cover_all",
    "cover_back",
    "figure_match",
    "denial",
)

_OPEN = re.compile(
    r"\b(?:will|may|might|could|likely|unlikely|expects?|expected|should|not yet|has not|have not|plans?|planned|"
    r"signs of|promis\w+|pledged?|forecasts?|intends?|threaten\w*|set to|going to|risks?)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|no|nor|failed|lacks?|lacked|without|never|none|nobody|neither|un(?:likely|claimed|willing|able|changed|harmed)|"
    r"only|cannot|refus\w+)\b|n't\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied)|reject(?:s|ed)?|refut\w+|disput\w+|contradict\w*|pretext|in fact|actually|rather than|"
    r"despite claims|no evidence|false|hoax|debunk\w*|not true|untrue|wrongly|mistaken\w*|blam(?:es|ed|ing)|"
    r"real reason|so-called|alleged)\b",
    re.IGNORECASE,
)
# Families of events that undo one another, both ways; and those that amount to the same when a claim denies one.
_OPPOSITES = (
    ("stay", "withdraw"), ("stay", "transfer"), ("stay", "expel"), ("stay", "resign"),
    ("reduce", "increase"), ("suspend", "resume"), ("arrest", "release"), ("appoint", "resign"),
    ("buy", "sell"), ("closebank", "resume"), ("fail", "guarantee"), ("approve", "deny"),
)  # fmt: skip
_SAME_ONCE_DENIED = (("withdraw", "transfer"), ("fail", "bankrupt"), ("fail", "closebank"), ("attack", "airstrike"))
_NEGATORS = frozenset(
    "not no never neither nor without cannot refused refuses declined didnt doesnt wont isnt arent wasnt werent hasnt "
    "havent".split()
)
_MORE = re.compile(
    r"\b(?P<more>another|further|additional|more|also|new|newly|other|second|third|two|three|four|both|re-?open\w*)\b"
    r"(?P<what>(?:\s+[\w’'-]+){1,3})",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:another|one more|an additional|a further)\s+(\w+(?:\s+\w+){0,2})", re.IGNORECASE)
_NOT_YET = re.compile(r"\b(?:not yet|(?:has|have|had) not) ([^.;,]{3,80})", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:only|sole|single)\b(?P<what>(?:\s+[\w’'-]+){1,2})", re.IGNORECASE)
_LISTED = re.compile(r"(?:[A-Z][\w’'-]*(?: [\w’'-]+){0,3}, ){2,}(?:and )?[A-Z]|: ?[\w’'-]+, [\w’' -]+(?:, | and )[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The features of one (claim, report) pair and what they were made from."""

    values: Mapping[str, float]
    when: date | None  # the date taken for the report
    when_from: str  # "its own date", "its story", "its text" or ""
    days_after: int | None  # of `when` after the baseline's date; None: one of them is not known
    comparisons: tuple[FigureComparison, ...]
    lacks_figure: bool  # the claim says how much, and no figure of the report measures that
    elsewhere: str  # a figure that measures the same in another place or part, with the reason; "" if none
    is_open: bool
    is_negated: bool
    opposed: tuple[str, str] | None  # word of the claim, word of the report
    extension: str  # what extends the claim's list, as written; "" if nothing
    turn: Turn | None  # how a sentence of the report turns the claim round
    overtaken: Turn | None  # how time did: what was not so is told as so, or the claim's day has passed


def look(
    claim: Claim,
    report: Report,
    best_passage: str,
    *,
    published: date | None = None,
    story_date: date | None = None,
    entities: Sequence[Entity] = (),
) -> Seen:
    """Everything that the relation of this pair is decided by."""
    when, when_from = date_of(report, story_date, published)
    days = (when - published).days if when and published else None
    later, before = days is not None and days > 0, days is not None and days <= 0
    text = _joined(report.title, report.text)
    comparisons = compare_figures(claim.text, text, aliases=place_keys(tuple(entities)))
    told = f"{report.title}\n{best_passage}"
    is_open, is_negated = bool(_OPEN.search(claim.text)), bool(_NEGATED.search(claim.text))
    opposed = opposition(claim.text, told, text)
    extension = extends_list(claim.text, text)
    cover_best, cover_all, cover_back = _coverage(claim.text, text)
    conflict = any(not c.agrees for c in comparisons)
    values = {
        "later": later,
        "before": before,
        "open_later": is_open and later,
        "negated_later": is_negated and later,
        "opposed_later": opposed is not None and later,
        "cover_best": cover_best,
        "cover_all": cover_all,
        "cover_back": cover_back,
        "figure_conflict": conflict and not before,
        "figure_match": any(c.agrees for c in comparisons) and not conflict,
        "list_extended": bool(extension),
        "denial": bool(_DENIAL.search(told)),
    }
    return Seen(
        values={name: float(values[name]) for name in FEATURES},
        when=when,
        when_from=when_from,
        days_after=days,
        comparisons=comparisons,
        lacks_figure=not comparisons and bool(measured_figures(claim.text)),
        elsewhere=_elsewhere(claim, text, entities) if not comparisons else "",
        is_open=is_open,
        is_negated=is_negated,
        opposed=opposed,
        extension=extension,
        turn=find_turn(claim.text, report.title, report.text),
        overtaken=_overtaken(claim.text, report, when if later else None, is_open),
    )


def _overtaken(claim: str, report: Report, when: date | None, is_open: bool) -> Turn | None:
    if when is None:
        return None
    day = due(claim, is_open=is_open)
    if day is not None and day < when:
        return Turn("due", f"looks to {day.day} {day:%B %Y}", f"of {when.day} {when:%B %Y}")
    return come_true(claim, report.title, report.text)


def _elsewhere(claim: Claim, text: str, entities: Sequence[Entity]) -> str:
    found = other_scope(claim.text, text, place_keys(tuple(entities)))
    return f"claim: {found[0].raw}; report: {found[1].raw}, {found[2]}" if found else ""


def _joined(title: str, text: str) -> str:
    return f"{title}{'' if title.endswith(('.', '!', '?')) else '.'}\n{text}" if title else text


def date_of(report: Report, story_date: date | None, published: date | None) -> tuple[date | None, str]:
    """The report's date and where it is from: its own, its story's, or a later one that its text names."""
    if report.published is not None:
        return report.published.date(), "its own date"
    if story_date is not None:
        return story_date, "its story"
    if published is not None:
        named = [d.first for d in find_dates(_joined(report.title, report.text)) if d.first and d.month]
        latest = max(named, default=None)
        if latest is not None and latest > published:
            return latest, "its text"
    return None, ""


@lru_cache(maxsize=64)
def place_keys(entities: tuple[Entity, ...]) -> Mapping[str, str]:
    """One key for each place of the baseline, under the keys of all its one-word names."""
    keys = {}
    for entity in entities:
        if entity.type == "place":
            for name in (entity.name, *entity.aliases):
                if " " not in name:
                    keys[name_key(name)] = name_key(entity.name)
    return keys


@lru_cache(maxsize=4_096)
def _stem_set(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _coverage(claim: str, text: str) -> tuple[float, float, float]:
    """Shares of words: the claim's in the best sentence and in the whole report, the best sentence's in the claim."""
    own, whole = _stem_set(claim), _stem_set(text)
    best = max((_stem_set(s) for s in _sentences(text)), key=lambda s: (len(own & s), -len(s)), default=frozenset())
    shared = len(own & best)
    return shared / max(len(own), 1), len(own & whole) / max(len(own), 1), shared / max(len(best), 1)


@lru_cache(maxsize=1_024)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentences(text))


def opposition(claim: str, told: str, whole: str = "") -> tuple[str, str] | None:
    """An event of the claim and the event of the report's title or best passage that undoes it, or None."""
    own, theirs = events(claim), events(told)
    happened = {family for family, negated in theirs if not negated}
    for family, negated in sorted(own):
        if negated:
            undone = {family, *_partners(family, _SAME_ONCE_DENIED)} & happened
        else:
            undone = set(_partners(family, _OPPOSITES)) & happened if family not in happened else set()
        if undone:
            return f"not {family}" if negated else family, min(undone)
    if (pending := _NOT_YET.search(claim)) and (done := _last_words(pending[1]) & _stem_set(whole or told)):
        return f"not yet {min(done)}", min(done)
    return _no_longer_only(claim, told)


def _no_longer_only(claim: str, told: str) -> tuple[str, str] | None:
    """ "The only crossing" has company once "two crossings" are told."""
    for only in _ONLY.finditer(claim):
        things = set(stems(only["what"]))
        for more in _MORE.finditer(told):
            if things & set(stems(more["what"])):
                return "only", more["more"].lower()
    return None


def _last_words(phrase: str) -> frozenset[str]:
    """The stem that a phrase ends in: what has not been launched yet is "a donor appeal"."""
    return frozenset(stems(phrase)[-1:])


def _partners(family: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [b if a == family else a for a, b in pairs if family in (a, b)]


@lru_cache(maxsize=4_096)
def events(text: str) -> frozenset[tuple[str, bool]]:
    """The event families of a text, each with whether it is denied there."""
    known = load_families()
    told = words(text)
    roots = [stem(word) for word in told]
    found = set()
    for at in range(len(roots)):
        denied = any(word in _NEGATORS for word in told[max(0, at - 3) : at])
        for family in (*known.of_stem(roots[at]), *known.longer_at(roots, at)):
            found.add((family.removeprefix("v:"), denied))
    return frozenset(found)


def extends_list(claim: str, text: str) -> str:
    """What the report adds to the things that the claim lists ("the fifth base"), or ""."""
    listed = _LISTED.search(claim)
    if not listed:
        return ""
    length = 1 + len(re.findall(r", | and ", claim[listed.start() :]))
    counted = things_of(words(claim))
    for figure in find_figures(text):
        if figure.kind == "ordinal" and figure.value > min(length, 3) and set(figure.heads) & counted:
            return figure.raw
    return next((m.group() for m in _ANOTHER.finditer(text) if things_of(m[1].lower().split()) & counted), "")
