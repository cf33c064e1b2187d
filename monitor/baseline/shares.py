"""Shares of one whole that do not add up: 60 % + 28 % + 22 % are 110 %."""

import re
from collections.abc import Iterator

from monitor.text.figures import Figure, find_figures

_FARTHEST = 80  # characters between two shares of one list
_SLACK = 1.5  # points that rounding may add or take
# Between two such shares stands a change or a comparison, not the next part of a whole.
_CONTRAST = re.compile(
    r"\b(?:from|to(?=\s+(?:\w+\s+)?$)|than|compared|versus|against|up|down|rose|fell|grew|dropped|increase\w*|decrease\w*|previous\w*|earlier|"
    r"last|while|whereas|respectively|of (?:those|these|them|whom))\b|[.;]\s",
    re.IGNORECASE,
)
_REST = re.compile(r"\b(?:others?|rest|remain\w*|undecided|none|both)\b", re.IGNORECASE)


def wrong_sums(text: str) -> Iterator[tuple[list[str], float]]:
    """Each list of shares in the text that cannot be the parts of one whole: the shares as written, and their sum."""
    for run in _lists(text):
        total = sum(figure.value for figure in run)
        behind = text[run[0].end : run[-1].end + 40]
        names_rest = bool(_REST.search(behind))
        too_much = total > 100 + _SLACK and (len(run) > 2 or names_rest)
        too_little = total < 100 - _SLACK and len(run) > 2 and names_rest
        if too_much or too_little:
            yield [f"{figure.value:g}" for figure in run], round(total, 6)


def _lists(text: str) -> Iterator[list[Figure]]:
    """The runs of shares that stand close together with nothing but a list between them."""
    run: list[Figure] = []
    for figure in (f for f in find_figures(text) if f.kind == "share" and f.high is None and not f.bound):
        if run and (figure.start - run[-1].end > _FARTHEST or _CONTRAST.search(text[run[-1].end : figure.start])):
            if len(run) > 1:
                yield run
            run = []
        run.append(figure)
    if len(run) > 1:
        yield run
