"""What lint tells an editor, and what it leaves in peace."""

from datetime import date
from pathlib import Path

import pytest

from monitor.baseline.lint import OWN_PHRASES_FLOOR, Finding, lint, own_phrase_trials
from monitor.baseline.profile import load_profile
from monitor.model import Baseline, Claim, Entity

PORT = Entity(name="Port Almara", type="place", aliases=("Almara",))


def findings(*claims: Claim, entities: tuple[Entity, ...] = (PORT,), article: str | None = None) -> list[Finding]:
    """Lint of a small dated baseline, hints about missing phrases left out."""
    dated = date(2021, 5, 3)
    baseline = Baseline(id="b", title="T", published=dated, claims=claims, entities=entities, article=article)
    return [f for f in lint(baseline) if "no phrases" not in f.message]


def test_a_baseline_without_date_is_a_hint() -> None:
    """Without the article's date nothing can be told to have come after it."""
    baseline = Baseline(
        id="b", title="T", claims=(claim("Dockers at Port Almara voted for a strike."),), entities=(PORT,)
    )

    assert [(f.level, f.where) for f in lint(baseline) if "published" in f.message] == [("hint", "baseline")]


def claim(text: str, id: str = "C1", *phrases: str) -> Claim:
    """A claim."""
    return Claim(id=id, text=text, phrases=phrases)


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("In Almara about 60% are Shia, 28% Sunni and 22% other minorities.", "110 %"),
        ("In Almara 55 per cent belong to the state, 30 per cent to GTC and 25 per cent to investors.", "110 %"),
        ("In Almara 50% said yes, 30% no and 10% did not remember others.", "90 %"),
    ],
)
def test_shares_that_do_not_add_up_are_told(text: str, total: str) -> None:
    """Parts of a whole that come to more or less than 100 % are a warning that says the sum."""
    (found,) = findings(claim(text))

    assert (found.level, found.where) == ("warning", "C1")
    assert total in found.message


@pytest.mark.parametrize(
    "text",
    [
        "In Almara 60% are Shia, 28% Sunni and 12% other minorities.",
        "In Almara 33% said yes, 33% no and 33% nothing.",
        "Almara's debt rose from 60% to 90% of output.",
        "Prices in Almara grew by 70% and wages by 45%.",
        "In Almara 80% of homes have power, compared with 70% last year and 60% before.",
    ],
)
def test_other_shares_are_left_in_peace(text: str) -> None:
    """Sums near 100 %, changes and comparisons are no finding."""
    assert findings(claim(text)) == []


def test_shares_of_the_article_are_looked_at_too() -> None:
    """A wrong sum in a sentence of the article that no claim repeats is told under "article"."""
    (found,) = findings(claim("The port of Almara closed."), article="Of all, 60% came, 30% stayed and 20% left.")

    assert found.where == "article"


def test_claims_that_no_report_could_tell_apart_are_told() -> None:
    """Two claims with nearly the same stems are a warning under the later one."""
    (found,) = findings(
        claim("The union in Almara refused to unload the container ship.", "C1"),
        claim("The union refuses to unload container ships in Almara.", "C2"),
    )

    assert (found.level, found.where) == ("warning", "C2")
    assert "C1" in found.message


def test_like_claims_are_found_among_thousands() -> None:
    """The comparison looks only at claims that share a rare word, so a large baseline is quick; the pair is found."""
    claims = [claim(f"Almara unit{at} moved ship{at} to quay{at} on day{at}.", f"C{at}") for at in range(3000)]
    found = findings(*claims, claim("Almara unit7 moved ship7 to quay7 on day7.", "X"))

    assert [(f.where, "C7" in f.message) for f in found] == [("X", True)]


def test_a_claim_that_names_nobody_is_told() -> None:
    """A claim in which no entity stands, not even in its phrases, is a warning; a phrase can name it."""
    nameless = claim("The harbour was closed by a strike.")

    assert [f.level for f in findings(nameless)] == ["warning"]
    assert findings(claim(nameless.text, "C1", "the strike at Almara")) == []


@pytest.mark.parametrize(("text", "level"), [("It was not what it had been.", "error"), ("Almara!", "warning")])
def test_a_claim_that_says_too_little_is_told(text: str, level: str) -> None:
    """No content words is an error, one or two a warning."""
    assert findings(claim(text))[0].level == level


def test_duplicate_ids_are_errors() -> None:
    """A baseline made in Python can hold an id twice; lint says so first."""
    found = findings(claim("The port of Almara closed."), claim("Ships from Denmark wait at Almara."))

    assert (found[0].level, found[0].where) == ("error", "C1")


def test_an_alias_of_two_entities_is_told() -> None:
    """A name that two entities share, however it is spelt, finds only one of them."""
    entities = (PORT, Entity(name="Almára Shipyard", aliases=("ALMARA",)))
    (found,) = findings(claim("The port of Almara closed."), entities=entities)

    assert (found.level, found.where) == ("warning", "Almára Shipyard")
    assert "Port Almara" in found.message


def test_an_alias_that_is_denied_is_an_error() -> None:
    """The same name cannot stand among the aliases and under `not`."""
    entities = (Entity(name="Port Almara", aliases=("Almara",), excluded=("almara",)),)

    assert [f.level for f in findings(claim("The port of Almara closed."), entities=entities)] == ["error"]


@pytest.mark.parametrize(
    ("alias", "level"),
    [("WHO", "warning"), ("IS", "warning"), ("Al", "warning"), ("...", "error"), ("EU", "hint"), ("Turkey", "hint")],
)
def test_weak_aliases_are_told(alias: str, level: str) -> None:
    """Everyday words, one or two letters and no letters at all are poor names."""
    entities = (Entity(name="Port Almara", aliases=(alias,)),)
    found = findings(claim("The port of Port Almara closed."), entities=entities)

    assert [(f.level, f.where) for f in found] == [(level, "Port Almara")]


@pytest.mark.parametrize("alias", ["PMF", "K1", "Kata'ib", "داعش", "al-Qaim"])
def test_good_aliases_are_left_in_peace(alias: str) -> None:
    """Acronyms, short codes with digits and names in any script are fine."""
    entities = (Entity(name="Port Almara", aliases=(alias,)),)

    assert findings(claim("The port of Port Almara closed."), entities=entities) == []


def test_exclusions_answer_an_everyday_word() -> None:
    """Where the editor said in which phrases the word means something else, there is nothing left to say."""
    entities = (Entity(name="Port Almara", aliases=("Turkey",), excluded=("turkey dinner",)),)

    assert findings(claim("The port of Port Almara closed."), entities=entities) == []


def test_phrases_are_looked_at() -> None:
    """A phrase under two claims is a warning, a negation a hint, missing phrases one hint for all."""
    baseline = Baseline(
        id="b",
        title="T",
        claims=(
            claim("The port of Almara closed.", "C1", "a harbour shut by dockers", "it will not open"),
            claim("Ships from Denmark wait at Almara.", "C2", "A harbour, shut by dockers"),
            *(claim(f"Almara lost crane number {at}{at} in storm {at}.", f"D{at}") for at in range(6)),
        ),
        entities=(PORT,),
    )
    found = [(f.level, f.where) for f in lint(baseline) if f.where in ("C1", "C2", "claims")]

    assert found == [("warning", "C2"), ("hint", "claims"), ("hint", "C1")]


def test_claims_whose_phrases_do_not_find_each_other_are_told() -> None:
    """Scores that the matcher gives for a claim's own phrases foresee what will be hard."""
    baseline = Baseline(id="b", title="T", claims=(claim("The port of Almara closed.", "C1", "x y"),), entities=(PORT,))
    low, high = OWN_PHRASES_FLOOR / 2, OWN_PHRASES_FLOOR * 2

    assert [f.where for f in lint(baseline, loo={"C1": low}) if "each other" in f.message] == ["C1"]
    assert [f for f in lint(baseline, loo={"C1": high}) if "each other" in f.message] == []


def test_trials_leave_each_phrase_out_once() -> None:
    """Every phrase is left out of its claim in exactly one trial, and stays in the others."""
    baseline = Baseline(id="b", title="T", claims=(claim("x", "C1", "p", "q"), claim("y", "C2", "r")), entities=())
    trials = [([c.phrases for c in b.claims], out) for b, out in own_phrase_trials(baseline)]

    assert trials == [([("q",), ()], [("C1", "p"), ("C2", "r")]), ([("p",), ("r",)], [("C1", "q")])]


def test_the_shipped_profile_has_only_its_known_flaw() -> None:
    """The article's shares that add up to 110 % are the one warning about the shipped profile."""
    path = Path(__file__).parents[2] / "config/baselines/coalition-withdrawal.toml"
    found = [f for f in lint(load_profile(path)) if f.level != "hint"]

    assert [(f.where, "110 %" in f.message) for f in found] == [("C07", True)]
