import csv
import io
import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import html5lib
import pytest
from hostile_texts import CONTROLS, FORMULAS, LINKS, LIVE, MAIL

from monitor.cli.output import to_csv, to_json
from monitor.cli.tables import print_table
from monitor.daemon.logs import JsonFormatter, TextFormatter
from monitor.deliver.mail import build_mail
from monitor.digest.render import render_alert
from monitor.model import Alert, AlertState, Match, Relation, Report, Severity
from monitor.model_digest import AlertView

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TEXTS = [*LIVE.values(), *MAIL, *FORMULAS, *CONTROLS]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
HARMLESS = frozenset(
    "html head title body meta style div p span a b strong em i small h1 h2 h3 h4 ul ol li br hr table thead tbody tr "
    "td th blockquote mark header footer section main code pre sup sub dl dt dd".split()
)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID"]


def view_of(text: str, url: str | None = "http://x.example/1") -> AlertView:
    """An alert all of whose words, those of the report and those of the profile, are the hostile text."""
    match = Match(
        claim="C1",
        score=0.7,
        threshold=0.5,
        relation=Relation.CONTRADICTS,
        confidence=0.9,
        passage=text,
        terms=((text, 0.4), ("base", 0.3)),
        entities=(text,),
        note=text,
    )
    alert = Alert(
        baseline_id="b",
        story_id=1,
        report_id=1,
        claim="C1",
        rule="default",
        severity=Severity.HIGH,
        state=AlertState.PENDING,
        reason=text,
        headline=text,
        recipients=("desk",),
    )
    report = Report(key=text, title=text, summary=text, url=url, outlet=text, published_raw=text)
    return AlertView(
        alert=alert,
        baseline_title=text,
        claim_text=text,
        match=match,
        report=report,
        publishers=(text, text),
        others=((text, replace(match, claim="C2")),),
    )


def mail_of(view: AlertView) -> bytes:
    message = render_alert(view, message_id="<1@monitor.example>", now=NOW)
    return build_mail(message, sender="m@monitor.example", to_name="Desk", to_address="desk@x.example", date=NOW)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_mail_has_its_own_headers_and_nothing_that_runs(text):
    """Whatever a feed wrote, the mail read back has our headers only, short lines, and a page without live elements."""
    raw = mail_of(view_of(text))
    mail = message_from_bytes(raw, policy=policy.default)
    known = message_from_bytes(mail_of(view_of("plain words")), policy=policy.default)

    assert sorted(mail.keys()) == sorted(known.keys())
    assert set(HEADERS) <= set(mail.keys())
    assert mail["To"].addresses[0].addr_spec == "desk@x.example"
    assert len(mail["To"].addresses) == 1
    assert max(map(len, raw.splitlines())) <= 998
    assert not CONTROL.search(mail["Subject"])
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            assert live(part.get_content()) == []
        if part.get_content_maintype() == "text":
            assert not CONTROL.search(part.get_content().replace("\r\n", "\n"))


@pytest.mark.parametrize("link", LINKS, ids=range(len(LINKS)))
def test_mail_links_only_to_pages(link):
    """A report's link that is not one to a web page does not become one in the mail."""
    mail = message_from_bytes(mail_of(view_of("plain words", url=link)), policy=policy.default)
    page = mail.get_body(("html",))

    assert page is not None
    assert live(page.get_content()) == []


def live(page: str) -> list[str]:
    """What of a page could run, load or lead somewhere else than to a web page."""
    found = []
    for node in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag not in HARMLESS:
            found.append(node.tag)
        for name, value in node.attrib.items():
            bad_link = name in ("href", "src", "action") and not value.lower().startswith(
                ("http://", "https://", "mailto:", "#")
            )
            if str(name).lower().startswith("on") or bad_link or "url(" in value or name == "http-equiv" == "refresh":
                found.append(f"{node.tag} {name}={value[:40]}")
    return found


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_tables_of_other_programs_get_no_formulas(text):
    """No cell of a CSV begins as a formula, none holds control characters, and the rows stay what they were."""
    rows = [{"title": text, "outlet": text, "terms": [text]}] * 2
    made = to_csv(rows, ["title", "outlet", "terms"])
    read = list(csv.reader(io.StringIO(made, newline="")))

    assert [len(row) for row in read] == [3, 3, 3]
    assert [cell for row in read[1:] for cell in row if FORMULA.match(cell) or CONTROL.search(cell)] == []


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_terminal_and_log_obey_no_text(text, capsys):
    """A terminal gets no escape, a log one line a record, and JSON reads back, whatever the text holds."""
    print_table([{"title": text, "outlet": text}], ["title", "outlet"])
    shown = capsys.readouterr().out
    record = logging.makeLogRecord({"name": "monitor.poll", "msg": "feed %s", "args": (text,), "feed": text})

    assert not CONTROL.search(re.sub(r"\x1b\[[0-9;]*m", "", shown))
    assert not CONTROL.search(to_json({"title": text}))
    for line in (TextFormatter().format(record), JsonFormatter().format(record)):
        assert len(line.splitlines()) == 1
        assert not CONTROL.search(line)
    assert json.loads(JsonFormatter().format(record))["message"]
