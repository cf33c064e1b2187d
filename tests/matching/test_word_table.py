import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.matching.word_table import NEW, WordTable
from monitor.text.bulk import BREAK, all_tokens

# Few letters, so that words share beginnings, windows and slots.
WORDS = st.text("ab", min_size=1, max_size=45) | st.text("aé", min_size=1, max_size=22)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=20), max_size=5), st.integers(1, 30))
@example([["a" * 8, "a" * 9, "a" * 16, "a" * 17, "a" * 40, "a" * 41]], 10)
def test_a_word_has_its_own_number_or_none(batches: list[list[str]], most: int) -> None:
    """No word is taken for another, one that was added keeps its number, and the table never holds more than it may."""
    table = WordTable(most)
    known: dict[str, int] = {}
    for batch in batches:
        tokens = all_tokens([" ".join(batch)])
        words = tokens.words(np.arange(len(tokens.starts)))
        numbers, keys = table.find(tokens)
        assert [known.get(word, NEW) for word in words] == numbers.tolist()

        new = np.array([at for at, word in enumerate(words) if word not in known and word not in words[:at]], dtype=int)
        added = table.add(keys, new).tolist()
        known |= {words[at]: number for at, number in zip(new, added, strict=True) if number != NEW}
    assert table.count <= most
    assert len(set(known.values())) == len(known)


def test_words_that_are_crowded_into_one_slot_are_still_told_apart() -> None:
    """Where hashes collide, some words are kept and the others stay new; none gets the number of another."""
    table = WordTable(100)
    tokens = all_tokens([" ".join(f"w{number}" for number in range(60))])
    numbers, keys = table.find(tokens)
    keys.slots[:] = 7
    added = table.add(keys, np.arange(60))

    assert numbers.tolist() == [NEW] * 61
    assert 1 < (added != NEW).sum() < 60
    assert tokens.words(np.array([60])) == [BREAK]
