"""Words and their stems, the unit in which texts are compared."""

import re
from collections.abc import Sequence
from functools import lru_cache

import Stemmer

from monitor.text.fold import fold

# A number with its separators and ordinal ending is one word ("1,200", "22nd"), so is a name with digits ("k1").
_WORD = re.compile(r"[^\W\d_][^\W_]*|\d+(?:[.,]\d+)*(?:(?:st|nd|rd|th)\b)?")
# What folded ASCII text is cut by, one byte for each character: words apart, and whether a digit or a letter.
_APART = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
_KINDS = bytes.maketrans(b"123456789,bcdefghijklmnopqrstuvwxyz", b"000000000." + b"a" * 25)
_ARABIC = re.compile("[\u0600-\u06ff]")
MAX_WORD_LENGTH = 40  # longer runs are addresses, hashes or attacks, never words

# Function words, and the article of Arabic names. Negations and question words stay out of the vectors too: they say
# how a thing is told, which the relation looks at, not what it is about.
STOP_WORDS = frozenset(
    """a about above after again against all also although always am among an and another any are around as at away be
    became because become been before behind being below between both but by can cannot could did do does doing done
    down during each either else even ever every few for from further get gets getting give given go goes going gone got
    had has have having he her here hers herself him himself his how however i if in into is it its itself just last
    least less let like likely made make makes many may me might more most much must my myself near nearly neither
    never next no nor not now of off often on once one only onto or other others our ours out over own per perhaps put
    quite rather re said same say saying says see seen several shall she should since so some still such take taken than
    that the their theirs them themselves then there therefore these they this those though through thus till to
    together told too toward towards under until up upon us use used very via was we well were what when where whether
    which while who whom whose why will with within without would yet you your yours al el""".split()
)

_MEMO_SIZE = 200_000


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Stemmer.Stemmer:
    # Stemmer instances cache on their own; ours is memoised per word below, so theirs is off.
    name = language.split("-")[0].lower()
    return Stemmer.Stemmer(name if name in _ISO else "en", 0)


_ISO = frozenset("ar hy eu ca da nl en fi fr de el hi hu id ga it lt ne no pt ro ru sr es sv ta tr yi".split())


@lru_cache(maxsize=_MEMO_SIZE)
def stem(word: str, language: str = "en") -> str:
    """The stem of one folded word; Arabic words get the Arabic stemmer whatever the language."""
    if word.isdecimal():
        return word
    if not word.isascii() and _ARABIC.match(word):
        language = "ar"
    return str(_stemmer(language).stemWord(word))


def stem_all(many: Sequence[str], language: str = "en") -> list[str]:
    """The stems of many folded words at once."""
    found: list[str] = _stemmer(language).stemWords(list(many))
    for number, word in enumerate(many):
        if not word.isascii() or word.isdecimal():
            found[number] = stem(word, language)
    return found


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order, among them runs too long to be words."""
    return _split(fold(text))


def _split(folded: str) -> list[str]:
    # Most news is ASCII without "1,200" or "5bn"; cutting that by a table gives the same words in a third of the time.
    if folded.isascii():
        plain = folded.encode("ascii")
        kinds = plain.translate(_KINDS)
        if b"0" not in kinds or not (b"0.0" in kinds or b"0a" in kinds):
            return plain.translate(_APART).decode("ascii").split()
    return _WORD.findall(folded)


def words(text: str) -> list[str]:
    """The words of a text, folded, in order; numbers count as words."""
    return folded_words(fold(text))


def folded_words(folded: str) -> list[str]:
    """The words of a text that is folded already."""
    return [w for w in _split(folded) if len(w) <= MAX_WORD_LENGTH]


def stems(text: str, language: str = "en") -> list[str]:
    """The stems of a text in order, without stop words."""
    return [stem(w, language) for w in words(text) if w not in STOP_WORDS]
