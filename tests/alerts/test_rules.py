"""Which alerts one matched report raises, for whom, and what is held back with which reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.conditions import rule_fires, why_not
from monitor.alerts.rules import decide_alerts
from monitor.model import (
    Alert,
    AlertState,
    Decision,
    FigurePair,
    Match,
    MatchedReport,
    Mute,
    Recipient,
    Relation,
    Report,
    Rule,
    Scored,
    Severity,
    StoryTold,
)

NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
DESK = Recipient(name="desk", channel="smtp", address="desk@example.org")
LEAD = Recipient(name="lead", channel="file", address="out")
QUIET = Recipient(name="quiet", channel="smtp", address="q@example.org", alerts=False)
EVERYTHING = Rule(name="all")


def match(claim: str = "C1", relation: Relation = Relation.CONTRADICTS, **more: object) -> Match:
    values: dict[str, object] = {
        "score": 0.7, "threshold": 0.5, "confidence": 0.95, "passage": f"A sentence on {claim}.",
        "terms": (("strike", 0.7),), "entities": ("Port of Marlow",),
    }  # fmt: skip
    return Match(claim=claim, relation=relation, **(values | more))


def matched(*matches: Match, **more: object) -> MatchedReport:
    scored = Scored(key="k", score=0.7, decision=Decision.MATCHED, reason="", matches=matches, entities=("Dockers",))
    report = Report(
        key="k", title="Port talks collapse", outlet="Coast Courier", url="https://www.coastcourier.example/1"
    )
    values: dict[str, object] = {
        "report_id": 5, "report": report, "baseline_id": "marlow", "scored": scored, "story_id": 9,
        "story_is_new": True, "first_sight": False, "feed_url": "https://feed.example/", "feed_tags": ("local",),
    }  # fmt: skip
    return MatchedReport(**(values | more))


def decide(report: MatchedReport, rules=(EVERYTHING,), recipients=(DESK, LEAD, QUIET), **more) -> list[Alert]:
    settings = {"told": StoryTold(), "first_sight": "digest", "now": NOW} | more
    return decide_alerts(report, rules, recipients, **settings)


def test_alert_names_claim_passage_score_and_reason():
    """A told alert says which claim, how the report stands to it, the score beside the threshold, and the rule."""
    (alert,) = decide(matched(match(note="19 days where the claim says 12")))

    assert (alert.claim, alert.report_id, alert.story_id, alert.state) == ("C1", 5, 9, AlertState.PENDING)
    assert alert.headline == "Contradicts C1: Port talks collapse"
    assert alert.reason == (
        "a new story; score 0.70 (threshold 0.50); it contradicts C1: 19 days where the claim says 12; rule “all”"
    )


def test_alert_goes_to_those_who_take_alerts():
    """A rule without recipients names all of them, except who wants no alerts."""
    (alert,) = decide(matched(match()))

    assert alert.recipients == ("desk", "lead")


@pytest.mark.parametrize(
    ("relation", "confidence", "verb"),
    [
        (Relation.CONTRADICTS, 0.89, "May contradict"),
        (Relation.CONTRADICTS, 0.9, "Contradicts"),
        (Relation.UPDATES, 0.5, "May change"),
        (Relation.UPDATES, 1.0, "Changes"),
        (Relation.SUPPORTS, 0.5, "Supports"),
        (Relation.RELATED, 0.5, "Touches"),
    ],
)
def test_doubtful_relation_is_told_with_may(relation, confidence, verb):
    """Below a confidence of 0.9 an alert says that the report may contradict or may change the claim."""
    (alert,) = decide(matched(match(relation=relation, confidence=confidence)))

    assert alert.headline.startswith(f"{verb} C1")


def test_headline_shows_both_figures():
    """A headline sets the claim's figure beside the report's where they differ."""
    (alert,) = decide(matched(match(figures=(FigurePair(claim="12 days", report="19 days", agrees=False),))))

    assert alert.headline == "Contradicts C1 (12 days → 19 days): Port talks collapse"


def test_one_report_raises_one_alert_on_its_most_telling_claim():
    """A report that touches several claims is told once; the others are written down as told with it."""
    alerts = decide(matched(match("C3", Relation.SUPPORTS, score=0.9), match("C1"), match("C2", Relation.RELATED)))

    assert [(alert.claim, alert.state, alert.recipients) for alert in alerts] == [
        ("C1", AlertState.PENDING, ("desk", "lead")),
        ("C3", AlertState.HELD, ()),
        ("C2", AlertState.HELD, ()),
    ]
    assert alerts[1].reason == "told together with the alert on C1"


def test_severity_comes_before_relation():
    """The rule with the higher severity decides which claim of a report leads."""
    rules = [Rule(name="quiet", severity=Severity.LOW), Rule(name="loud", claims=("C3",), severity=Severity.HIGH)]
    alerts = decide(matched(match("C1"), match("C3", Relation.SUPPORTS)), rules)

    assert (alerts[0].claim, alerts[0].rule, alerts[0].severity) == ("C3", "loud", Severity.HIGH)


def test_each_recipient_gets_the_claim_of_their_own_rule():
    """Recipients with rules on different claims of one report are each told of theirs."""
    rules = [Rule(name="a", claims=("C1",), recipients=("desk",)), Rule(name="b", claims=("C2",), recipients=("lead",))]
    alerts = decide(matched(match("C1"), match("C2", Relation.SUPPORTS)), rules)

    assert [(alert.claim, alert.recipients) for alert in alerts] == [("C1", ("desk",)), ("C2", ("lead",))]
    assert {alert.state for alert in alerts} == {AlertState.PENDING}


@pytest.mark.parametrize(
    ("told", "new", "state"),
    [
        (("C1", "contradicts"), match("C1"), AlertState.HELD),
        (("C1", "supports"), match("C1"), AlertState.PENDING),
        (("C1", "related"), match("C1", Relation.UPDATES), AlertState.PENDING),
        (("C1", "related"), match("C1", Relation.SUPPORTS), AlertState.HELD),
        (("C1", "contradicts"), match("C2", Relation.SUPPORTS), AlertState.PENDING),
        (("C1", "contradicts"), match("C2", Relation.RELATED), AlertState.HELD),
    ],
    ids=["same again", "now contradicts", "now changes", "supports after related", "other claim", "other, loosely"],
)
def test_known_story_speaks_up_only_with_something_new(told, new, state):
    """A story that was told is told again for a stance on another claim or a contradiction or change, else held."""
    (alert,) = decide(matched(new), told=StoryTold(claims=frozenset({told}), severity=Severity.NORMAL))

    assert alert.state is state


def test_changed_figure_inside_a_story_is_news():
    """A story is told again when its report gives a figure that was not told yet, and only then."""
    figures = (FigurePair(claim="12 days", report="21 days", agrees=False),)
    report = matched(match(figures=figures))
    told = StoryTold(
        claims=frozenset({("C1", "contradicts")}), figures=frozenset({("C1", "19 days")}), severity=Severity.NORMAL
    )

    assert [a.state for a in decide(report, told=told)] == [AlertState.PENDING]
    assert [a.state for a in decide(report, told=replace(told, figures=frozenset({("C1", "21 days")})))] == [
        AlertState.HELD
    ]


KNOWN = StoryTold(claims=frozenset({("C1", "contradicts")}), severity=Severity.NORMAL, publishers=2)


def test_higher_severity_is_news():
    """A story is told again when a louder rule fires for it, and not when an equally loud one does."""
    (louder,) = decide(matched(match()), [Rule(name="loud", severity=Severity.HIGH)], told=KNOWN)
    (same,) = decide(matched(match()), told=KNOWN)

    assert louder.state is AlertState.PENDING
    assert "now of high severity" in louder.reason
    assert same.state is AlertState.HELD


@pytest.mark.parametrize(("publishers", "more", "told"), [(5, 3, True), (4, 3, False), (9, 0, False)])
def test_wider_coverage_is_news(publishers, more, told):
    """A story is told again when so many more publishers carry it than at the last alert; 0 means never."""
    (alert,) = decide(matched(match(), publishers=publishers), told=KNOWN, more_publishers=more)

    assert (alert.state is AlertState.PENDING) is told
    assert ("now carried by 5 publishers (2 at the last alert)" in alert.reason) is told


def test_rule_that_asks_for_corroboration_waits_for_publishers():
    """Below its number of publishers a rule holds what it would tell, with the reason; from then on it tells."""
    rules = [Rule(name="sure", min_publishers=3)]
    (held,) = decide(matched(match(), publishers=2), rules)
    (told,) = decide(matched(match(), publishers=3), rules)

    assert (held.state, held.reason) == (AlertState.HELD, "rule “sure” waits until 3 publishers carry the story")
    assert (told.state, told.publishers) == (AlertState.PENDING, 3)
    assert told.reason.startswith("a new story, now carried by 3 publishers")


def mute(**more: object) -> Mute:
    return Mute(**({"id": 1, "kind": "mute", "until": NOW + timedelta(hours=3)} | more))


@pytest.mark.parametrize(
    ("about", "held"),
    [
        ({}, True),
        ({"rule": "all"}, True),
        ({"claim": "C1"}, True),
        ({"story_id": 9, "baseline_id": "marlow"}, True),
        ({"claim": "C2"}, False),
        ({"claim": "C1", "story_id": 8}, False),
        ({"rule": "other"}, False),
        ({"until": NOW}, False),
        ({"kind": "snooze"}, False),
    ],
)
def test_mute_holds_what_all_its_parts_name(about, held):
    """A mute by command leaves to the digest what it names, until its time; a snooze is another matter."""
    (alert,) = decide(matched(match()), mutes=[mute(**about)])

    assert (alert.state is AlertState.HELD) is held
    assert ("is muted until 2026-03-14 11:00 UTC" in alert.reason) is held


def test_muted_claim_leaves_the_word_to_another():
    """When the most telling claim is muted, the report is told on its next one."""
    alerts = decide(matched(match("C1"), match("C2", Relation.SUPPORTS)), mutes=[mute(claim="C1", note="known")])

    assert [(one.claim, one.state) for one in alerts] == [("C2", AlertState.PENDING), ("C1", AlertState.HELD)]
    assert alerts[1].reason == "claim C1 is muted until 2026-03-14 11:00 UTC (known)"


def test_first_sight_is_held_told_or_ignored_as_configured():
    """What a feed already held when first polled waits for the digest, is told, or leaves no alert at all."""
    report = matched(match(), first_sight=True)

    (held,) = decide(report, first_sight="digest")
    (told,) = decide(report, first_sight="alert")

    assert (held.state, held.recipients) == (AlertState.HELD, ("desk", "lead"))
    assert "first poll" in held.reason
    assert told.state is AlertState.PENDING
    assert decide(report, first_sight="ignore") == []


@pytest.mark.parametrize("decision", [d for d in Decision if d is not Decision.MATCHED])
def test_only_matched_reports_raise_alerts(decision):
    """A near miss, a copy or a filtered report raises nothing, whatever matches it carries."""
    report = matched(match())

    assert decide(replace(report, scored=replace(report.scored, decision=decision))) == []


def test_muted_rule_holds_until_its_time():
    """A muted rule holds what it finds and says until when; from then on it tells."""
    rules = [Rule(name="r", muted_until=NOW + timedelta(hours=2))]
    (held,) = decide(matched(match()), rules)
    (told,) = decide(matched(match()), rules, now=NOW + timedelta(hours=2))

    assert (held.state, held.reason) == (AlertState.HELD, "rule “r” is muted until 2026-03-14 10:00 UTC")
    assert told.state is AlertState.PENDING


def test_without_recipients_the_alert_stays_in_the_database():
    """With nobody to tell, the alert is kept, held with that reason."""
    (alert,) = decide(matched(match()), recipients=())

    assert (alert.state, alert.recipients) == (AlertState.HELD, ())
    assert alert.reason.startswith("no recipient takes alerts")


def test_no_rule_no_alert():
    """A match for which no rule fires raises nothing: it is in the digest and the database."""
    assert decide(matched(match()), rules=[Rule(name="x", claims=("C9",))]) == []


@pytest.mark.parametrize(
    ("conditions", "fires"),
    [
        ({"baselines": ("marlow",)}, True),
        ({"baselines": ("other",)}, False),
        ({"claims": ("C1", "C2")}, True),
        ({"claims": ("C2",)}, False),
        ({"relations": (Relation.CONTRADICTS,)}, True),
        ({"relations": (Relation.SUPPORTS,)}, False),
        ({"min_score": 0.7}, True),
        ({"min_score": 0.71}, False),
        ({"entities": ("port of marlow",)}, True),
        ({"entities": ("Dockers",)}, True),
        ({"entities": ("Pilots",)}, False),
        ({"outlets": ("COAST COURIER",)}, True),
        ({"outlets": ("coastcourier.example",)}, True),
        ({"outlets": ("Evening Post",)}, False),
        ({"feed_tags": ("local", "port")}, True),
        ({"feed_tags": ("wire",)}, False),
        ({"claims": ("C1",), "feed_tags": ("wire",)}, False),
        ({"min_publishers": 2}, True),
        ({"min_publishers": 3}, False),
    ],
)
def test_every_condition_of_a_rule_must_hold(conditions, fires):
    """Each list is met by any of its values, all conditions of a rule together decide."""
    report = matched(match(), publishers=2)

    assert rule_fires(Rule(name="r", **conditions), report, report.scored.matches[0]) is fires


def test_unreadable_address_meets_no_outlet():
    """A report whose address cannot be split is compared by its outlet alone."""
    report = matched(match())
    odd = replace(report, report=replace(report.report, url="http://[broken", outlet=None))

    assert not rule_fires(Rule(name="r", outlets=("coastcourier.example",)), odd, odd.scored.matches[0])


def test_long_headline_is_cut():
    """A headline has at most 200 characters and stands on one line."""
    report = matched(match())
    long = replace(report, report=replace(report.report, title="word\n" * 100))
    (alert,) = decide(long)

    assert len(alert.headline) <= 200
    assert "\n" not in alert.headline


HIGH = Rule(name="high", relations=(Relation.CONTRADICTS,), severity=Severity.HIGH)


@pytest.mark.parametrize(
    ("rule", "confidence", "severity"),
    [
        (HIGH, 0.95, Severity.HIGH),
        (HIGH, 0.4, Severity.NORMAL),
        (replace(HIGH, min_confidence=0.3), 0.4, Severity.HIGH),  # asked for
        (replace(HIGH, relations=(), claims=("C1",)), 0.4, Severity.HIGH),  # for the claim's sake
        (replace(HIGH, severity=Severity.LOW), 0.4, Severity.LOW),
    ],
)
def test_doubtful_relation_alone_is_not_of_high_severity(rule: Rule, confidence: float, severity: Severity) -> None:
    """What a report only may say wakes nobody at night, unless the rule says how certain is enough."""
    (alert,) = decide(matched(match(confidence=confidence)), rules=(rule,))

    assert alert.severity is severity


def test_rule_asks_for_a_confidence() -> None:
    """A relation that is less certain than the rule asks for does not fire it, and the reason has both numbers."""
    sure = replace(HIGH, min_confidence=0.9)

    assert not rule_fires(sure, matched(), match(confidence=0.4))
    assert why_not(sure, matched(), match(confidence=0.4)) == (
        "asks for a confidence of 0.90 that it contradicts, this is 0.40"
    )
    assert rule_fires(sure, matched(), match(confidence=0.95))


def test_story_speaks_up_when_the_doubt_is_gone() -> None:
    """A contradiction told as doubtful is told again, with high severity, once a report says it for certain."""
    told = StoryTold(claims=frozenset({("C1", "contradicts")}), severity=Severity.NORMAL, publishers=1)

    assert [one.state for one in decide(matched(match(confidence=0.4)), rules=(HIGH,), told=told)] == [AlertState.HELD]
    (alert,) = decide(matched(match(confidence=0.95)), rules=(HIGH,), told=told)
    assert (alert.state, alert.severity) == (AlertState.PENDING, Severity.HIGH)


def test_what_is_old_to_one_is_news_to_another() -> None:
    """A rule that only now fires for a second person tells them, although the story was told to the first."""
    sure = Rule(name="sure", min_publishers=2, recipients=("lead",))
    everybody = Rule(name="all", recipients=("desk",))
    heard = StoryTold(claims=frozenset({("C1", "contradicts")}), severity=Severity.NORMAL, publishers=1)

    alerts = decide(
        matched(match(), publishers=2),
        rules=(everybody, sure),
        told=heard,
        told_to={"desk": heard, "lead": StoryTold()},
    )

    assert [(one.state, one.recipients) for one in alerts] == [
        (AlertState.PENDING, ("lead",)),
        (AlertState.HELD, ("desk",)),
    ]
    assert alerts[0].reason.startswith("a new story, now carried by 2 publishers; ")
    assert alerts[0].reason.endswith("rule “sure”")
    assert "this story was already told" in alerts[1].reason


def test_each_is_told_what_is_new_to_them() -> None:
    """One report may be another claim's news to one person and the whole story to another."""
    heard = StoryTold(claims=frozenset({("C1", "contradicts")}), severity=Severity.NORMAL, publishers=1)
    alerts = decide(matched(match("C1", score=0.9), match("C2", score=0.6)), told=heard, told_to={"lead": StoryTold()})

    told = {one.recipients: (one.claim, one.state) for one in alerts}
    assert told[("lead",)] == ("C1", AlertState.PENDING)
    assert told[("desk",)] in [("C2", AlertState.PENDING), ("C1", AlertState.HELD)]
    assert {one.claim for one in alerts if one.recipients == ("desk",)} == {"C1", "C2"}
    assert all(len(one.reason) > 10 for one in alerts)


def test_severity_is_that_of_the_recipients_own_rules() -> None:
    """A loud rule for one person wakes nobody whom it does not name."""
    loud = Rule(name="loud", severity=Severity.HIGH, recipients=("desk",))
    alerts = decide(matched(match()), rules=(EVERYTHING, loud))

    assert {one.recipients: (one.severity, one.rule) for one in alerts} == {
        ("desk",): (Severity.HIGH, "loud"),
        ("lead",): (Severity.NORMAL, "all"),
    }
    assert {one.state for one in alerts} == {AlertState.PENDING}
