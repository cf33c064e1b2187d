"""What an editor of a profile would want to know before trusting it, worst first."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.baseline.likeness import like_pairs
from monitor.baseline.naming import NameFinder, spelling
from monitor.baseline.shares import wrong_sums
from monitor.model import Baseline, Claim, Entity
from monitor.text.sentences import sentences
from monitor.text.stems import STOP_WORDS, stems

LEVELS = ("error", "warning", "hint")
_FEW_WORDS = 3  # content words under which a claim says too little to be found
_LONG = 60  # words from which a claim holds several facts
_NAMED_ONE_BY_ONE = 5  # claims with the same hint are listed in one finding from here on
# A claim none of whose phrases scores as much when it is left out is hard to find by words. Chosen on two topics; a
# hint of trouble, no proof: half of the claims below it were found well all the same.
OWN_PHRASES_FLOOR = 0.05
_NEGATION = re.compile(r"\b(?:not|no|never|without|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE)
# Names that folded text cannot tell from everyday words.
_EVERYDAY = frozenset(
    """army aid alliance apple bank base bloc board chad chase church city coalition coast commission committee
    congress council court crown dawn day deal europe faith federation fire force forces front future georgia
    government grace group guard guards hope house independence institute intelligence island jordan justice king
    league liberty mali march mark mars may media mercury meta military militia mission monitor movement nation
    north orange park parliament party peace police polish port post president press prime progress rice reading
    rose senate shell south star state states sun target times truth turkey unity union unit will wall west world
    young""".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark: how grave, about which claim or entity, and what to do."""

    level: str
    where: str
    message: str


def lint(baseline: Baseline, loo: Mapping[str, float] | None = None) -> list[Finding]:
    """Every finding, errors first; `loo` gives for each claim its best score for a phrase left out of it, if known."""
    found = [
        *_duplicate_ids(baseline.claims),
        *_date(baseline),
        *_shares(baseline),
        *_contents(baseline),
        *_phrases(baseline.claims),
        *_aliases(baseline.entities),
        *_own_phrases(baseline.claims, loo or {}),
    ]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def own_phrase_trials(baseline: Baseline) -> Iterator[tuple[Baseline, list[tuple[str, str]]]]:
    """Baselines with one phrase of each claim left out, and those phrases with their claim's id: what `loo` is made of.

    A matcher fitted to each baseline scores its phrases as if they were reports; the best score of a claim counts.
    """
    for at in range(max((len(claim.phrases) for claim in baseline.claims), default=0)):
        left = tuple(replace(c, phrases=c.phrases[:at] + c.phrases[at + 1 :]) for c in baseline.claims)
        yield replace(baseline, claims=left), [(c.id, c.phrases[at]) for c in baseline.claims if len(c.phrases) > at]


def _duplicate_ids(claims: Iterable[Claim]) -> Iterator[Finding]:
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            yield Finding(level="error", where=claim.id, message="the id is used twice; each claim needs its own")
        seen.add(claim.id)


def _date(baseline: Baseline) -> Iterator[Finding]:
    if baseline.published is None and baseline.claims:
        message = "no published date; with it, what is reported later is told from what was reported before"
        yield Finding(level="hint", where="baseline", message=message)


def _shares(baseline: Baseline) -> Iterator[Finding]:
    told = set()
    places = [(claim.id, claim.text) for claim in baseline.claims]
    places += [("article", sentence) for sentence in sentences(baseline.article or "")]
    for where, text in places:
        for parts, total in wrong_sums(text):
            if tuple(parts) not in told:
                told.add(tuple(parts))
                message = (
                    f"the shares {' + '.join(parts)} add up to {total:g} %; if they are parts of one whole, check them"
                )
                yield Finding(level="warning", where=where, message=message)


def _contents(baseline: Baseline) -> Iterator[Finding]:
    """Claims that say too little, name nobody, or say what another claim says."""
    finder = NameFinder(baseline.entities)
    contents = {claim.id: frozenset(stems(claim.text, baseline.language)) for claim in baseline.claims}
    for claim in baseline.claims:
        words = len(contents[claim.id])
        if not words:
            yield Finding(level="error", where=claim.id, message="no content words; no report can be found by it")
        elif words < _FEW_WORDS:
            yield Finding(level="warning", where=claim.id, message="hardly any content words; say who, what and where")
        if baseline.entities and not finder.find(" ".join((claim.text, *claim.phrases))):
            message = "names none of the entities; name who or where, or add the entity"
            yield Finding(level="warning", where=claim.id, message=message)
        if len(claim.text.split()) > _LONG:
            yield Finding(level="hint", where=claim.id, message="very long; one fact a claim is easier to watch")
    for one, other in like_pairs(contents):
        message = f"nearly the same words as {one}; no report could tell them apart, so join them or say what differs"
        yield Finding(level="warning", where=other, message=message)


def _phrases(claims: Iterable[Claim]) -> Iterator[Finding]:
    claims = list(claims)
    without = [claim.id for claim in claims if not claim.phrases]
    advice = "two to four other ways in which reports put it are worth more than any other means"
    if len(without) < _NAMED_ONE_BY_ONE:
        yield from (Finding(level="hint", where=claim, message=f"no phrases; {advice}") for claim in without)
    else:
        names = ", ".join(without[:8]) + (f" and {len(without) - 8} more" if len(without) > 8 else "")
        yield Finding(
            level="hint", where="claims", message=f"{len(without)} claims have no phrases ({names}); {advice}"
        )
    owner: dict[str, str] = {}
    for claim in claims:
        for phrase in claim.phrases:
            if not stems(phrase):
                yield Finding(level="warning", where=claim.id, message=f'the phrase "{phrase}" has no content words')
            elif owner.setdefault(spelling(phrase), claim.id) != claim.id:
                message = (
                    f'the phrase "{phrase}" also stands under {owner[spelling(phrase)]}; it cannot tell them apart'
                )
                yield Finding(level="warning", where=claim.id, message=message)
            if _NEGATION.search(phrase):
                message = f'the phrase "{phrase}" negates; its words also find reports of the opposite'
                yield Finding(level="hint", where=claim.id, message=message)


def _aliases(entities: Iterable[Entity]) -> Iterator[Finding]:
    """Names that belong to two, say the same twice, deny themselves, or are everyday words."""
    owner: dict[str, str] = {}
    for entity in entities:
        denied = {spelling(name) for name in entity.excluded}
        same: dict[str, list[str]] = defaultdict(list)
        for name in (entity.name, *entity.aliases):
            key = spelling(name)
            same[key].append(name)
            if owner.setdefault(key, entity.name) != entity.name and len(same[key]) == 1:
                message = f'"{name}" is also a name of {owner[key]}; only one of them will be found by it'
                yield Finding(level="warning", where=entity.name, message=message)
            if key in denied:
                message = f'"{name}" stands among its names and under `not`; keep one of them'
                yield Finding(level="error", where=entity.name, message=message)
            if problem := _weakness(name, key, entity):
                yield Finding(level=problem[0], where=entity.name, message=f'"{name}" {problem[1]}')
        if again := [name for names in same.values() for name in _repeated(names)]:
            message = f"differ in case or hyphens only, one spelling of each is enough: {', '.join(again)}"
            yield Finding(level="hint", where=entity.name, message=message)


def _repeated(names: list[str]) -> list[str]:
    """The names that differ from an earlier one in case or hyphens only; other spellings inform their reader."""
    seen: set[str] = set()
    again = []
    for name in names:
        plain = name.casefold().replace("-", " ")
        if plain in seen:
            again.append(f'"{name}"')
        seen.add(plain)
    return again


def _weakness(name: str, key: str, entity: Entity) -> tuple[str, str] | None:
    """Why a name alone is a poor sign of its entity, if it is; exclusions show that the editor has seen to it."""
    if not key:
        return "error", "has no letters or digits; remove it"
    if key in STOP_WORDS:
        return "warning", f'reads as the everyday word "{key}"; write it longer'
    if len(key) == 1 or (len(key) == 2 and not name.isupper() and not any(c.isdigit() for c in key)):
        return "warning", "is too short to be a name; write it longer"
    if len(key) == 2 and key.isalpha() and key.isascii():
        return "hint", "has two letters only; make sure that nothing else is called so"
    everyday = key in _EVERYDAY or (" " not in key and len(key) < 9 and name.isascii() and name.islower())
    if everyday and not entity.excluded:
        return "hint", "is an everyday word too; add `not` with the phrases in which it means something else"
    return None


def _own_phrases(claims: Iterable[Claim], loo: Mapping[str, float]) -> Iterator[Finding]:
    for claim in claims:
        score = loo.get(claim.id)
        if score is not None and score < OWN_PHRASES_FLOOR:
            message = (
                f"its own phrases do not find each other (best score {score:.2f}); say who, what and where in them"
            )
            yield Finding(level="warning", where=claim.id, message=message)
