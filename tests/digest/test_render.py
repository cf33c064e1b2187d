"""How digests and alerts look: golden files, escaping, links, marks, threads."""

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from digest_material import DESK, LOST_DAYS, LOST_DAYS_REPORT, NOW, alert_view, full_material
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.deliver.mail import build_mail
from monitor.digest.clean import host_of, one_line, web_address
from monitor.digest.compose import compose_digest
from monitor.digest.identity import stable_message_id
from monitor.digest.marking import mark_words, word_of
from monitor.digest.render import RenderOptions, render_alert, render_digest
from monitor.model import Message, Report, Severity
from monitor.model_digest import DigestMaterial

GOLDEN = Path(__file__).parent / "golden"
BERLIN = ZoneInfo("Europe/Berlin")
VOID = {"meta", "br"}


def digest(material: DigestMaterial | None = None, **options: str) -> Message:
    composed = compose_digest(material or full_material(), NOW, BERLIN)
    return render_digest(composed, message_id="<d@m.example>", options=RenderOptions(**options))


def alert(**more: object) -> Message:
    return render_alert(alert_view(**more), message_id="<a@m.example>", now=NOW.astimezone(BERLIN))


def nothing_new() -> DigestMaterial:
    return DigestMaterial(recipient=DESK, baselines=(("marlow", "Marlow"),), since=None, until=NOW, reports_seen=220)


@pytest.mark.parametrize(
    ("name", "message"), [("digest", digest()), ("alert", alert()), ("nothing_new", digest(nothing_new()))]
)
def test_message_looks_as_kept(name, message):
    """Text and HTML equal the golden files; UPDATE_GOLDEN=1 writes them anew, to be looked at in a browser."""
    for ending, content in (("txt", f"Subject: {message.subject}\n\n{message.text}"), ("html", message.html)):
        path = GOLDEN / f"{name}.{ending}"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(content, encoding="utf-8")

        assert content == path.read_text(encoding="utf-8"), f"{path.name} differs; UPDATE_GOLDEN=1 if that is meant"


class Outline(HTMLParser):
    """Reads a page: tags opened and closed, addresses, and whether they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def outline(message: Message) -> Outline:
    read = Outline()
    read.feed(message.html or "")
    assert read.open == []
    return read


OWN_TAGS = {"html", "head", "meta", "title", "style", "body", "div", "span", "table", "tr", "td", "a", "b", "code"}


@pytest.mark.parametrize("message", [digest(), alert(), digest(nothing_new())])
def test_page_nests_and_loads_nothing(message):
    """Every tag is closed in order, and nothing is loaded: no image, script, font or style sheet."""
    read = outline(message)

    assert read.tags <= OWN_TAGS
    assert not re.search(r"url\(|@import|src=", message.html)
    assert "prefers-color-scheme:dark" in message.html


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }} {% raw %}",
    "half \ud83d of a pair",
    "line\u2028separator\r\n\x00\x1b[31m",
    "\u202eturned",
    "=?utf-8?q?x=0D=0ABcc=3A_victim=40example=2Enet?=",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_feed_text_stays_text(text):
    """Markup, templates, controls and broken characters in every field end as harmless text in a whole page."""
    report = Report(key="k", title=text, outlet=text, url="javascript:alert(1)")
    match = replace(LOST_DAYS, passage=text, note=text, terms=((text, 0.5),), entities=(text,))
    material = full_material()
    changes = tuple(replace(change, match=match, report=report) for change in material.changes)
    matches = tuple(replace(one, match=match, report=report, claim_text=text) for one in material.matches)
    troubles = tuple(replace(feed, title=text, problem=text) for feed in material.troubles)
    material = replace(material, changes=changes, matches=matches, troubles=troubles, baselines=(("marlow", text),))
    for message in (digest(material), alert(match=match, report=report, claim_text=text, baseline_title=text)):
        read = outline(message)

        assert read.tags <= OWN_TAGS
        assert not read.attributes & {"onerror", "onclick"}
        assert "49" not in message.text or "{{" not in text
        assert all(link.startswith("https://") for link in read.links)
        for content in (message.subject, message.text, message.html):
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u2028\u2029\u202e\ud800-\udfff]", content)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=100, deadline=None)
@given(
    ANY_TEXT, ANY_TEXT, st.one_of(ANY_TEXT, st.sampled_from(["http://[", "https://a/%00", "//x", "http://x:99999999"]))
)
def test_any_feed_text_becomes_a_mail(title, passage, url):
    """Whatever a feed says in title, text and address, an alert and a digest of it are composed and can be mailed."""
    report = Report(key="k", title=title, outlet=title, url=url)
    match = replace(LOST_DAYS, passage=passage, note=title, terms=((passage, 0.5),), entities=(title,))
    told = replace(alert_view().alert, headline=title, reason=passage)
    matches = tuple(replace(one, match=match, report=report) for one in full_material().matches)
    for message in (
        digest(replace(full_material(), matches=matches)),
        alert(alert=told, match=match, report=report, claim_text=passage),
    ):
        outline(message)
        raw = build_mail(message, sender="m@example.org", to_name=title, to_address="d@example.org", date=NOW)

        assert b"\r\nSubject:" in raw


def test_links_show_their_host():
    """A reader sees where a link leads before following it."""
    html = digest().html

    assert re.search(r'href="https://www\.coastcourier\.example/a/19"[^>]*>coastcourier\.example', html)


def test_mail_says_how_to_change_it_and_unsubscribes_only_if_configured():
    """The footer says how to change what is told; an address for unsubscribing appears where there is one."""
    plain = digest()
    with_address = digest(list_unsubscribe="https://example.org/off")

    assert "[[rules]]" in plain.text
    assert plain.headers == ()
    assert with_address.headers == (("List-Unsubscribe", "<https://example.org/off>"),)
    assert "Unsubscribe (example.org)" in with_address.html


def test_alert_names_claim_passage_figures_and_reason():
    """An alert's text holds the claim, both figures, the passage, the address and why it is told."""
    text = " ".join(alert().text.replace("*", "").split())

    for part in (
        "Dockers have lost 12 working days to the dispute since January.",
        "The article says: 12 working days Now reported: 19 working days",
        LOST_DAYS.passage,
        LOST_DAYS_REPORT.url,
        "A new story; score 0.74 (threshold 0.50)",
        "3 reports by 3 publishers",
        "May change C1",
    ):
        assert part in text


def test_follow_up_replies_to_the_first_alert():
    """A later alert of a story joins the first one's thread; the first one joins nothing, itself least of all."""
    assert alert(first_message_id="<first@m.example>").in_reply_to == "<first@m.example>"
    assert alert().in_reply_to is None
    assert alert(first_message_id="<a@m.example>").in_reply_to is None


def test_only_high_severity_is_marked_important():
    """The mail program is told of importance for alerts of high severity alone."""
    normal = replace(alert_view().alert, severity=Severity.NORMAL)

    assert ("Importance", "high") in alert().headers
    assert alert(alert=normal).headers == ()


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_marking_keeps_every_character(passage):
    """The pieces of a marked passage add up to the passage."""
    assert "".join(span.text for span in mark_words(passage, LOST_DAYS)) == passage


@pytest.mark.parametrize(
    ("passage", "terms", "marked"),
    [
        ("The militias and policies", (("militia", 0.1), ("polici", 0.1)), ["militias", "policies"]),
        ("A policy of war, a warning", (("polici", 0.1), ("war", 0.1)), ["policy", "war"]),
        (
            "The IRGC, or Islamic Revolutionary Guard",
            (("e:Islamic Revolutionary Guard Corps", 0.1),),
            ["IRGC", "Islamic Revolutionary Guard"],
        ),
        ("About 60% of 25 attacks", (("f:60%", 0.1), ("f:25", 0.1), ("v:attack", 0.2)), ["60", "25"]),
        ("Nothing here", (), []),
    ],
)
def test_words_of_the_score_are_marked(passage, terms, marked):
    """Stems mark their words, entities their names and initials, figures their digits; kinds of event mark nothing."""
    spans = mark_words(passage, replace(LOST_DAYS, terms=terms, entities=(), figures=()))
    found = [span.text for span in spans if span.marked]

    assert found == marked


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.example.org/a?b=c", "example.org"),
        ("http://example.org:8080/", "example.org"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://[broken", ""),
        ("https://a b.example/", ""),
        ("https://example.org/\nBcc: x", ""),
        ("https:///path", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_are_linked(url, host):
    """Only http and https addresses on one line become links; the host shown is the one that is asked."""
    assert host_of(url) == host
    assert (web_address(url) is None) is (host == "")


def test_one_line_cuts_at_its_limit():
    """Text is put on one line and cut with an ellipsis."""
    assert one_line("a\n b\t c  ") == "a b c"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_message_id_is_stable_and_tells_parts_apart():
    """Equal parts give an equal id, other parts another; it fits a header."""
    first = stable_message_id("alert", 1, "desk", domain="monitor.example")

    assert first == stable_message_id("alert", 1, "desk", domain="monitor.example")
    assert first != stable_message_id("alert", 11, "desk", domain="monitor.example")
    assert re.fullmatch(r"<[0-9a-f]{32}@monitor\.example>", first)


def test_stem_is_shown_as_the_word_it_stands_for() -> None:
    """The bars of an alert name words that stand in the passage, never a stem that is none."""
    passage = "The reservoir will displace 19,500 people in 23 villages, a Ministry says."

    assert [word_of(term, passage) for term in ("displac", "villag", "ministri", "oru", "f:23", "harbour")] == [
        "displace", "villages", "ministry", "oru", "f:23", "harbour",
    ]  # fmt: skip
