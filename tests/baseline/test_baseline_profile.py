"""The profile file: what is read, what is refused and how, what is extracted, and that writing reads back."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.baseline.profile import complete, dump_profile, load_profile, revision_of
from monitor.errors import BaselineError
from monitor.model import Baseline, Claim, Entity

HEAD = '[baseline]\nid = "b"\ntitle = "T"\n'
ARTICLE = """The strike that began on 3 March 2021 has closed Port Almara.

The Dockers' Union of Almara (DUA) says that 1,450 members voted for it. Rosa Lindqvist leads the DUA in Port Almara.
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "p.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_full_profile_is_read(tmp_path: Path) -> None:
    """Every key of the contract arrives in the record, the article as text."""
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    path = write(
        tmp_path,
        """
        [baseline]
        id = "port"
        title = "The  port"
        author = "A"
        publisher = "P"
        published = 2021-05-03
        url = "https://example.org/a"
        language = "en"
        article = "a.txt"
        [[claims]]
        id = "C1"
        text = "1,450 members voted."
        threshold = 0.5
        phrases = ["the vote", "the ballot"]
        [[entities]]
        name = "Rosa Lindqvist"
        type = "person"
        aliases = ["Lindqvist"]
        not = ["Carl Lindqvist"]
        """,
    )
    baseline = load_profile(path)

    assert baseline == Baseline(
        id="port",
        title="The port",
        author="A",
        publisher="P",
        published=date(2021, 5, 3),
        url="https://example.org/a",
        article=ARTICLE,
        claims=(Claim(id="C1", text="1,450 members voted.", threshold=0.5, phrases=("the vote", "the ballot")),),
        entities=(Entity(name="Rosa Lindqvist", type="person", aliases=("Lindqvist",), excluded=("Carl Lindqvist",)),),
        revision=baseline.revision,
    )
    assert len(baseline.revision) == 16


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "baseline: missing"),
        ('[baseline]\ntitle = "T"', "baseline.id: missing"),
        ('[baseline]\nid = "b"', "baseline.title: missing"),
        ('[baseline]\nid = "b c"\ntitle = "T"', 'baseline.id: "b c" is no id'),
        (HEAD + "colour = 1", "baseline.colour: unknown key"),
        (HEAD + 'autor = "x"', 'baseline.autor: unknown key; did you mean "author"?'),
        (HEAD + 'published = "2020-01-02"', "baseline.published: must be a date without quotes"),
        (HEAD + 'url = "ftp://x"', "baseline.url: not an http(s) address"),
        (HEAD + 'language = "English"', "baseline.language:"),
        (HEAD + 'article = "missing.txt"', "baseline.article: no such file"),
        (HEAD + 'article = "."', "is a folder"),
        (HEAD + "[claims]\nid = 1", "claims: must be tables, each under [[claims]]"),
        (HEAD + '[[claims]]\ntext = "x"', "claims[1].id: missing"),
        (HEAD + '[[claims]]\nid = "C1"', "claims[1].text: missing"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = 3', "claims[1].text: must be a string in quotes, not a number"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "  "', "claims[1].text: is empty"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "a\\u0000b"', "claims[1].text: holds a control character"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "x"\nphrases = "y"', "claims[1].phrases: must be a list"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "x"\nphrases = [1]', "claims[1].phrases[1]: must be a string"),
        (
            HEAD + '[[claims]]\nid = "C1"\ntext = "x"\nthreshold = 2',
            "claims[1].threshold: must be a number from 0 to 1",
        ),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "x"\nthreshold = nan', "claims[1].threshold: must be a number"),
        (HEAD + '[[claims]]\nid = "C1"\ntext = "x"\nthreshold = true', "claims[1].threshold: must be a number"),
        (
            HEAD + '[[claims]]\nid = "C1"\ntext = "x"\n[[claims]]\nid = "C1"\ntext = "y"',
            'claims[2].id: "C1" is used twice',
        ),
        (HEAD + '[[entities]]\ntype = "person"', "entities[1].name: missing"),
        (HEAD + '[[entities]]\nname = "N"\ntype = "organization"', 'did you mean "organisation"?'),
        (HEAD + '[[entities]]\nname = "N"\n[[entities]]\nname = "n"', "entities[2].name:"),
        (HEAD, "nothing to watch"),
        (HEAD + "id = ", "not valid TOML"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    """The message names the file, the key and the problem, on one line."""
    path = write(tmp_path, text)
    with pytest.raises(BaselineError) as caught:
        load_profile(path)
    message = str(caught.value)

    assert message.startswith(f"{path}: ")
    assert complaint in message
    assert "\n" not in message


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A missing profile, a folder and bytes that are not UTF-8 give one line each."""
    broken = tmp_path / "latin.toml"
    broken.write_bytes(HEAD.encode() + b'author = "Andr\xe9"')
    for path, complaint in ((tmp_path / "no.toml", "no such file"), (tmp_path, "folder"), (broken, "UTF-8")):
        with pytest.raises(BaselineError, match=complaint):
            load_profile(path)


def test_an_article_alone_is_enough(tmp_path: Path) -> None:
    """Claims and entities are extracted where the profile has nothing but the article."""
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    baseline = load_profile(write(tmp_path, HEAD + 'article = "a.txt"'))

    assert any("1,450 members" in claim.text for claim in baseline.claims)
    assert "Rosa Lindqvist" in {entity.name for entity in baseline.entities}


def test_claims_alone_are_enough(tmp_path: Path) -> None:
    """Entities are extracted from the claims and their phrases where no article is given."""
    claim = 'id = "C1"\ntext = "Rosa Lindqvist leads the union."\nphrases = ["a walk-out at Port Almara"]'
    baseline = load_profile(write(tmp_path, HEAD + "[[claims]]\n" + claim))

    assert [claim.id for claim in baseline.claims] == ["C1"]
    assert {"Rosa Lindqvist", "Port Almara"} <= {entity.name for entity in baseline.entities}


def test_entities_alone_are_enough(tmp_path: Path) -> None:
    """Without article there is nothing to extract claims from, and the names are still watched."""
    baseline = load_profile(write(tmp_path, HEAD + '[[entities]]\nname = "Rosa Lindqvist"'))

    assert baseline.claims == ()
    assert [entity.name for entity in baseline.entities] == ["Rosa Lindqvist"]


def test_entities_with_an_article_give_claims(tmp_path: Path) -> None:
    """The profile's own entities stay, and the article's sentences become claims."""
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    baseline = load_profile(write(tmp_path, HEAD + 'article = "a.txt"\n[[entities]]\nname = "Port Almara"'))

    assert [entity.name for entity in baseline.entities] == ["Port Almara"]
    assert baseline.claims


BASE = Baseline(
    id="b",
    title="T",
    claims=(Claim(id="C1", text="one", phrases=("p", "q")), Claim(id="C2", text="two")),
    entities=(Entity(name="N", aliases=("M", "O")),),
)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BASE, published=date(2020, 1, 1)),
        replace(BASE, language="de"),
        replace(BASE, article="text"),
        replace(BASE, claims=BASE.claims[:1]),
        replace(BASE, claims=(BASE.claims[0], replace(BASE.claims[1], threshold=0.4))),
        replace(BASE, claims=(BASE.claims[0], replace(BASE.claims[1], phrases=("r",)))),
        replace(BASE, entities=(replace(BASE.entities[0], type="person"),)),
        replace(BASE, entities=(replace(BASE.entities[0], excluded=("X",)),)),
    ],
)
def test_revision_follows_what_matching_depends_on(changed: Baseline) -> None:
    """A change of claims, phrases, thresholds, names, date, language or article is another revision."""
    assert revision_of(changed) != revision_of(BASE)


@pytest.mark.parametrize(
    "same",
    [
        replace(BASE, author="A", url="https://example.org", title="Other"),
        replace(BASE, claims=BASE.claims[::-1]),
        replace(BASE, entities=(replace(BASE.entities[0], aliases=("O", "M")),)),
    ],
)
def test_revision_ignores_the_rest(same: Baseline) -> None:
    """Metadata and the order of claims and aliases leave the revision as it is."""
    assert revision_of(same) == revision_of(BASE)


clean = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=30)
ids = st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True), unique=True, max_size=4)


@st.composite
def baselines(draw: st.DrawFn) -> Baseline:
    """Any baseline that a profile can hold."""
    texts = st.lists(clean, unique=True, max_size=3).map(tuple)
    claims = tuple(
        Claim(id=i, text=draw(clean), phrases=draw(texts), threshold=draw(st.none() | st.floats(0, 1)))
        for i in draw(ids)
    )
    names = draw(st.lists(clean, unique_by=str.casefold, min_size=1, max_size=3))
    entities = tuple(Entity(name=n, aliases=draw(texts), excluded=draw(texts)) for n in names)
    return Baseline(
        id="b", title=draw(clean), author=draw(st.none() | clean), published=draw(st.none() | st.dates()),
        claims=claims, entities=entities,
    )  # fmt: skip


@given(baseline=baselines())
def test_writing_reads_back(tmp_path_factory: pytest.TempPathFactory, baseline: Baseline) -> None:
    """Whatever a baseline holds, its profile reads back to the same baseline."""
    path = write(tmp_path_factory.getbasetemp(), dump_profile(baseline))
    back = load_profile(path)

    assert replace(back, revision="", entities=back.entities) == baseline or not baseline.claims
    assert (back.claims, back.entities) == (baseline.claims, baseline.entities)


def test_a_draft_tells_its_editor_what_to_add() -> None:
    """A claim without phrases is written with an empty list, a hint and its figures to check."""
    text = dump_profile(replace(BASE, claims=(Claim(id="C1", text="37 ships waited on 20 April 2021."),)))

    assert "phrases = []  # 2 to 4 other ways" in text
    assert "# figures: 37 ships" in text
    assert "dates: 20 April 2021" in text


def test_a_draft_names_where_its_article_is(tmp_path: Path) -> None:
    """With the article's path in it, the draft loads together with the article."""
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    path = write(tmp_path, dump_profile(BASE, article_path="a.txt"))

    assert load_profile(path).article == ARTICLE


def test_completion_of_nothing_is_refused() -> None:
    """A baseline without claims, entities and article has nothing to watch."""
    with pytest.raises(BaselineError, match="nothing to watch"):
        complete(Baseline(id="b", title="T", claims=(), entities=()))
