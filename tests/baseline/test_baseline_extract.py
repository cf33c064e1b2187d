"""From an article's plain text to a draft: what of a page is the article, which names, which claims."""

from datetime import date
from pathlib import Path

import pytest

from monitor.baseline.boilerplate import read_body
from monitor.baseline.checkworthy import rank_sentences
from monitor.baseline.entities import find_entities
from monitor.baseline.extract import extract_baseline, id_from
from monitor.baseline.lint import lint
from monitor.baseline.naming import NameFinder
from monitor.errors import BaselineError
from monitor.model import Baseline, Entity
from monitor.text.sentences import sentences

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def harbour() -> Baseline:
    """The draft from a page about a strike, with the page's own furniture around it."""
    return extract_baseline((DATA / "harbour.txt").read_text(encoding="utf-8"), id="harbour")


@pytest.fixture(scope="module")
def earthquakes() -> Baseline:
    """The draft from an article full of figures."""
    return extract_baseline((DATA / "earthquakes.txt").read_text(encoding="utf-8"), id="earthquakes")


def named(baseline: Baseline, name: str) -> Entity:
    """The entity that bears a name or an alias."""
    return next(e for e in baseline.entities if name in (e.name, *e.aliases))


def test_the_page_says_who_wrote_what_and_when(harbour: Baseline) -> None:
    """Title, author and date are read from the top of the page."""
    assert harbour.title == "What the strike at Port Almara has changed, and what it has not"
    assert harbour.author == "Ines Calder"
    assert harbour.published == date(2021, 5, 3)


@pytest.mark.parametrize(
    "furniture",
    [
        "Skip",
        "Photo by",
        "Read more",
        "views expressed",
        "Related",
        "Cranes",
        "Rotterdam",
        "senior fellow",
        "Follow her",
    ],
)
def test_page_furniture_is_no_claim(harbour: Baseline, furniture: str) -> None:
    """Navigation, credits, the author's lines and related articles are neither claims nor article."""
    assert not any(furniture in claim.text for claim in harbour.claims)
    assert furniture not in (harbour.article or "")


@pytest.mark.parametrize("stranger", ["Rotterdam", "Denmark", "Somebody", "Getty Images", "Read", "Unfortunately"])
def test_page_furniture_names_nobody(harbour: Baseline, stranger: str) -> None:
    """What related articles and credits name is no entity."""
    assert stranger not in {name for e in harbour.entities for name in (e.name, *e.aliases)}


@pytest.mark.parametrize(
    ("name", "alias", "kind"),
    [
        ("Dockers' Union of Almara", "DUA", "organisation"),
        ("Gulf Terminals Company", "GTC", "organisation"),
        ("Rosa Lindqvist", "Lindqvist", "person"),
        ("Tarek al-Masri", "al-Masri", "person"),
        ("International Monetary Fund", "IMF", "organisation"),
        ("Omar Benali", "Benali", "person"),
        ("Central Bank", "Central Bank", "organisation"),
        ("Coast Guard", "Coast Guard", "organisation"),
        ("Port Almara", "Port Almara", "place"),
        ("South Korea", "South Korean", "place"),
        ("Geneva", "Geneva", "place"),
        ("Tamir", "Tamir", "place"),
    ],
)
def test_names_are_found_with_their_short_forms(harbour: Baseline, name: str, alias: str, kind: str) -> None:
    """Acronyms in brackets, surnames, titles in front and known other names end up in one entity each."""
    entity = named(harbour, alias)

    assert (entity.name, entity.type) == (name, kind)


def test_no_alias_stands_twice(harbour: Baseline, earthquakes: Baseline) -> None:
    """A draft gives each spelling to one entity only."""
    for baseline in (harbour, earthquakes):
        assert not [f for f in lint(baseline) if "also a name of" in f.message]


@pytest.mark.parametrize(
    "fact",
    [
        "12 April 2021",
        "1,450",
        "unlawful",
        "55%",
        "400 dockers",
        "37 ships",
        "$85 million",
        "to fail",
        "$1.2 billion",
        "arrested",
    ],
)
def test_facts_become_claims(harbour: Baseline, fact: str) -> None:
    """Each fact of the article stands in some claim of its draft."""
    assert any(fact in claim.text for claim in harbour.claims)


def test_questions_and_opinions_are_no_claims(harbour: Baseline) -> None:
    """What cannot be checked is left out."""
    assert not any("Is that true" in c.text or "hope for much" in c.text for c in harbour.claims)


def test_wrong_shares_of_an_article_are_told(harbour: Baseline) -> None:
    """Lint of a draft names the shares that add up to 110 %."""
    assert ["110 %" in f.message for f in lint(harbour) if "add up" in f.message] == [True]


@pytest.mark.parametrize(
    "figure",
    (
        "7.8;7.5;2,000 aftershocks;24,617;3,574;2,166;108 hours;28,191;80,104;6,000;131;75,000;7.4 million;50,000;"
        "5.3 million;148,000;Bab al-Hawa;42 trucks;97 countries;$85 million;$1.78 billion;$2 billion;three months;"
        "10,000 lira;26 million;$50 million;140 hours"
    ).split(";"),
)
def test_every_figure_of_an_article_of_figures_is_drafted(earthquakes: Baseline, figure: str) -> None:
    """No figure is lost between an article and its draft."""
    assert any(figure in claim.text for claim in earthquakes.claims)


def test_claims_are_ranked_by_what_can_be_checked() -> None:
    """Figures, dates, names and deeds come before talk; the order of equal sentences is the text's."""
    talk = "It would be nice to have something better to say about all of this."
    fact = "On 3 March 2021 Acme sold 40 ships to Norway for $2 billion."
    deed = "Acme then closed its yard."
    ranked = rank_sentences([talk, deed, fact, fact], [Entity(name="Acme"), Entity(name="Norway")])

    assert [r.text for r in ranked][:1] == [fact]
    assert talk not in [r.text for r in ranked]
    assert len(ranked) == len({r.text for r in ranked})


@pytest.mark.parametrize(
    ("text", "name", "aliases"),
    [
        ("Fighters of the Popular Front (PF) came. The PF left.", "Popular Front", {"PF"}),
        ("Rockets hit Taji Base. In Taji it was calm.", "Taji Base", {"Taji"}),
        (
            "The Iraqi Joint Operations Command spoke. Later the Iraqi Joint Command wrote.",
            "Iraqi Joint Operations Command",
            {"Iraqi Joint Command", "Joint Operations Command"},
        ),
        ("They follow Supreme Leader Ayatollah Ali Khamenei.", "Ali Khamenei", {"Khamenei"}),
        ("He met Gen. Carlo Rossi. Rossi smiled.", "Carlo Rossi", {"Rossi"}),
        ("Some call the cells Asaib al-Thairun (Vengeance Brigades).", "Asaib al-Thairun", {"Vengeance Brigades"}),
        ("The anti-ISIS units fought beside Iran-backed men.", "Islamic State", {"ISIS", "Daesh"}),
        ("The World Health Organization (WHO) warned.", "World Health Organization", set()),
        ("A U.S.-led coalition stayed.", "U.S.-led coalition", {"coalition forces"}),
        ("The spread of the coronavirus continues.", "COVID-19 pandemic", {"coronavirus", "COVID-19"}),
        ("They met at the Defence Ministry with the Dockers' Union (DU).", "Dockers' Union", {"DU"}),
        ("Her deputy, Omar Benali, was arrested.", "Omar Benali", {"Benali"}),
        ("Fighters of Hezbollah left.", "Hezbollah", set()),
        ("Mohamed Dagalo, better known as Hemedti, left.", "Mohamed Dagalo", {"Hemedti"}),
        (
            "It runs an Office for the Coordination of Humanitarian Affairs (OCHA).",
            "OCHA",
            {"Office for the Coordination of Humanitarian Affairs"},
        ),
        ("In Paris the Ministry of Finance of France met.", "Ministry of Finance", set()),
        ("He visited the U.S. Embassy in Baghdad.", "U.S. Embassy in Baghdad", {"U.S. Embassy"}),
    ],
)
def test_names_are_bound(text: str, name: str, aliases: set[str]) -> None:
    """Each way in which prose ties two names together makes one entity of them."""
    found = {e.name: set(e.aliases) for e in find_entities(sentences(text))}
    names = {part for entity, others in found.items() for part in (entity, *others)}
    entity = next((e for e, others in found.items() if name in (e, *others)), None)

    assert entity is not None, found
    assert aliases <= names
    assert aliases <= found[entity] | {entity}


@pytest.mark.parametrize(
    ("text", "strangers"),
    [
        ("Despite Monday's rain, Many came. However, prices rose.", {"Despite", "Monday", "However"}),
        ("He Tweeted. They Left.", {"He", "Tweeted", "They", "Left"}),
        ("ALL OF IT WAS SAID IN CAPITALS", {"ALL", "OF", "IT"}),
        ("The Shiite and Sunni blocs talked. Shiite men agreed.", {"Shiite", "Sunni"}),
    ],
)
def test_capitals_alone_make_no_name(text: str, strangers: set[str]) -> None:
    """First words, weekdays, peoples and headlines in capitals are no entities."""
    names = {name for e in find_entities(sentences(text)) for name in (e.name, *e.aliases)}

    assert not names & strangers


def test_markdown_is_read_as_text() -> None:
    """Marks of Markdown do not reach title, claims or names."""
    text = "# The strike at *Port Almara*\n\nOn 3 March **Acme Corp** sold [40 ships](https://x.example/) to Norway.\n"
    baseline = extract_baseline(text, id="m")

    assert baseline.title == "The strike at Port Almara"
    assert [c.text for c in baseline.claims] == ["On 3 March Acme Corp sold 40 ships to Norway."]


def test_a_date_below_the_standfirst_is_the_articles() -> None:
    """Author and date are also found between a standfirst and the first paragraph."""
    head = "A strike at the port\n\n*Dockers walk out.*\n\nBy: Ines Calder | Almara\n\n15 April 2024\n\n"
    text = head + "On Monday 40 ships waited in the harbour.\n"
    baseline = extract_baseline(text, id="d")

    assert (baseline.author, baseline.published) == ("Ines Calder", date(2024, 4, 15))


def test_agency_datelines_and_credits_are_left_out() -> None:
    """What an agency puts before its first sentence and after its last is no claim and no name."""
    text = (
        "Port closed\n\nALMARA, Tamir (AP) — Officials closed the port with 40 ships inside on Monday.\n\n"
        "The Dockers Union asked for 9% more pay. Acme Airlines CEO Ben Minico called it too much.\n\n"
        "Associated Press writer Ann Other contributed to this report.\n"
    )
    baseline = extract_baseline(text, id="a")
    names = {entity.name for entity in baseline.entities}

    assert baseline.claims[0].text.startswith(("Officials closed", "The Dockers", "Acme Airlines"))
    assert {"Acme Airlines", "Ben Minico"} <= names
    assert not names & {"Ann Other", "AP", "ALMARA", "Officials"}


def test_lines_without_blank_lines_are_paragraphs() -> None:
    """A text with one paragraph a line is read like one with blank lines."""
    body = read_body("A strike at the port\nThe strike began on 3 March 2021.\nIt ended on 5 March 2021.\n")

    assert body.title == "A strike at the port"
    assert len(body.prose) == 2


def test_other_scripts_give_claims_by_their_figures() -> None:
    """An article without capitals has no names to find, and its figures still make claims."""
    text = (
        "أعلنت الحكومة أن 25 هجوما وقعت في البلاد منذ بداية السنة الحالية.\n\n"
        "قتل 170 شخصا في الهجمات على القواعد العسكرية في 3 مارس 2021."
    )
    baseline = extract_baseline(text, id="ar", title="هجمات", language="ar")

    assert any("170" in c.text for c in baseline.claims)


@pytest.mark.parametrize("text", ["", "   \n\n ", "Home\n\nMenu\n"])
def test_nothing_gives_an_error_not_an_empty_draft(text: str) -> None:
    """A text without a sentence is refused in one line."""
    with pytest.raises(BaselineError, match="no sentences"):
        extract_baseline(text, id="x")


def test_the_same_text_gives_the_same_draft(harbour: Baseline) -> None:
    """Extraction depends on nothing but the text."""
    assert extract_baseline((DATA / "harbour.txt").read_text(encoding="utf-8"), id="harbour") == harbour


def test_ids_are_made_of_names() -> None:
    """A file name or a title gives a usable id."""
    assert [id_from(n) for n in ("The Deal: a View.txt", "a/b/c.md", "Über uns", "!!")] == [
        "the-deal-a-view", "c", "über-uns", "baseline",
    ]  # fmt: skip


def test_hostile_text_takes_bounded_time() -> None:
    """A huge text of capitals, brackets or one endless word is cut, not suffered."""
    for text in ("Aa Bb " * 60_000, "(" * 200_000, "A" * 400_000, "Name (NA) " * 40_000, "x. Y " * 50_000):
        draft = extract_baseline(f"The port of Almara closed on 3 March 2021.\n\n{text}.", id="h")

        assert any("Almara" in claim.text for claim in draft.claims)


def test_names_are_whole_words_and_the_longest_wins() -> None:
    """The finder knows no parts of words, and an excluded phrase hides the name in it."""
    finder = NameFinder([
        Entity(name="Iran"),
        Entity(name="Hezbollah Brigades", aliases=("Hezbollah",), excluded=("Lebanese Hezbollah",)),
    ])  # fmt: skip

    assert finder.find("Iranians spoke of the Lebanese Hezbollah.") == frozenset()
    assert finder.find("IRAN's friends, Hezbollah-Brigades") == {"Iran", "Hezbollah Brigades"}
