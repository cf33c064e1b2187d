"""The words of many texts at once: what `fold` and `tokens` do, in a few passes over the bytes of all of them.

Texts that hold only ASCII, or typographic marks besides, are folded together; the others one by one.
`tests/text/test_bulk.py` holds that the words are the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.text.fold import CAPITALS, fold, join_capitals, plain_marks

BREAK = "!"  # no word is like it
MARGIN = 40  # bytes after the last word, so that words can be read in windows
_FOREIGN_APART = re.compile(r"[^\w\x00-\x7f]|%")  # a per cent sign that only folding brought out is no word
_CAPITALS = re.compile(CAPITALS.encode())  # texts that hold more than ASCII have no capitals left
_APOSTROPHES = b"'`"
_DOT, _COMMA = 1, 2  # what the marks within a number are called while other marks are taken out

_Bytes = NDArray[np.uint8]


def _table(kept: str) -> NDArray[np.bool_]:
    found = np.zeros(256, dtype=bool)
    found[[ord(letter) for letter in kept]] = True
    found[128:] = True  # what is left of other scripts are letters
    return found


_SMALL = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_IS_LETTER = _table(_SMALL)
_IS_WORD = _table(_SMALL + _SMALL.upper() + _DIGITS + "_")
_ORDINALS = np.array([first << 8 | second for first, second in (b"st", b"nd", b"rd", b"th")], dtype=np.uint16)
_LOWER = bytes.maketrans(_SMALL.upper().encode() + bytes((_DOT, _COMMA)), _SMALL.encode() + b"  ")
_CUT = bytes(
    ord(".") if code == _DOT else ord(",") if code == _COMMA else code if code == 0 or code >= 128 else
    code if chr(code).isalnum() else ord(" ")
    for code in range(256)
)  # fmt: skip


@dataclass(frozen=True)
class Tokens:
    """Words as places in their bytes: word i is `raw[starts[i]:ends[i]]` in UTF-8, and a `BREAK` ends each text."""

    raw: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def words(self, places: NDArray[np.int64]) -> list[str]:
        """The words at these places."""
        bounds = zip(self.starts[places].tolist(), self.ends[places].tolist(), strict=True)
        return [self.raw[start:end].decode() for start, end in bounds]


def all_tokens(texts: Sequence[str]) -> Tokens:
    """The folded words of each text in order, with a `BREAK` after each text."""
    cut = bytes(_cut(_fold_all(texts)).translate(_CUT).replace(b"\0", b" ! "))
    raw = b" " + cut + b" " * MARGIN
    inside = np.frombuffer(raw, dtype=np.uint8) > ord(" ")
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    return Tokens(raw, edges[0::2], edges[1::2])


def _fold_all(texts: Sequence[str]) -> bytearray:
    """What `fold` gives for each text, a NUL after each and nowhere else."""
    plain = [text if text.isascii() else _foreign(text) for text in texts]
    raw = _joined(plain)
    if raw.count(0) > len(plain):
        plain = [text.replace("\0", " ") for text in plain]
        raw = _joined(plain)
    raw = _with_capitals_folded(raw)
    _mark_possessives(np.frombuffer(raw, dtype=np.uint8))
    return raw.translate(_LOWER, _APOSTROPHES)


def _joined(texts: Sequence[str]) -> bytearray:
    return bytearray("\0".join([*texts, ""]).encode())


def _foreign(text: str) -> str:
    text = plain_marks(text)
    return text if text.isascii() else _FOREIGN_APART.sub(" ", fold(text))


def _with_capitals_folded(folded: bytearray) -> bytearray:
    """The texts with abbreviations in capitals as one word each: "US", "U.S."; looked for only where one may begin."""
    raw = np.frombuffer(folded, dtype=np.uint8)
    us = np.flatnonzero((raw[:-1] == ord("U")) & (raw[1:] == ord("S")))
    dots = np.flatnonzero((raw[:-2] == ord(".")) & (raw[2:] == ord(".")))
    dots = dots[(raw[dots + 1] - ord("A") < 26) & (dots > 0)]
    pieces: list[bytes] = []
    done = 0
    for start in np.sort(np.concatenate((us, dots - 1))).tolist():
        found = _CAPITALS.match(folded, start) if start >= done else None
        if found:
            pieces += (bytes(folded[done:start]), join_capitals(found.group().decode()).encode())
            done = found.end()
    return bytearray().join((*pieces, folded[done:]))


def _mark_possessives(raw: _Bytes) -> None:
    """Make the s of each "'s" an apostrophe, to go with it."""
    places = np.flatnonzero((raw == _APOSTROPHES[0]) | (raw == _APOSTROPHES[1]))
    places = places[raw[places + 1] == ord("s")]
    raw[1 + places[_IS_WORD[raw[places - 1]] & ~_IS_WORD[raw[places + 2]]]] = _APOSTROPHES[0]


def _cut(folded: bytearray) -> bytes | bytearray:
    """Rename the marks within numbers, and put a blank between a number and what is written next to it."""
    raw = np.frombuffer(folded, dtype=np.uint8)
    digit = raw - ord("0") < 10
    before = np.flatnonzero(digit[1:] & ~digit[:-1])
    last = np.flatnonzero(digit[:-1] & ~digit[1:])
    if not len(last):
        return folded
    if digit[0]:
        before = np.concatenate(([-1], before))  # the last byte, a break
    last = last[~_IS_LETTER[raw[before]]]  # the others are digits within a word
    end = len(raw) - 1
    first, second, third = (raw[np.minimum(last + n, end)] for n in (1, 2, 3))
    within = (first == ord(".")) & (second - ord("0") < 10), (first == ord(",")) & (second - ord("0") < 10)
    ordinal = np.isin(first.astype(np.uint16) << 8 | second, _ORDINALS) & ~_IS_WORD[third]
    raw[1 + last[within[0]]] = _DOT
    raw[1 + last[within[1]]] = _COMMA
    apart = last[_IS_LETTER[first] & ~ordinal]
    return np.insert(raw, apart + 1, ord(" ")).tobytes() if len(apart) else folded
