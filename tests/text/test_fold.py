import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.fold import fold
from monitor.text.passages import passages
from monitor.text.sentences import MAX_SENTENCE, sentences
from monitor.text.stems import _WORD, stems, tokens, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Kata'ib Ḥizballāh's", "kataib hizballah"),
        ("U.S. forces", "usa forces"),
        ("US forces told us", "usa forces told us"),
        ("the U.K. and the U.N.", "the uk and the un"),
        ("US$5bn", "us$5bn"),
        ("٢٥", "25"),
        ("إيران ـــ كتائب", "ايران  كتايب"),
        ("Соаlition", "coalition"),
        ("Россия", "россия"),
        ("co\u00adali\u200btion", "coalition"),
        ("al‑Qa’im—base", "al-qaim-base"),
        ("ＮＡＴＯ ﬁre", "nato fire"),
        ("Ηezbollah ΥPG", "hezbollah ypg"),  # Greek capitals
    ],
)
def test_one_spelling_for_many(written: str, folded: str) -> None:
    """Case, accents, apostrophes, dashes, scripts' variants and look-alike letters fold to one spelling."""
    assert fold(written) == folded


@given(st.text())
@example("Aἰ")  # an accented look-alike
@example("Aϒ")  # a letter variant whose plain form is one
def test_folding_twice_changes_nothing_more_than_once(text: str) -> None:
    """Words of folded text are stable, and any text at all can be folded."""
    once = words(text)

    assert words(" ".join(once)) == once


@given(st.text(alphabet="aB9.,-' _%\n$t5snrdh", max_size=60))
def test_cutting_by_table_gives_the_same_words(text: str) -> None:
    """The short way for plain text and the pattern agree on every text."""
    assert tokens(text) == _WORD.findall(fold(text))


def test_numbers_and_names_with_digits_are_words() -> None:
    """Separators and ordinal endings belong to their number."""
    assert words("1,200 troops at K1, the 22nd in 5.3 days") == [
        "1,200", "troops", "at", "k1", "the", "22nd", "in", "5.3", "days",
    ]  # fmt: skip


def test_stems_leave_stop_words_out() -> None:
    """Function words say nothing about the subject."""
    assert stems("They were handing over the bases") == ["hand", "base"]


def test_sentences_end_where_a_reader_would_end_them() -> None:
    """Abbreviations, initials and dates do not end a sentence; line breaks do."""
    text = "Gen. Q. Soleimani died on Jan. 3. The U.S. strike killed him. “It is so.” He left\nNew line"

    assert sentences(text) == [
        "Gen. Q. Soleimani died on Jan. 3.", "The U.S. strike killed him.", "“It is so.”", "He left", "New line",
    ]  # fmt: skip


@given(st.text(alphabet="abc .!?\n\"'", max_size=3000))
def test_sentences_lose_no_word_and_stay_short(text: str) -> None:
    """Every word is in exactly one sentence, none longer than the limit."""
    parts = sentences(text)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part) <= MAX_SENTENCE for part in parts)


def test_runs_of_dots_take_time_in_proportion() -> None:
    """A dotted line of any length is looked at once."""
    assert "".join(sentences("Contents " + "." * 200_000 + " 17")).count(".") == 200_000


def test_passages_are_title_and_runs_of_sentences() -> None:
    """The title, each sentence, and each run of up to three."""
    found = [(p.first, p.last) for p in passages("T", "One. Two. Three. Four.")]

    assert found == [(-1, -1), (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)]
