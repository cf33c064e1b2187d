"""Mentions become entities: acronyms and surnames bound to long forms, one entity for every way a name is written."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.baseline.gazetteer import (
    CITIES,
    COMMON_SURNAMES,
    COUNTRIES,
    DEMONYMS,
    EVENT_HEADS,
    INSTALLATIONS,
    KNOWN,
    ORGANISATION_HEADS,
    PARTICLES,
    PLACE_HEADS,
)
from monitor.baseline.mentions import Mention, find_mentions, is_acronym
from monitor.baseline.naming import spelling
from monitor.baseline.romanisation import spellings
from monitor.model import Entity
from monitor.text.stems import stem, words

_MAX_ENTITIES = 400
_ARTICLES = frozenset("al el the an as ash at ath ad ar az ul".split())
# Things in lower case that are names all the same.
_LOWER_CASE = re.compile(r"\b(?:coronavirus|covid(?:-19)?|ebola|al-qaida|al-qaeda)\b")


_SPELT_TWICE = (
    ("Organisation", "Organization"), ("Mobilisation", "Mobilization"), ("Defence", "Defense"), ("Centre", "Center"),
    ("Programme", "Program"), ("Labour", "Labor"), ("Stabilisation", "Stabilization"),
)  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """An entity while its names are being gathered."""

    names: Counter[str] = field(default_factory=Counter)
    first: int = 0
    kind: str | None = None
    fixed: str | None = None  # the name that the gazetteer gives
    evidence: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The fullest name, of several the one that occurs most; an acronym only where there is nothing else."""
        return self.fixed or max(self.names, key=lambda n: (not is_acronym(n), len(_key(n)), self.names[n], n))


def _key(name: str) -> tuple[str, ...]:
    """What two spellings of one name have in common: folded stems without articles."""
    said = words(name)
    return tuple(stem(word) for word in said if word not in _ARTICLES) or tuple(said)


def find_entities(sentences: Sequence[str], title: str | None = None) -> tuple[Entity, ...]:
    """The entities of a text, the most often named first, each with its aliases as text and press write them."""
    lines = [*sentences, title] if title else list(sentences)
    drafts = _gather([*find_mentions(lines), *_lower_case(lines)])
    for bind in (_bind_known, _bind_acronyms, _bind_installations, _bind_inner_words, _bind_short_forms):
        drafts = bind(drafts)
    order = sorted(drafts, key=lambda d: (-sum(d.names.values()), d.first))
    return _as_entities(order[:_MAX_ENTITIES])


def _lower_case(lines: Iterable[str]) -> list[Mention]:
    return [
        Mention(name=found.group(), sentence=at)
        for at, line in enumerate(lines)
        for found in _LOWER_CASE.finditer(line)
    ]


def _gather(mentions: Iterable[Mention]) -> list[_Draft]:
    """One draft for each key; a name and what brackets put beside it belong together."""
    drafts: dict[tuple[str, ...], _Draft] = {}
    beside: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for mention in mentions:
        key = _key(mention.name)
        draft = drafts.setdefault(key, _Draft(first=mention.sentence))
        draft.names[mention.name] += 1
        draft.evidence["person"] += mention.is_person
        draft.evidence["place"] += mention.is_located
        if mention.apposed:
            other = drafts.setdefault(_key(mention.apposed), _Draft(first=mention.sentence))
            other.names[mention.apposed] += 1
            beside.append((key, _key(mention.apposed)))
    for long, short in beside:
        if drafts[long] is not drafts[short]:
            merged = _merge(drafts[long], drafts[short])
            drafts = {key: merged if draft in (drafts[long], drafts[short]) else draft for key, draft in drafts.items()}
    return list({id(draft): draft for draft in drafts.values()}.values())


def _merge(into: _Draft, other: _Draft) -> _Draft:
    into.names += other.names
    into.evidence += other.evidence
    into.first = min(into.first, other.first)
    into.kind, into.fixed = into.kind or other.kind, into.fixed or other.fixed
    return into


def _joined(drafts: list[_Draft], pairs: Iterable[tuple[_Draft, _Draft]]) -> list[_Draft]:
    """The drafts after each second of a pair went into its first."""
    gone: dict[int, _Draft] = {}
    for into, other in pairs:
        while id(into) in gone:
            into = gone[id(into)]
        if into is not other and id(other) not in gone:
            _merge(into, other)
            gone[id(other)] = into
    return [draft for draft in drafts if id(draft) not in gone]


def _bind_known(drafts: list[_Draft]) -> list[_Draft]:
    """Countries with their people, and the bodies that have several names."""
    names: dict[tuple[str, ...], tuple[str, str]] = {}
    for country, others in COUNTRIES.items():
        names |= {_key(name): (country, "place") for name in (country, *others)}
    for name, (kind, others) in KNOWN.items():
        names |= {_key(other): (name, kind) for other in (name, *others)}
    first: dict[str, _Draft] = {}
    pairs = []
    for draft in drafts:
        for known, kind in {names[key]: None for key in map(_key, draft.names) if key in names}:
            draft.fixed, draft.kind = known, kind
            if known in first:
                pairs.append((first[known], draft))
            first.setdefault(known, draft)
    return _joined(drafts, pairs)


def _bind_acronyms(drafts: list[_Draft]) -> list[_Draft]:
    """An acronym that nothing stood beside goes to the one long form whose initials it spells."""
    by_initials: dict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        for name in draft.names:
            parts = [part for part in re.split(r"[\s-]+", name) if part and part.lower() not in PARTICLES]
            if len(parts) > 1:
                for kept in (parts, [part for part in parts if part[0].isupper()]):
                    by_initials["".join(word[0] for word in kept).upper()].append(draft)
    pairs = []
    for draft in drafts:
        for name in draft.names:
            owners = {id(owner): owner for owner in by_initials.get(name.replace(".", ""), ())}
            if is_acronym(name) and len(owners) == 1:
                pairs.append((next(iter(owners.values())), draft))
    return _joined(drafts, pairs)


def _bind_installations(drafts: list[_Draft]) -> list[_Draft]:
    """ "Taji Base", "Camp Taji" and "Taji" are one place."""
    plain = {key: draft for draft in drafts for key in map(_key, draft.names)}
    heads = {stem(word) for word in INSTALLATIONS}
    pairs = []
    for draft in drafts:
        for name in list(draft.names):
            key = _key(name)
            bare = tuple(word for word in key if word not in heads)
            if bare and bare != key:
                if bare in plain and plain[bare].fixed is None:
                    pairs.append((draft, plain[bare]))
                plain.setdefault(bare, draft)
    return _joined(drafts, pairs)


def _bind_inner_words(drafts: list[_Draft]) -> list[_Draft]:
    """ "Iraqi Joint Command" is "Iraqi Joint Operations Command": the same first and last word, fewer between."""
    longer = [(key, draft) for draft in drafts for key in map(_key, draft.names) if len(key) > 3]
    pairs = []
    for draft in drafts:
        for key in map(_key, draft.names):
            if len(key) < 3:
                continue
            owners = [
                owner for long, owner in longer
                if owner is not draft and (long[0], long[-1]) == (key[0], key[-1]) and _in_order(key, long)
            ]  # fmt: skip
            if len(owners) == 1:
                pairs.append((owners[0], draft))
    return _joined(drafts, pairs)


def _in_order(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    rest = iter(long)
    return len(short) < len(long) and all(word in rest for word in short)


def _bind_short_forms(drafts: list[_Draft]) -> list[_Draft]:
    """A surname goes to the one person who bears it, a first or last word to the one body that is called so."""
    owners: dict[tuple[str, ...], dict[int, _Draft]] = defaultdict(dict)
    for draft in drafts:
        for name in draft.names:
            words, key = name.split(), _key(name)
            if draft.fixed or len(key) < 2 or words[0] in DEMONYMS:
                continue
            kind = _kind_of(draft, name)
            if kind in ("person", "other"):
                owners[key[-1:]][id(draft)] = draft
            if kind == "organisation":
                owners[key[:-1]][id(draft)] = draft
    pairs = []
    for draft in drafts:
        if draft.fixed:
            continue
        for key in map(_key, draft.names):
            long = {id(owner): owner for owner in owners.get(key, {}).values() if owner is not draft}
            if len(long) == 1:
                pairs.append((next(iter(long.values())), draft))
    return _joined(drafts, pairs)


def _kind_of(draft: _Draft, name: str) -> str:
    """What sort of thing it is, by its head, its titles and the words before it."""
    if draft.kind:
        return draft.kind
    words = [word.lower() for word in name.split()]
    if draft.evidence["person"] and not is_acronym(name):
        return "person"
    for head in (words[-1], words[0]):
        for kind, heads in (("event", EVENT_HEADS), ("organisation", ORGANISATION_HEADS), ("place", PLACE_HEADS)):
            if head in heads or head.rstrip("s") in heads:
                return kind
    if words[0] == "abu":
        return "person"
    if name in CITIES:
        return "place"
    if any(word in ORGANISATION_HEADS for word in words) or "-led" in name:
        return "organisation"
    if draft.evidence["place"] and not is_acronym(name):
        return "place"
    return "organisation" if is_acronym(name) else "other"


def _as_entities(drafts: Sequence[_Draft]) -> tuple[Entity, ...]:
    """The records; an alias goes to the first that bears it, so that none stands twice."""
    taken = {spelling(draft.name) for draft in drafts}
    found = []
    for draft in drafts:
        name = draft.name
        aliases: list[str] = []
        for alias in (*_of_text(draft), *_suggested(draft)):
            if spelling(alias) not in taken and len(spelling(alias)) > 1:
                taken.add(spelling(alias))
                aliases.append(alias)
        found.append(Entity(name=name, type=_kind_of(draft, name), aliases=tuple(aliases)))
    return tuple(found)


def _of_text(draft: _Draft) -> list[str]:
    return [name for name, _ in draft.names.most_common() if name != draft.name]


def _suggested(draft: _Draft) -> list[str]:
    """Other ways in which the press writes it: what is known, its surname, its short form, other romanisations."""
    name = draft.name
    if draft.fixed:
        return [*COUNTRIES.get(name, ()), *(KNOWN[name][1] if name in KNOWN else ())]
    words = name.split()
    more = []
    if _kind_of(draft, name) == "person" and len(words) > 1 and words[-1].lower() not in COMMON_SURNAMES:
        more.append(words[-1])
    if len(words) == 2 and words[1] in ("Organization", "Organisation", "Movement"):
        more.append(words[0])
    if name.endswith("-led coalition"):
        more += ["coalition forces", "international coalition"]
    for british, american in _SPELT_TWICE:
        more += [
            name.replace(a, b) for a, b in ((british, american), (american, british)) if re.search(rf"{a}\b", name)
        ]
    if " in " in name:
        more.append(name.partition(" in ")[0])  # "U.S. Embassy in Baghdad"
    elif len(words) > 3 and words[0] in DEMONYMS | {"US", "U.S."}:
        more.append(" ".join(words[1:]))
    if words[-1] in ("Campaign", "Operation") and len(words) > 2:
        more.append(" ".join(words[:-1]))
    if words[-1].lower() in INSTALLATIONS and len(words) > 1:
        more.append(" ".join(words[:-1]))
    return [*more, *spellings(name)]
