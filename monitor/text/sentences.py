"""Where sentences end, by rule: good enough for news prose, the same on every machine."""

import re

# Endings in a full stop that do not end a sentence.
_ABBREVIATIONS = frozenset(
    """adm al approx apr art assn aug ave brig bros capt cf cmdr co col corp cpl ct dec dept dist dr drs e.g est etc feb
    fig fri ft gen gov hon i.e inc jan jr jul jun lt ltd maj mar messrs mon mr mrs ms mt mt no nov oct op p ph.d pp
    pres prof rep reps rev sat sec sen sens sept sep sgt sr st sun thu thur thurs tue tues u.k u.n u.s v vol vs wed
    a.m p.m""".split()
)
# Nothing is tried twice: a run of thousands of dots takes no longer than as many letters.
_END = re.compile(r"(?<![.!?…؟。])[.!?…؟。]++[\"'”’»)\]]*+\s++(?=[\"'“‘«(\[]?[^\Wa-z_])")
_LAST_WORD = re.compile(r"([^\s(\"'“‘«\[]+)[.!?…؟。]+[\"'”’»)\]]*\s*$")
MAX_SENTENCE = 1_200  # characters; a longer "sentence" is a list or broken markup and is cut at spaces


def _is_abbreviation(before: str) -> bool:
    found = _LAST_WORD.search(before[-40:])
    if not found or not before.rstrip().endswith("."):
        return False
    word = found.group(1).lower()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _cut(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > MAX_SENTENCE:
        at = sentence.rfind(" ", MAX_SENTENCE // 2, MAX_SENTENCE)
        at = MAX_SENTENCE if at < 0 else at
        parts.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*parts, sentence]


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, stripped; line breaks end sentences too."""
    found: list[str] = []
    for line in text.splitlines():
        start = 0
        for end in _END.finditer(line):
            if _is_abbreviation(line[start : end.end()]):
                continue
            found += _cut(line[start : end.end()].strip())
            start = end.end()
        found += _cut(line[start:].strip())
    return [s for s in found if s]
