"""Words that stories on a claim share and its profile lacks: who is counted, what is left out, how it is shown."""

import random

from monitor.matching.suggest import ClaimWords, Told, suggest_words
from monitor.model import Baseline, Claim, Entity

BRIDGE = Claim(id="B1", text="The Harbour Bridge in Larnport will reopen on 4 May after repairs.")
FERRY = Claim(id="B2", text="Nordlink stops its ferry line when the bridge reopens.", phrases=("boats are laid up",))
BASELINE = Baseline(
    id="bridge",
    title="The bridge",
    claims=(BRIDGE, FERRY),
    entities=(
        Entity(name="Harbour Bridge", type="place"),
        Entity(name="Port of Larnport", type="place"),
        Entity(name="Road Agency", type="organisation", aliases=("RA",)),
    ),
)
OPEN = (
    "Motorists queue as the Harbour Bridge reopens",
    "Scaffolding gone: motorists cross the Harbour Bridge again. The mayor was late.",
    "First motorists drive over the Harbour Bridge at noon",
    "A brass band plays on the Harbour Bridge",
)
LAID_UP = (
    "Nordlink moors its boats for good",
    "Crews of Nordlink moor the last boat",
    "Nordlink will be mooring its fleet",
)


def told(*texts: str, first: int = 1) -> list[Told]:
    return [Told(report_id=number, text=text) for number, text in enumerate(texts, first)]


def suggested(
    bridge: tuple[str, ...] = OPEN, ferry: tuple[str, ...] = LAID_UP, *, least: int = 3, baseline: Baseline = BASELINE
) -> dict[str, ClaimWords]:
    found = suggest_words(baseline, {"B1": told(*bridge), "B2": told(*ferry, first=51)}, least=least)
    return {one.claim: one for one in found}


def words(found: ClaimWords) -> list[str]:
    return [one.word for one in found.words]


def test_word_that_stories_share_and_the_claim_lacks_is_suggested() -> None:
    """It comes with how many stories use it; what only one or two of them say stays out."""
    found = suggested()["B1"]
    (word,) = found.words

    assert (word.word, word.stories, word.share, word.elsewhere) == ("motorists", 3, 0.75, 0.0)
    assert found.stories == 4


def test_what_the_profile_has_is_never_suggested() -> None:
    """Neither words of the claim's text nor of its phrases, in whatever form; what others have of them is."""
    for found in suggested().values():
        assert not {"bridge", "reopens", "harbour", "boats", "boat", "nordlink"} & {w.lower() for w in words(found)}


def test_word_is_shown_as_it_is_written_most_often() -> None:
    """Forms of one stem count together; capitals of a headline give way to small letters, names keep theirs."""
    ferry = ("Mooring at dawn in Quayside", "Nordlink is mooring at Quayside", "Boats moored near Quayside")

    assert set(words(suggested(ferry=ferry)["B2"])) == {"mooring", "Quayside"}


def test_apostrophes_belong_to_words_and_possessives_do_not() -> None:
    """A name with an apostrophe is shown whole; the ending of a possessive is no part of a word."""
    ferry = ("Nordlink's Ka'bi at Quayside’s end", "Quayside's Ka'bi", "'Ka'bi' of Quayside's")

    assert set(words(suggested(ferry=ferry)["B2"])) == {"Ka'bi", "Quayside"}


def test_word_of_other_claims_is_not_suggested() -> None:
    """What is said as often under other claims tells nothing of this one."""
    ferry = tuple(f"{text} for motorists" for text in LAID_UP)

    assert words(suggested(ferry=ferry)["B1"]) == []


def test_word_that_other_claims_know_a_little_weighs_less() -> None:
    """One of ten passages under other claims takes three tenths off the share."""
    ferry = tuple(f"Nordlink {number}" for number in range(9))
    (alone,), (known,) = (
        suggested(ferry=(*ferry, last))["B1"].words for last in ("Nordlink", "A motorist boards at Nordlink")
    )

    assert (alone.elsewhere, known.elsewhere) == (0.0, 0.1)
    assert abs(known.weight / alone.weight - (0.75 - 0.3) / 0.75) < 1e-9


def test_common_word_weighs_less_than_rare_one() -> None:
    """Of words that stories use alike, the one that general news seldom uses comes first."""
    bridge = tuple(f"Pontoon open for people near the Harbour Bridge {place}" for place in ("east", "west", "north"))

    assert words(suggested(bridge=bridge)["B1"])[0] == "Pontoon"


def test_name_of_the_profile_is_suggested_as_a_whole() -> None:
    """A name under another of its spellings counts, and is shown as the profile has it; figures and days never are."""
    bridge = ("The RA opens the road on 5 June, 12 lanes", "Road Agency: 12 lanes", "12 lanes on 5 June, says the RA")
    found = words(suggested(bridge=bridge)["B1"])

    assert set(found) == {"Road Agency", "lanes"}


def test_name_whose_words_the_claim_has_is_known() -> None:
    """The claim says Larnport and the report names its port by a name made of the claim's own words."""
    baseline = Baseline(
        id="b",
        title="",
        claims=(Claim(id="B1", text="Strikers shut the port at Larnport."), FERRY),
        entities=(Entity(name="Port of Larnport", type="place"),),
    )
    bridge = tuple(f"Port of Larnport {rest}" for rest in ("idle", "quiet", "closed"))

    assert "Port of Larnport" not in words(suggested(bridge=bridge, baseline=baseline)["B1"])


def test_claim_with_too_few_stories_says_so() -> None:
    """Two stories suggest nothing when three are needed, and something when two are enough."""
    few = suggested(bridge=OPEN[:2])["B1"]

    assert (few.stories, few.needed, few.words, few.example) == (2, 3, (), None)
    assert "motorists" in words(suggested(bridge=OPEN[:2], least=2)["B1"])


def test_word_needs_a_third_of_many_stories() -> None:
    """Three stories of eleven are a chance; of ten they are enough."""
    others = tuple(f"{name} at the Harbour Bridge" for name in "anvil bugle cello drum easel flute gong".split())

    assert words(suggested(bridge=OPEN[:3] + others)["B1"]) == ["motorists"]
    assert words(suggested(bridge=(*OPEN[:3], *others, "harp at the Harbour Bridge"))["B1"]) == []


def test_example_is_a_sentence_that_holds_the_words() -> None:
    """The shortest of those that say most of it, with its report; not the whole passage."""
    example = suggested()["B1"].example

    assert example == Told(report_id=1, text="Motorists queue as the Harbour Bridge reopens")


def test_long_sentence_is_a_poor_example() -> None:
    """A list that happens to hold every word loses against a sentence of which a phrase can be made."""
    bridge = ("motorists " + "and stones " * 200, *OPEN[:3])
    example = suggested(bridge=bridge)["B1"].example

    assert example
    assert example.text == "Motorists queue as the Harbour Bridge reopens"


def test_order_of_passages_does_not_matter() -> None:
    """Nothing hangs on which report came first."""
    mixed = told(*OPEN)
    random.Random(7).shuffle(mixed)
    ferry = told(*LAID_UP, first=51)

    assert suggest_words(BASELINE, {"B1": mixed, "B2": ferry}) == suggest_words(
        BASELINE, {"B1": told(*OPEN), "B2": ferry}
    )


def test_baseline_of_one_claim_has_suggestions() -> None:
    """Where there are no other claims, nothing is held against a word."""
    alone = Baseline(id="b", title="", claims=(BRIDGE,), entities=BASELINE.entities)
    (found,) = suggest_words(alone, {"B1": told(*OPEN)})

    assert [(one.word, one.elsewhere) for one in found.words] == [("motorists", 0.0)]


def test_nothing_stored_gives_each_claim_without_words() -> None:
    """Every claim of the profile is answered, in its order, and texts without a word do no harm."""
    assert [(one.claim, one.stories) for one in suggest_words(BASELINE, {})] == [("B1", 0), ("B2", 0)]
    assert suggested(bridge=("", "…", "\u202e\x1b[2J"))["B1"].words == ()
    assert suggest_words(Baseline(id="b", title="", claims=(), entities=()), {}) == []
