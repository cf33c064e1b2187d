"""Consonant keys: one key for the many ways in which a foreign name is written in Latin letters.

"Soleimani", "Suleimani", "Sulaymani" and "Soleymānī" share a key; so do "Muhandis" and "Mohandes". Vowels carry most of
the differences between romanisations of Arabic and Persian names, and a few letter pairs the rest.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

_PAIRS = (("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("sh", "s"), ("ph", "f"), ("ck", "k"), ("dj", "j"))
_VOWELS = "aeiouywv"
_SINGLE = str.maketrans({"q": "k", "c": "k", "p": "b"} | dict.fromkeys(_VOWELS, ""))
_PAIR_BYTES = tuple((pair.encode(), letter.encode()) for pair, letter in _PAIRS)
_SINGLE_BYTES = bytes.maketrans(b"qcp", b"kkb")
_DOUBLE = re.compile(r"(.)\1+")
_ARABIC_WORD = re.compile("[\u0600-\u06ff]{3,}")
_PROCLITICS = frozenset("وفبلك")  # and, so, by, for, like: written as one word with what follows
_VOWEL = re.compile(f"[{_VOWELS}]")
LEAST_LETTERS = 5  # of a word that has a key


@lru_cache(maxsize=100_000)
def consonant_key(word: str) -> str:
    """The consonants of a folded word in one spelling, first vowel kept as "a"; "" for what is no such name."""
    if len(word) < LEAST_LETTERS or not (word.isascii() and word.isalpha() and word.islower()):
        return ""
    key = word
    for pair, letter in _PAIRS if "h" in word or "k" in word or "j" in word else ():
        key = key.replace(pair, letter)
    return _finished(word, _DOUBLE.sub(r"\1", key.translate(_SINGLE)))


def consonants_of_all(many: Sequence[str]) -> list[str]:
    """The consonants of many folded words at once, as `consonant_key` has them before it looks at either end."""
    joined = "\n".join((*many, "")).encode()
    for pair, letter in _PAIR_BYTES:
        joined = joined.replace(pair, letter)
    letters = np.frombuffer(joined.translate(_SINGLE_BYTES, _VOWELS.encode()), dtype=np.uint8)
    # Of letters in a row one is left, of line ends all are.
    kept = np.concatenate((letters[:1], letters[1:][(letters[1:] != letters[:-1]) | (letters[1:] == ord("\n"))]))
    return kept.tobytes().decode(errors="replace").split("\n")[: len(many)]


def consonants_in(keys: Iterable[str]) -> frozenset[str]:
    """The consonants of all words that may have one of these keys, and of some that have not."""
    bodies = {body for key in keys for body in (key, key.removeprefix("a")) if not _VOWEL.search(body)}
    return frozenset(bodies | {f"{body}h" for body in bodies})


def _finished(word: str, consonants: str) -> str:
    key = f"a{consonants}" if word[0] in _VOWELS else consonants
    return key[:-1] if len(key) > 3 and key.endswith("h") else key


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def name_key(word: str) -> str:
    """The key under which a word of a listed name is known: consonants in Latin letters, no article in Arabic ones."""
    return _without_article(word) if _ARABIC_WORD.fullmatch(word) else consonant_key(word)


def possible_keys(word: str) -> tuple[str, ...]:
    """The keys of the names that a word of a text may be a spelling of, likeliest first."""
    if word.isascii() or not _ARABIC_WORD.fullmatch(word):
        key = consonant_key(word)
        return (key,) if key else ()
    keys = [_without_article(word)]
    if word[0] in _PROCLITICS and len(word) > 3:
        rest = "ا" + word if word.startswith("لل") else word[1:]  # "lil" is "for the": l + al
        keys.append(_without_article(rest))
    return tuple(keys)
