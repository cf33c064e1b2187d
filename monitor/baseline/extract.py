"""From an article's plain text to a draft of its profile: check-worthy sentences as claims, names as entities."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from monitor.baseline.boilerplate import Body, read_body
from monitor.baseline.checkworthy import rank_sentences
from monitor.baseline.entities import find_entities
from monitor.errors import BaselineError
from monitor.model import Baseline, Claim, Entity
from monitor.text.sentences import sentences

MAX_CLAIMS = 60
_TIES = re.compile(
    r"^(?:in fact|indeed|as a result|after all|that said|however|moreover|furthermore|in addition|meanwhile|of course|"
    r"nevertheless|nonetheless|for example|for instance|on the other hand|in other words|instead|still|also|but|and|so|"
    r"yet),?\s+(?=\S)",
    re.IGNORECASE,
)


def extract_baseline(
    text: str,
    *,
    id: str,
    title: str | None = None,
    author: str | None = None,
    publisher: str | None = None,
    published: date | None = None,
    url: str | None = None,
    language: str = "en",
    max_claims: int = MAX_CLAIMS,
) -> Baseline:
    """A draft from an article's plain text, with no editing: claims best first, entities most named first.

    What is not given is read from the text where it says so. The revision is set by `complete`.
    """
    body = read_body(text)
    title = title or body.title or (sentences(body.prose[0])[0] if body.prose else None)
    if title is None or not (body.prose or body.named):
        raise BaselineError("the article holds no sentences; give its text, one paragraph a line")
    entities = _entities(body, title)
    return Baseline(
        id=id,
        title=title,
        claims=_claims(body, entities, max_claims),
        entities=entities,
        author=author or body.author,
        publisher=publisher,
        published=published or body.published,
        url=url,
        language=language,
        article="\n\n".join(body.prose),
    )


def extract_claims(text: str, title: str | None, entities: Sequence[Entity] = ()) -> tuple[Claim, ...]:
    """The claims of an article whose profile lists none; the profile's entities help to find them, if it has some."""
    body = read_body(text)
    return _claims(body, tuple(entities) or _entities(body, title), MAX_CLAIMS)


def extract_entities(text: str, title: str | None) -> tuple[Entity, ...]:
    """The entities of a text whose profile lists none."""
    return _entities(read_body(text), title)


def id_from(name: str) -> str:
    """An id made of a title or a file's name: "The Deal: a View.txt" gives "the-deal-a-view"."""
    stem = PurePath(name).stem if re.search(r"\.\w{1,5}$", name) else name
    return re.sub(r"[^\w]+", "-", stem.casefold()).strip("-_")[:64].rstrip("-_") or "baseline"


def _entities(body: Body, title: str | None) -> tuple[Entity, ...]:
    return find_entities([s for part in (*body.prose, *body.named) for s in sentences(part)], title)


def _claims(body: Body, entities: Sequence[Entity], most: int) -> tuple[Claim, ...]:
    ranked = rank_sentences((s for part in body.prose for s in sentences(part)), entities)[:most]
    digits = max(2, len(str(len(ranked))))
    return tuple(Claim(id=f"C{at:0{digits}}", text=_bare(sentence.text)) for at, sentence in enumerate(ranked, 1))


def _bare(sentence: str) -> str:
    """The sentence without the words that only tie it to the one before."""
    rest = _TIES.sub("", sentence)
    return rest[:1].upper() + rest[1:]
