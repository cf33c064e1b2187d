"""Consonant keys: one key for the many ways in which a foreign name is written in Latin letters.

"Soleimani", "Suleimani", "Sulaymani" and "Soleymānī" share a key; so do "Muhandis" and "Mohandes". Vowels carry most of
the differences between romanisations of Arabic and Persian names, and a few letter pairs the rest.
"""

import re
from functools import lru_cache

_PAIRS = (("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("sh", "s"), ("ph", "f"), ("ck", "k"), ("dj", "j"))
_SINGLE = str.maketrans({"q": "k", "c": "k", "v": "w", "z": "z", "p": "b"})
_VOWELS = re.compile("[aeiouyw]+")
_DOUBLE = re.compile(r"(.)\1+")
_LATIN_WORD = re.compile(r"[a-z]{5,}")


@lru_cache(maxsize=100_000)
def consonant_key(word: str) -> str:
    """The consonants of a folded word in one spelling, first vowel kept as "a"; "" for what is no such name."""
    if not _LATIN_WORD.fullmatch(word):
        return ""
    key = word
    for pair, letter in _PAIRS:
        key = key.replace(pair, letter)
    key = _DOUBLE.sub(r"\1", key.translate(_SINGLE))
    first = "a" if _VOWELS.match(key) else ""
    key = first + _DOUBLE.sub(r"\1", _VOWELS.sub("", key))
    return key[:-1] if len(key) > 3 and key.endswith("h") else key
