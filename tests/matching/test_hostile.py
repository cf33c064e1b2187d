"""Texts that are made to hurt: bounded work, finite scores, nothing won by tricks."""

import math
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.baseline.profile import load_profile
from monitor.matching.encoding import Encoder
from monitor.matching.matcher import ClaimMatcher
from monitor.matching.terms import MAX_CHARACTERS, MAX_MEMO
from monitor.model import Baseline, Claim, Entity, Report, Scored

PROFILE = Path(__file__).parents[2] / "config" / "baselines" / "coalition-withdrawal.toml"
BASELINE = Baseline(
    id="harbour",
    title="The strike at Port Halden",
    claims=(
        Claim(id="H1", text="Dockers at Port Halden have been on strike since 3 May."),
        Claim(id="H2", text="The owner, Meridian Lines, has offered a pay rise of 4 per cent."),
        Claim(id="H3", text="Forty ships are waiting outside the harbour of Halden."),
    ),
    entities=(
        Entity(name="Port Halden", type="place", aliases=("Halden",)),
        Entity(name="Meridian Lines", type="organisation", aliases=("Meridian",)),
    ),
)
HONEST = Report(key="honest", title="Dockers strike at Port Halden goes on", summary="The strike began on 3 May.")
# CPU time, so that a busy machine does not matter; a hundred times what such a text takes.
BOUND_S = 5.0

_DISTINCT = " ".join(f"w{number:x}ord" for number in range(200_000))
_CYRILLIC = str.maketrans("aeopcxk", "аеорсхк")
HOSTILE = {
    "200,000 distinct words": _DISTINCT,
    "200,000 distinct numbers": " ".join(map(str, range(200_000))),
    "the same name 2,000 times": "Port Halden " * 2_000,
    "the same word 200,000 times": "strike " * 200_000,
    "one token of a megabyte": "x" * 1_000_000,
    "one number of a megabyte": "1" * 1_000_000,
    "a megabyte of separators in a number": "1," * 500_000,
    "tokens of 100,000 letters": " ".join(letter * 100_000 for letter in "abcdefghij"),
    "megabytes of text": "The strike at Port Halden goes on. " * 100_000,
    "a megabyte without a full stop": "strike at port " * 70_000,
    "a megabyte of full stops": "." * 1_000_000,
    "a megabyte of initials": "U.S. " * 200_000,
    "a megabyte of apostrophes": "'" * 1_000_000,
    "a megabyte of line breaks": "\n" * 1_000_000,
    "no letters at all": "!?… ,.;:-–— ()[]{}<>|/\\ 🚢🚢🚢 " * 1_000,
    "blanks": " \t\u00a0\u2003" * 1_000,
    "nothing": "",
    "control characters": "".join(map(chr, range(32))) * 100,
    "zero-width letters alone": "\u200b\u200c\u200d\ufeff\u2060" * 10_000,
    "a letter with 100,000 accents": "a" + "\u0301" * 100_000,
    "halves of surrogate pairs": "Halden \ud800 strike \udfff",
    "right-to-left marks": "\u202e" + "nedlaH troP ta ekirts" * 100,
    "names that nearly begin": "Port " * 100_000,
    "months and days": "3 may " * 100_000,
    "shares": "4 per cent % " * 50_000,
}


@pytest.fixture(scope="module")
def matcher() -> ClaimMatcher:
    return ClaimMatcher().fit(BASELINE)


@pytest.fixture(scope="module")
def shipped() -> ClaimMatcher:
    return ClaimMatcher().fit(load_profile(PROFILE))


def _scored(matcher: ClaimMatcher, reports: Sequence[Report]) -> list[Scored]:
    started = time.process_time()
    scored = matcher.match(reports)

    assert time.process_time() - started < BOUND_S
    return scored


@pytest.mark.parametrize("place", ["title", "summary", "content"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_scored_in_bounded_time(matcher: ClaimMatcher, text: str, place: str) -> None:
    """Whatever a report holds and wherever, it takes little time, its scores are numbers from 0 to 1 and add up."""
    report = Report(**{"key": "x", "title": "", "summary": "", "content": "", place: text})
    scored = _scored(matcher, [report])[0]

    assert 0 <= scored.score <= 1
    assert all(math.isfinite(m.score) and 0 <= m.score <= 1 for m in scored.matches)
    assert all(math.isclose(sum(share for _, share in m.terms), m.score) for m in scored.matches)
    assert all(len(m.passage) <= MAX_CHARACTERS for m in scored.matches)


def test_a_name_said_2000_times_wins_less_than_once(matcher: ClaimMatcher) -> None:
    """Repeating a name gains nothing over saying it once, and never comes near a report that says the claim."""
    once, repeated, honest = _scored(
        matcher,
        [
            Report(key="o", title="News", summary="Port Halden"),
            Report(key="r", title="News", summary="Port Halden " * 2_000),
            HONEST,
        ],
    )

    assert repeated.best_claim_score < once.best_claim_score < honest.best_claim_score
    assert [m.claim for m in honest.matches] == ["H1"]


@pytest.mark.parametrize("times", [1, 3, 10, 30, 100, 2_000])
def test_names_alone_match_nothing_of_a_real_baseline(shipped: ClaimMatcher, times: int) -> None:
    """However often a report names a militia or a general, without a claim's other words it matches none."""
    reports = [
        Report(key=name, title=name, summary=f"{name} " * times) for name in ("Kataib Hezbollah", "Qassem Soleimani")
    ]

    assert all(not scored.matches for scored in _scored(shipped, reports))


def test_all_words_of_all_claims_in_a_sea_of_others_win_less_than_a_report(matcher: ClaimMatcher) -> None:
    """Who strews every word of the baseline over a long text does not outrank who says one claim."""
    sea = " ".join(f"filler{number} filler{number + 1} {word}" for number, word in enumerate(
        " ".join(claim.text for claim in BASELINE.claims).split()
    )) + " " + " ".join(f"more{number}" for number in range(1_500))  # fmt: skip
    strewn, honest = _scored(matcher, [Report(key="s", title="", summary=sea), HONEST])

    assert strewn.best_claim_score < honest.best_claim_score


@pytest.mark.parametrize(
    "spelled",
    [
        "\u200b".join("Dockers strike at Port Halden goes on"),
        "Dockers strike at Port Halden goes on".translate(_CYRILLIC),
        "Ｄｏｃｋｅｒｓ ｓｔｒｉｋｅ ａｔ Ｐｏｒｔ Ｈａｌｄｅｎ ｇｏｅｓ ｏｎ",
        "Dóçkèrs štrīké àt Pørt Hälden goes on".replace("ø", "o"),
        "DOCKERS STRIKE AT PORT HALDEN GOES ON",
        "Dock\u00aders stri\u00adke at Port Hal\u00adden goes on",
    ],
    ids=["zero-width", "look-alikes", "full width", "accents", "capitals", "soft hyphens"],
)
def test_disguised_letters_neither_hide_nor_help(matcher: ClaimMatcher, spelled: str) -> None:
    """A report in zero-width, look-alike or other letters scores exactly as in plain ones."""
    plain, other = _scored(matcher, [HONEST, Report(key="o", title=spelled, summary=HONEST.summary)])

    assert [m.claim for m in other.matches] == [m.claim for m in plain.matches]
    assert other.best_claim_score == pytest.approx(plain.best_claim_score, abs=1e-12)


def test_a_hostile_report_leaves_the_others_as_they_are(matcher: ClaimMatcher) -> None:
    """Beside any of these texts, and after them, a report has the verdict that it has alone."""
    alone = ClaimMatcher().fit(BASELINE).match([HONEST])[0]
    beside = _scored(matcher, [HONEST, *(Report(key=name, title="", summary=t) for name, t in HOSTILE.items()), HONEST])

    assert beside[0] == beside[-1] == alone


def test_words_remembered_stay_few() -> None:
    """Millions of distinct words leave no more than a bounded memory behind."""
    matcher = ClaimMatcher().fit(BASELINE)
    encoder: Encoder = matcher.encoder_
    for start in range(0, 300_000, 2_000):
        matcher.transform([" ".join(f"q{number}z" for number in range(start, start + 2_000))])

    assert encoder._known.count <= MAX_MEMO
