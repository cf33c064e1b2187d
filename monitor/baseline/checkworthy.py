"""Which sentences state something that reports can support, contradict or overtake, and how surely."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.baseline.naming import NameFinder
from monitor.model import Entity
from monitor.text.dates import find_dates
from monitor.text.figures import find_figures
from monitor.text.stems import STOP_WORDS, stem, words

# Verbs with which news tells what was done, said or planned; compared as stems.
_DEEDS = frozenset(
    stem(word)
    for word in """accuse adopt agree announce approve arrest ask assassinate attack attribute authorise
    authorize ban blame block bomb boycott break build call cancel capture carry cause claim close collapse conduct
    confirm control cost create cut damage decide declare demand deploy deny destroy detain determine die displace
    draw drive drop elect end enter equip escalate estimate evacuate exceed expect expel export face fail fall fine
    fire flee fly force forecast form free gain give grant grow halt hand help hit hold host identify impose include
    increase infect injure interrupt invest join kidnap kill launch lead leave lift limit lose move negotiate occupy
    offer open operate order oust own pass pay pledge predict produce promise propose protest prove provide publish
    pull push raise reach rebuild receive record reduce refuse reject release remain report rescue resign respond
    restore resume retreat return rise rule seize sell send shoot sign spread stage start state steal stop storm
    strain strike struggle suffer supply support suspend target test threaten train transfer trigger try urge vote
    vow warn win withdraw worsen wound""".split()
)
_FORECAST = re.compile(
    r"\b(?:will|would|won['’]t|going to|(?:un)?likely|expect(?:s|ed)?|forecasts?|predict\w*|plans? to|set to|could|may|"
    r"might)\b"
)
_STANCE = re.compile(
    r"\b(?:refus|oppos|support|interest in|lacks?|wary|welcom|believes?|claims?|insist|characteri[sz]|"
    r"call(?:s|ed)? (?:it|them)|blam|aims?|seeks?)\w*"
)
_OPINION = re.compile(
    r"\b(?:should|ought to|must|perhaps|arguably|in my view|of course|unfortunately|hopefully|I|my|let us|one could|"
    r"deserves?|after all|in fact|that said)\b"
)
_LEANS_BACK = re.compile(r"^(?:this|these|those|that|they|them|it|he|she|such|their|its|his|her)\b", re.IGNORECASE)
NOT_MEASURED = frozenset({"ordinal", "day", "year"})  # kinds of figures that count nothing
_FEWEST_WORDS = 6
_MOST_WORDS = 90
# A sentence below this has neither a fact nor a name to be found by. Found on articles of two topics.
LEAST_SCORE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A sentence with what makes it worth watching; `place` counts the article's sentences from 0."""

    text: str
    place: int
    score: float


def rank_sentences(sentences: Iterable[str], entities: Sequence[Entity]) -> list[Ranked]:
    """The sentences worth checking, best first; of equal ones the earlier first, and none twice."""
    finder = NameFinder(entities)
    unique = dict.fromkeys(" ".join(sentence.split()) for sentence in sentences)
    ranked = [Ranked(text=text, place=at, score=_score(text, finder)) for at, text in enumerate(unique)]
    return sorted((r for r in ranked if r.score >= LEAST_SCORE), key=lambda r: (-r.score, r.place))


def _score(text: str, finder: NameFinder) -> float:
    """How check-worthy: figures, dates, names and deeds count for it; questions, opinions and length against."""
    said = words(text)
    content = [word for word in said if word not in STOP_WORDS]
    if len(said) < _FEWEST_WORDS or len(content) < 3 or text.rstrip("\"'”’)").endswith("?"):
        return 0.0
    names = len(finder.find(text))
    score = 0.9 * min(sum(figure.kind not in NOT_MEASURED for figure in find_figures(text)), 3)
    score += 0.8 * min(len(find_dates(text)), 2)
    score += 0.45 * min(names, 4)
    score += 0.5 * min(sum(stem(word) in _DEEDS for word in set(content)), 2)
    score += 0.4 * bool(_FORECAST.search(text)) + 0.4 * bool(_STANCE.search(text))
    score -= 0.5 * bool(_OPINION.search(text))
    score -= 0.4 * (bool(_LEANS_BACK.match(text)) and not names)
    score -= 0.5 * (len(said) > _MOST_WORDS)
    return round(score, 6)
