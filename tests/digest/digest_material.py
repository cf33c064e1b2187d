"""A fixed material for the digest's tests: an invented baseline on a port strike, with every kind of content."""

from datetime import UTC, date, datetime

from monitor.model import (
    Alert,
    AlertState,
    FigurePair,
    Match,
    Recipient,
    Relation,
    Report,
    Severity,
    Standing,
)
from monitor.model_digest import (
    AlertView,
    ClaimChange,
    DayCount,
    DigestMatch,
    DigestMaterial,
    FeedTrouble,
    HeldAlert,
    NearMiss,
)

DESK = Recipient(name="desk", channel="smtp", address="desk@example.org")
NOW = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)

CLAIMS = {
    "C1": "The strike at the port of Marlow will end before the spring holidays.",
    "C4": "Dockers have lost 12 working days to the dispute since January.",
    "C7": "The harbour board and the Dockers' Union agreed on a mediator in February.",
    "C9": "No ship has been turned away from Marlow because of the strike.",
}


def make_match(claim: str, relation: Relation, passage: str, **more: object) -> Match:
    """A match on one of the claims above, with plausible values for what is not given."""
    values: dict[str, object] = {
        "score": 0.74,
        "threshold": 0.5,
        "confidence": 0.95,
        "terms": (("e:Dockers' Union", 0.31), ("strike", 0.22), ("port", 0.14), ("v:walkout", 0.07)),
        "entities": ("Dockers' Union", "Port of Marlow"),
    }
    return Match(claim=claim, relation=relation, passage=passage, **(values | more))  # type: ignore[arg-type]


def make_report(key: str, title: str, outlet: str | None, url: str | None, hour: int = 9, day: int = 13) -> Report:
    """A report published in March 2026."""
    published = datetime(2026, 3, day, hour, 20, tzinfo=UTC)
    return Report(key=key, title=title, outlet=outlet, url=url, published=published)


def make_alert(claim: str, headline: str, reason: str, recipients: tuple[str, ...] = ("desk",)) -> Alert:
    """A held alert."""
    return Alert(
        baseline_id="marlow", story_id=90, report_id=90, claim=claim, rule="default", severity=Severity.NORMAL,
        state=AlertState.HELD, reason=reason, headline=headline, recipients=recipients,
    )  # fmt: skip


LOST_DAYS = make_match(
    "C4",
    Relation.CONTRADICTS,
    "The union's own tally puts the loss at 19 working days since January, not counting the tugboat crews.",
    figures=(FigurePair(claim="12 working days", report="19 working days", agrees=False),),
    terms=(("work", 0.2), ("day", 0.2), ("lost", 0.1), ("e:Dockers' Union", 0.24)),
    note="19 working days where the claim says 12",
)
LOST_DAYS_REPORT = make_report(
    "r1", "Marlow strike has cost 19 working days, union says", "Coast Courier", "https://www.coastcourier.example/a/19"
)
TALKS = make_match(
    "C1",
    Relation.UPDATES,
    "Talks broke off on Thursday night and both sides now expect the strike to last into May.",
    confidence=0.7,
    note="the report speaks of a later date than the claim's",
)
TALKS_REPORT = make_report(
    "r2",
    "Port talks collapse; strike may last into May",
    "Harbour Times",
    "https://harbourtimes.example/talks",
    hour=21,
)
MEDIATOR = make_match(
    "C7",
    Relation.SUPPORTS,
    "Both the harbour board and the Dockers' Union confirmed that they had settled on Ruth Adeyemi as mediator.",
    terms=(("mediat", 0.3), ("harbour", 0.12), ("board", 0.1), ("e:Dockers' Union", 0.25)),
)
MEDIATOR_REPORT = make_report(
    "r3", "Retired judge to mediate in Marlow", "Evening Post", "https://www.eveningpost.example/2026/mediator", day=12
)


def _told(claim: str, match: Match, report_id: int, report: Report, story: int, copy: bool = False) -> DigestMatch:
    return DigestMatch(
        baseline_id="marlow", claim_text=CLAIMS[claim], match=match, report_id=report_id, report=report,
        story_id=story, is_copy=copy,
    )  # fmt: skip


def full_material() -> DigestMaterial:
    """Two claims moved, four stories, held alerts, near misses, feeds in trouble, eight days."""
    copy = make_report("r4", "Union counts 19 lost days", "Wire Desk", "https://wiredesk.example/n/4410", hour=11)
    local = make_report("r5", "Nineteen days lost at Marlow", "Radio Marlow", "https://radiomarlow.example/19", hour=12)
    ships = make_report("r6", "هل حُوِّلت السفن عن ميناء مارلو؟", "صوت الساحل", "https://voice.example/ar/6", day=11)
    return DigestMaterial(
        recipient=DESK,
        baselines=(("marlow", "The strike at Marlow: what both sides want"),),
        since=datetime(2026, 3, 7, 6, 0, tzinfo=UTC),
        until=NOW,
        changes=(
            ClaimChange(
                baseline_id="marlow", claim="C1", claim_text=CLAIMS["C1"], before=Standing.SUPPORTED,
                after=Standing.OVERTAKEN, match=TALKS, report=TALKS_REPORT,
            ),
            ClaimChange(
                baseline_id="marlow", claim="C4", claim_text=CLAIMS["C4"], before=Standing.UNREPORTED,
                after=Standing.DISPUTED, match=LOST_DAYS, report=LOST_DAYS_REPORT,
            ),
        ),
        matches=(
            _told("C4", LOST_DAYS, 1, LOST_DAYS_REPORT, 11),
            _told("C4", LOST_DAYS, 4, copy, 11, copy=True),
            _told("C4", LOST_DAYS, 5, local, 11),
            _told("C1", TALKS, 2, TALKS_REPORT, 12),
            _told("C7", MEDIATOR, 3, MEDIATOR_REPORT, 13),
            _told(
                "C9",
                make_match("C9", Relation.RELATED, "يقول اتحاد عمال الموانئ إن السفن تنتظر خارج الميناء.", score=0.55),
                6, ships, 14,
            ),
        ),
        held=(
            HeldAlert(
                alert_id=7,
                alert=make_alert(
                    "C9", "Supports C9: No ship turned away, says pilot",
                    "it was already in its feed at the first poll, so it is left to the digest",
                ),
                report=ships,
            ),
            HeldAlert(
                alert_id=8,
                alert=make_alert("C4", "Contradicts C4: 19 days", "told together with the alert on C1", recipients=()),
                report=copy,
            ),
        ),
        near_miss_count=12,
        near_misses=(
            NearMiss(
                report=make_report("n1", "Ferry crews vote on pay", "Coast Courier", "https://coastcourier.example/f"),
                claim="C1", score=0.46, threshold=0.5,
            ),
            NearMiss(report=make_report("n2", "Tug owner files for bankruptcy", None, None), claim="C4", score=0.41),
        ),
        reports_seen=1_204,
        duplicates=31,
        filtered=2,
        troubles=(
            FeedTrouble(
                url="https://feeds.harbourboard.example/news.xml", title="Harbour Board news",
                problem="The server answers 503", failures=9, since=datetime(2026, 3, 12, 22, 0, tzinfo=UTC),
            ),
            FeedTrouble(url="https://old.example/rss", title=None, problem="gone (410)", retired=True),
        ),
        days=tuple(
            DayCount(day=date(2026, 3, 7 + offset), reports=reports, matched=matched)
            for offset, (reports, matched) in enumerate(
                ((120, 0), (96, 0), (171, 0), (180, 0), (164, 1), (190, 1), (203, 4), (80, 0))
            )
        ),
    )  # fmt: skip


def alert_view(**more: object) -> AlertView:
    """An alert on the claim whose figure is contradicted."""
    values: dict[str, object] = {
        "alert": Alert(
            baseline_id="marlow", story_id=11, report_id=1, claim="C4", rule="default", severity=Severity.HIGH,
            state=AlertState.PENDING,
            reason="a new story; score 0.74 (threshold 0.50); it contradicts C4: 19 working days where the claim says "
            "12; rule default",
            headline="Contradicts C4 (12 working days → 19 working days): Marlow strike has cost 19 working days",
            recipients=("desk",),
        ),
        "baseline_title": "The strike at Marlow: what both sides want",
        "claim_text": CLAIMS["C4"],
        "match": LOST_DAYS,
        "report": LOST_DAYS_REPORT,
        "story_reports": 3,
        "publishers": ("Coast Courier", "Wire Desk", "Radio Marlow"),
        "others": ((CLAIMS["C1"], TALKS),),
    }  # fmt: skip
    return AlertView(**(values | more))  # type: ignore[arg-type]
