import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.figures import Figure, compare_figures, find_figures, interval, other_scope, values_agree
from monitor.text.numbers import find_numbers, parse_words

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
UNITS += "sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def spell(number: int) -> str:
    """The number in English words."""
    for scale, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if number >= scale:
            rest = number % scale
            return f"{spell(number // scale)} {name}" + (f" {spell(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{UNITS[number // 100]} hundred" + (f" and {spell(rest)}" if rest else "")
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")


def only(text: str) -> Figure:
    """The one figure of the text."""
    (figure,) = find_figures(text)
    return figure


@given(st.integers(0, 10**12 - 1))
def test_a_number_in_words_has_the_value_of_its_digits(number: int) -> None:
    """Spelling a number and reading it back gives the number."""
    assert parse_words(spell(number)) == number


@given(st.integers(2, 10**9), st.sampled_from([",", "\u00a0", "\u202f", "\u2009"]))
def test_separators_do_not_change_a_number(number: int, separator: str) -> None:
    """Thousands apart by comma, no-break or thin space are one number."""
    text = f"{number:,}".replace(",", separator) + " attacks"

    assert number == find_numbers(text)[0].value
    assert len(find_numbers(text)) == 1


@given(st.integers(10, 999))
def test_eastern_arabic_digits_are_digits(number: int) -> None:
    """٢٥ is 25, at the same place."""
    arabic = "".join(chr(0x660 + int(c)) for c in str(number))

    assert [n.value for n in find_numbers(f"نحو {arabic} هجوما")] == [number]


@given(st.text(max_size=300))
def test_any_text_has_figures_with_true_offsets(text: str) -> None:
    """No text breaks the extractor, and every figure lies where it says."""
    for figure in find_figures(text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.high is None or figure.high >= figure.value
        low, high = interval(figure)
        assert low <= high
        assert values_agree(figure, figure)


@pytest.mark.parametrize(
    ("text", "value", "kind", "unit"),
    [
        ("1.2 thousand people", 1200, "count", ""),
        ("$5bn in aid", 5e9, "money", "USD"),
        ("5 billion dollars in aid", 5e9, "money", "USD"),
        ("TL24bn in fees", 24e9, "money", "TRY"),
        ("60 per cent of them", 60, "share", "%"),
        ("two thirds of the seats", 200 / 3, "share", "%"),
        ("the 22nd attack", 22, "ordinal", ""),
        ("the fifth base", 5, "ordinal", ""),
        ("twenty-first base", 21, "ordinal", ""),
        ("108 hours", 108, "duration", "hour"),
        ("11 miles away", 11 * 1609.344, "measure", "m"),
        ("a 7.8-magnitude quake", 7.8, "magnitude", "magnitude"),
        ("a seven-month-old boy", 7, "age", "month"),
        ("in 2020", 2020, "year", ""),
        ("2020 people", 2020, "count", ""),
        ("March 19", 19, "day", ""),
        ("half a million homes", 5e5, "count", ""),
        ("50 000 homes", 5e4, "count", ""),
    ],
)
def test_a_figure_has_value_kind_and_unit(text: str, value: float, kind: str, unit: str) -> None:
    """Each way of writing gives the same three facts."""
    figure = only(text)

    assert (pytest.approx(value), kind, unit) == (figure.value, figure.kind, figure.unit)


@pytest.mark.parametrize("text", ["an F-16 jet", "COVID-19", "the K1 base", "at 04:17", "one of the men", "8:04 pm"])
def test_digits_of_names_and_clocks_are_no_figures(text: str) -> None:
    """A name with digits counts nothing."""
    assert find_figures(text) == ()


def test_ranges_share_their_multiplier() -> None:
    """ "$3 to $5 billion" runs from three billion to five."""
    figure = only("$3 to $5 billion")

    assert (figure.value, figure.high) == (3e9, 5e9)


def test_a_change_from_one_value_to_another_is_no_range() -> None:
    """In "from 5,200 to 3,000" the first value is marked as the old one."""
    old, new = find_figures("The force falls from 5,200 to 3,000 troops.")

    assert (old.origin, new.origin) == (True, False)


def test_figures_of_one_sentence_keep_their_places_and_nouns() -> None:
    """Each figure belongs to the place of its own clause and inherits the noun that is not repeated."""
    first, second, total = find_figures(
        "Officials counted 605 dead in Norland and 74 in Sudland on Sunday, 679 in all."
    )

    assert ("dead",) == first.states == second.states == total.states
    assert "norland" in first.where
    assert "sudland" in second.where
    assert (first.total, second.total, total.total) == (False, False, True)


@pytest.mark.parametrize(
    ("claim", "report", "agrees"),
    [
        ("28,191 people died.", "More than 28,000 people have died.", True),
        ("28,191 people died.", "About 28,000 people have died.", True),
        ("28,191 people died.", "More than 33,000 people have died.", False),
        ("More than 6,000 buildings collapsed.", "6,217 buildings collapsed.", True),
        ("More than 6,000 buildings collapsed.", "11,000 buildings collapsed.", False),
        ("25 attacks were launched.", "It was the 22nd attack.", False),
        ("148,000 people were evacuated.", "Nearly 148,000 people were evacuated.", True),
        ("25 attacks were launched.", "Twenty-five attacks took place.", True),
    ],
)
def test_figures_of_one_noun_are_compared_as_they_are_meant(claim: str, report: str, agrees: bool) -> None:
    """Rounding, "more than" and words for digits are no conflict; another value is."""
    (comparison,) = compare_figures(claim, report)

    assert agrees is comparison.agrees


@pytest.mark.parametrize(
    ("claim", "report"),
    [
        ("25 attacks were launched.", "Some 40 soldiers took part."),
        ("617 people died in Norland.", "In Sudland 74 people died."),
        ("191 people died in the two countries together.", "In Norland alone 120 people died."),
        ("25 attacks were launched.", "The attacks cost $40 million."),
        ("80 people were injured.", "90 people were killed."),
    ],
)
def test_figures_of_another_noun_place_or_kind_are_left_alone(claim: str, report: str) -> None:
    """What does not measure the same is not compared."""
    assert compare_figures(claim, report) == ()


def test_loose_comparison_needs_only_the_kind() -> None:
    """Between two tellings of one thing a missing figure conflicts with an unexplained one of its kind."""
    (year,) = compare_figures("The war was fought in 1991.", "The war of 1988 was short.", strict=False)

    assert not year.agrees
    assert compare_figures("The war was fought in 1991.", "The war was short.", strict=False) == ()


@pytest.mark.parametrize(
    "text", ["1 " * 50_000, "$5bn from 5 to 6% " * 10_000, "9" * 100_000, "Paris and Rome 5 " * 10_000]
)
def test_tables_and_noise_are_read_in_bounded_time(text: str) -> None:
    """However many numbers a text has, no more than some hundreds are taken."""
    assert len(find_figures(text)) < 400


def test_a_whole_tells_of_how_many_not_how_many() -> None:
    """In "170 of 329 seats" the first number counts the seats; the second is not set against other counts."""
    part, whole = find_figures("The party won 170 of 329 seats.")

    assert part.nouns == ("seat",)
    assert (part.definite, whole.definite) == (False, True)
    assert (
        tuple(c for c in compare_figures("The party won 170 of 329 seats.", "It won 170 seats.") if not c.agrees) == ()
    )


def test_ordinals_of_names_are_no_figures() -> None:
    """First Republic is a bank, not the first of a number."""
    assert find_figures("First Republic failed.") == ()


def test_a_count_elsewhere_is_told_apart() -> None:
    """A part of the claim's sum is named as what it is."""
    found = other_scope("191 people died in Norland and Sudland.", "In Norland 120 people died.")

    assert found is not None
    assert "part" in found[2]


def test_an_arabic_count_meets_an_english_claim() -> None:
    """Digits and the words that news counts most are read in Arabic too."""
    (comparison,) = compare_figures("25 attacks were launched.", "المسلحون شنوا ٣٣ هجوما")

    assert comparison.direction == 1


@pytest.mark.parametrize(
    ("claim", "told", "old", "new"),
    [
        ("The bridge costs £310 million.", "The bridge will cost £402 million instead of £310 million.", 310e6, 402e6),
        ("1,400 homes are to be built.", "Not 1,400 but 900 homes are to be built.", 1400, 900),
        ("8,200 people work there.", "Staff said 300 left. Not 8,200 but 7,900 people work there.", 8200, 7900),
    ],
)
def test_a_figure_set_in_the_place_of_the_claims_is_a_conflict(claim: str, told: str, old: float, new: float) -> None:
    """The report itself names the claim's value as the one that holds no longer."""
    (found,) = compare_figures(claim, told)

    assert found.replaces
    assert not found.agrees
    assert (found.claim.value, found.report.value) == (old, new)


def test_hours_a_day_of_the_same_thing_are_compared() -> None:
    """A duration by the day is bound by the words of its clause; one of another thing, or no rate, is not."""
    claim = "The pumps run for five hours a day."
    (found,) = compare_figures(claim, "The pumps now run for eleven hours a day.")

    assert found.direction > 0
    assert compare_figures(claim, "Children sleep eleven hours a day.") == ()
    assert compare_figures(claim, "The pumps ran for eleven hours.") == ()


def test_the_claims_own_figure_is_not_counted_elsewhere() -> None:
    """An equal figure of the same thing is the claim's, whatever place its clause names."""
    claim = "The fund lends €90 million to the port of Alton."

    assert other_scope(claim, "The fund has withdrawn its loan of €90 million for the harbour in Brack.") is None
