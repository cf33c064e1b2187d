from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.matching import encoding
from monitor.matching.background import load_background
from monitor.matching.encoding import Encoder
from monitor.matching.families import load_families
from monitor.matching.space import make_extractor
from monitor.matching.terms import MAX_COUNT, WORD, Coder
from monitor.model import Baseline, Entity

ENTITIES = (
    Entity(name="Meridian Lines", type="organisation", aliases=("Meridian",), excluded=("Meridian Line Park",)),
    Entity(name="Omar Suleimani", type="person"),
)
EXTRACTOR = make_extractor(Baseline(id="b", title="", claims=(), entities=ENTITIES), load_background())
TERMS = [
    "strike",
    "v:transfer",
    "v:attack",
    "e:Meridian Lines",
    "e:Omar Suleimani",
    "f:25",
    "f:5e+09",
    "f:60%",
    "d:05-03",
]
VOCABULARY = {term: number for number, term in enumerate([*TERMS, WORD])}
SLOW: Coder[int] = Coder(EXTRACTOR.finder, load_families(), "en", VOCABULARY.get)
WORDS = (
    "strike strikes attack hand handed over turned meridian line lines park omar suleimani soleymani the of 25 5 bn 60 "
    "percent per cent may 3 3rd 03 unknown " + "x" * 50
).split()


def _encoder() -> Encoder:
    return Encoder(EXTRACTOR, VOCABULARY)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), max_size=6))
@example([["strike"] * 12, [], ["hand", "over", "over"]])
def test_a_batch_has_the_terms_of_its_texts(texts: list[list[str]]) -> None:
    """Whatever stands beside it in a batch, a text has the same terms and length as alone."""
    found = _encoder().encode([" ".join(text) for text in texts])
    told = [Counter(TERMS[code] for code in found.codes[found.ends[i] : found.ends[i + 1]]) for i in range(len(texts))]
    alone = [EXTRACTOR.extract(" ".join(text)) for text in texts]

    told = [Counter({term: min(count, MAX_COUNT) for term, count in terms.items()}) for terms in told]
    assert told == [Counter({t: n for t, n in terms.counts.items() if t in TERMS}) for terms in alone]
    assert found.lengths.tolist() == [terms.length for terms in alone]


# Of what reading heeds, more often than chance would have it: figures, days, names, their spellings, other scripts.
PIECES = st.sampled_from(
    "5 bn 5bn 60 % 60% per cent 3.0 3rd may MAY Sept. 12 US U.S. 's ' ’ - , . 1,200 1.5.7 \0 ! \u200b \u0301 é ß о ﷺ "
    "٢٥ أيار تشرين الأول 3 ميريديان Meridian Line Lines Park MERIDIAN merídian mеridian Suleimani's Soleymani omar "
    "handed over turned out strikes xyzzy antidisestablishmentarianism 🚢 \ud800".split(" ")
)


def _slowly(text: str) -> tuple[Counter[int], int]:
    """The terms and the length of one text, word by word."""
    counts = Counter(SLOW.encode(EXTRACTOR.words(text)))
    return counts, counts.pop(VOCABULARY[WORD], 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(), st.lists(PIECES, max_size=15).map(" ".join), st.lists(PIECES).map("".join))))
@example(["may", "3", "25", "million", "per cent", "Meridian", "Lines"])
@example(["x" * 39, "x" * 40, "x" * 41, "é" * 41, "ø" * 20, "ø" * 21, "ø" * 40, "ø" * 41])
def test_reading_a_batch_is_reading_each_text(texts: list[str]) -> None:
    """Whatever is written and how often, the passes over a batch's bytes find what going word by word finds."""
    encoder = Encoder(EXTRACTOR, VOCABULARY)
    for _ in range(2):  # words met before are found another way
        found = encoder.encode(texts)
        told = [(Counter(found.codes[start:end].tolist())) for start, end in pairwise(found.ends.tolist())]

        assert list(zip(told, found.lengths.tolist(), strict=True)) == [_slowly(text) for text in texts]


@pytest.mark.parametrize("characters", [10, 200, 100_000])
def test_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch, characters: int) -> None:
    """However many distinct words a stream has, few are remembered, and what they stand for stays the same."""
    monkeypatch.setattr(encoding, "MAX_MEMO", 50)
    encoder = _encoder()
    texts = [f"strange{n} strike meridian" for n in range(500)]
    monkeypatch.setattr(encoding, "MOST_CHARACTERS", characters)
    found = encoder.encode(texts)

    assert encoder._known.count <= 50
    assert found.lengths.tolist() == [3.0] * 500
    assert Counter(found.codes.tolist()) == {TERMS.index("strike"): 500, TERMS.index("e:Meridian Lines"): 500}
