"""What a digest says and in which order; what is only counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from digest_material import CLAIMS, DESK, LOST_DAYS, NOW, full_material, make_match, make_report

from monitor.digest.compose import Limits, compose_digest
from monitor.digest.render import MAX_HTML_BYTES, render_digest
from monitor.model import Relation, Standing
from monitor.model_digest import ClaimChange, Digest, DigestMatch, DigestMaterial

EMPTY = DigestMaterial(recipient=DESK, baselines=(("marlow", "Marlow"),), since=None, until=NOW)


def compose(material: DigestMaterial, **more: object) -> Digest:
    return compose_digest(material, NOW, UTC, **more)


def told(claim: str, report_id: int, story: int, outlet: str = "Wire Desk", **more: object) -> DigestMatch:
    match = make_match(claim, more.pop("relation", Relation.SUPPORTS), f"Passage {report_id}.", **more)
    report = make_report(f"r{report_id}", f"Title {report_id}", outlet, f"https://x{report_id}.example/")
    return DigestMatch(
        baseline_id="marlow",
        claim_text=CLAIMS[claim],
        match=match,
        report_id=report_id,
        report=report,
        story_id=story,
    )


def moved(claim: str, after: Standing, before: Standing = Standing.UNREPORTED) -> ClaimChange:
    return ClaimChange(baseline_id="marlow", claim=claim, claim_text=CLAIMS[claim], before=before, after=after)


@pytest.mark.parametrize(
    ("material", "subject"),
    [
        (full_material(), "1 claim disputed, 1 overtaken, 6 reports"),
        (
            replace(
                EMPTY,
                changes=(
                    moved("C1", Standing.DISPUTED),
                    moved("C4", Standing.DISPUTED),
                    moved("C7", Standing.SUPPORTED),
                ),
            ),
            "2 claims disputed, 1 supported",
        ),
        (replace(EMPTY, matches=(told("C1", 1, 1), told("C4", 1, 1))), "1 report on 2 claims"),
        (replace(EMPTY, held=full_material().held), "1 alert held back"),
        (replace(EMPTY, troubles=full_material().troubles), "Nothing new, 2 feeds in trouble"),
        (EMPTY, "Still watching: nothing new"),
    ],
)
def test_subject_says_the_news(material, subject):
    """The subject names what moved, else the reports, else what was held, else the trouble."""
    assert compose(material).subject == subject


def test_claims_that_moved_come_first_disputed_before_overtaken():
    """What changed is ordered by how grave it is, and carries the story of the report that moved it."""
    (baseline,) = compose(full_material()).baselines

    assert [one.change.claim for one in baseline.changes] == ["C4", "C1"]
    assert baseline.changes[0].story.publishers == ("Coast Courier", "Radio Marlow", "Wire Desk")


def test_a_story_stands_in_one_place():
    """A story that stands among the changes is not repeated under its claim."""
    (baseline,) = compose(full_material()).baselines

    assert [claim.claim for claim in baseline.claims] == ["C7", "C9"]


def test_story_is_told_by_its_most_telling_original():
    """A story shows its contradiction before its support, an original before a copy, the higher score first."""
    story = (
        told("C4", 1, 5, score=0.9),
        replace(told("C4", 2, 5, relation=Relation.CONTRADICTS, score=0.8), is_copy=True),
        told("C4", 3, 5, relation=Relation.CONTRADICTS, score=0.6),
        told("C4", 4, 5, relation=Relation.CONTRADICTS, score=0.7),
    )
    (baseline,) = compose(replace(EMPTY, matches=story)).baselines
    (shown,) = baseline.claims[0].stories

    assert shown.best.report_id == 4
    assert shown.reports == 4


def test_publishers_are_counted_not_feeds():
    """Two reports of one outlet, however it is capitalised, are one publisher."""
    story = (told("C4", 1, 5), told("C4", 2, 5, "WIRE DESK"), told("C4", 3, 5, "Evening Post"))
    digest = compose(replace(EMPTY, matches=story))

    assert digest.publishers == 2
    assert digest.baselines[0].claims[0].stories[0].publishers == ("Wire Desk", "Evening Post")
    assert digest.baselines[0].claims[0].stories[0].links == (("Evening Post", "https://x3.example/"),)


def test_what_is_not_shown_is_counted_and_told_once():
    """Beyond the limits stories and claims are counts, and yet they are members: the next digest leaves them out."""
    matches = (*(told("C1", number, number) for number in range(8)), told("C4", 20, 20))
    digest = compose(replace(EMPTY, matches=matches), limits=Limits(stories=3, claims=1))
    (baseline,) = digest.baselines

    assert (len(baseline.claims[0].stories), baseline.claims[0].stories_left_out) == (3, 5)
    assert baseline.claims_left_out == 1
    assert len(digest.members) == 9


def test_stories_merely_about_a_claim_are_few():
    """Of the stories that only touch a claim two are shown, after those with a stance."""
    matches = (*(told("C1", n, n, relation=Relation.RELATED, score=0.9) for n in range(4)), told("C1", 9, 9))
    (baseline,) = compose(replace(EMPTY, matches=matches)).baselines

    assert [story.best.match.relation for story in baseline.claims[0].stories] == ["supports", "related", "related"]
    assert baseline.claims[0].stories_left_out == 2


def test_held_alerts_are_grouped_by_reason():
    """Held alerts stand by reason with a count; what was told together with another was not kept from anybody."""
    digest = compose(full_material())

    assert [(group.count, len(group.alerts)) for group in digest.held] == [(1, 1)]
    assert digest.alert_ids == (7, 8)


def test_baseline_no_longer_configured_is_still_told():
    """Matches of a baseline that has left the configuration appear under its id."""
    digest = compose(replace(EMPTY, baselines=(), matches=(told("C1", 1, 1),)))

    assert [baseline.title for baseline in digest.baselines] == ["marlow"]


def test_chart_has_one_bar_a_local_day():
    """Each local day of the period has a bar, also those on which nothing matched."""
    late = make_report("r1", "Late", "Wire Desk", None, hour=23, day=12)
    matches = (replace(told("C1", 1, 1), report=late), told("C1", 2, 2))
    material = replace(EMPTY, matches=matches, since=NOW - timedelta(days=3))
    days = compose_digest(material, NOW, ZoneInfo("Europe/Berlin")).days

    assert [(one.day.day, one.matched) for one in days] == [(11, 0), (12, 0), (13, 2), (14, 0)]


def test_short_period_has_no_chart():
    """Fewer than three days are told by the line of figures alone."""
    assert compose(replace(EMPTY, matches=(told("C1", 1, 1),), since=NOW - timedelta(days=1))).days == ()


def test_chart_that_shows_few_of_the_reports_is_left_out():
    """When most reports are dated outside the period, a chart would mislead and there is none."""
    old = tuple(replace(told("C1", n, n), report=make_report(f"o{n}", "Old", None, None, day=1)) for n in range(3))
    digest = compose(replace(EMPTY, matches=(*old, told("C1", 9, 9)), since=NOW - timedelta(days=5)))

    assert digest.days == ()


def big_material(matches: int, claims: int) -> DigestMaterial:
    """Many matches on many claims in Arabic and English, with long passages and addresses."""
    texts = [f"Claim number {number} of the baseline, which is about the port of Marlow." for number in range(claims)]
    made = []
    for number in range(matches):
        claim = f"C{number % claims}"
        passage = (
            ("يقول اتحاد عمال الموانئ إن السفن تنتظر. " * 12) if number % 3 else ("The strike goes on & on. " * 20)
        )
        match = replace(LOST_DAYS, claim=claim, passage=passage, relation=list(Relation)[number % 4])
        report = make_report(
            f"r{number}", f"Report {number} " + "<b>very</b> long " * 15, f"Outlet {number % 90}", None
        )
        report = replace(report, url=f"https://outlet{number % 90}.example/{'path/' * 30}{number}")
        made.append(
            DigestMatch(
                baseline_id="marlow",
                claim_text=texts[number % claims],
                match=match,
                report_id=number,
                report=report,
                story_id=number // 4,
            )
        )
    return replace(full_material(), matches=tuple(made))


@pytest.mark.parametrize("claims", [1, 25, 400])
def test_month_of_a_thousand_matches_stays_small(claims):
    """A thousand matches give a mail below the size that mail programs cut; bench/bench_digest.py tells the time."""
    message = render_digest(compose_digest(big_material(1000, claims), NOW, UTC), message_id="<d@m.example>")

    assert len(message.html.encode()) <= MAX_HTML_BYTES
    assert "more stor" in message.html


def test_many_moved_claims_do_not_make_a_mail_too_large():
    """When hundreds of claims move at once, the gravest are shown and the rest is a count."""
    (change,) = [one for one in full_material().changes if one.claim == "C4"]
    report = replace(change.report, title="A long title " * 20, url="https://example.org/" + "p/" * 300)
    changes = tuple(replace(change, claim=f"C{number}", report=report) for number in range(600))
    message = render_digest(compose(replace(EMPTY, changes=changes)), message_id="<d@m.example>")

    assert message.subject == "600 claims disputed"
    assert len(message.html.encode()) <= MAX_HTML_BYTES
    assert "more claims whose standing moved" in message.html


def test_composing_does_not_depend_on_the_order_of_matches():
    """The same material in another order gives the same digest, but for the order of what was told."""
    material = full_material()
    turned = replace(material, matches=material.matches[::-1])

    assert compose(turned).baselines == compose(material).baselines


def test_times_are_in_the_recipients_zone():
    """The period is told in the zone given, whatever the clock's own."""
    digest = compose_digest(full_material(), NOW.astimezone(ZoneInfo("Asia/Tokyo")), ZoneInfo("America/New_York"))

    assert digest.until == datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
    assert digest.until.hour == 2
