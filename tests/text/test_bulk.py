import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.text.bulk import BREAK, all_tokens
from monitor.text.stems import tokens

# Of what folding and cutting look at, more often than chance would have it.
PIECES = st.sampled_from(
    "US USA U.S. U.S.A. u.s. A.B US$ 's ' ` ’s ’ “ – \xa0 \u200b \u0301 ß ŉ é ø Ω о а Ρ ١٢ ２ ½ ² Ⅷ ％ % أ ى، كتائب "
    "5bn 22nd 22ndx 5th_ 1,200 1.5.7 a1.2 5k1.5 1.2x3.4 k1 0 3 . , _ st th \0 \x01 \x02 \x1c \ud800 🚢 İ ǅ \u0345 "
    "nedlaH WHO".split(" ")
)
TEXTS = st.lists(st.one_of(st.text(), st.lists(PIECES | st.sampled_from("aSs ")).map("".join)), max_size=6)


def _one_by_one(texts: list[str]) -> list[str]:
    return [word for text in texts for word in [*tokens(text), BREAK]]


def _together(texts: list[str]) -> list[str]:
    found = all_tokens(texts)
    return found.words(np.arange(len(found.starts)))


@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example(["'s", "s", "", "x's", "'"])
@example(["5", "th", "1.", "5"])
@example(["Aἰ", "U", "S"])
def test_many_texts_have_the_words_of_each(texts: list[str]) -> None:
    """However texts are written and whatever stands beside them, they are cut into the same words as alone."""
    assert _together(texts) == _one_by_one(texts)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aBUS9.,-' `_%\n$t5snrdhé’", max_size=60))
def test_numbers_and_abbreviations_are_cut_alike(text: str) -> None:
    """The passes over bytes and the pattern agree on numbers, ordinals, abbreviations and possessives."""
    assert _together([text]) == _one_by_one([text])
