"""Alerts from a matched report to the outbox: held, gathered, limited, muted, foreseen, sent again; over real files."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from pipeline_world import BASELINE, EVACUATED, FOOTBALL, Clock, make_settings

from monitor.config.settings import RecipientTable, Settings
from monitor.errors import ComposeError, MonitorError
from monitor.model import (
    Decision,
    FeedOutcome,
    FeedSource,
    FeedState,
    Match,
    Mute,
    ParsedFeed,
    Relation,
    Report,
    Scored,
)
from monitor.pipeline import DeliverRun, MatchMemory, MatchRun, deliver, digest, match
from monitor.pipeline.covering import watch_coverage
from monitor.pipeline.foreseeing import foresee, resend
from monitor.store import Store, open_store

REPAIR = (
    "r",
    "Masons finish repair of the Vale Dam wall in May",
    "The repair of the wall ends in May, as the builder's contract says; scaffolding comes down afterwards.",
)
RIVER = FeedSource(url="https://river.example/feed", title="River Post")


class Desk:
    """A database that reports come into, and two recipients in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.store: Store = open_store(folder / "monitor.db", clock=self.clock, create=True)
        self.memory = MatchMemory()
        self.configure()
        self.come(FOOTBALL)

    def configure(self, *, alerts: dict[str, object] | None = None, rules: object = None, **ada: object) -> None:
        tables: dict[str, object] = {"alerts": {"first_sight": "digest"} | (alerts or {})}
        tables["rules"] = rules or ({"name": "all"},)
        people = (
            RecipientTable(name="Ada", channel="file", address=str(self.folder / "ada"), **ada),  # type: ignore[arg-type]
            RecipientTable(name="Bo", channel="file", address=str(self.folder / "bo")),
        )
        self.settings: Settings = make_settings(self.folder, recipient_tables=people, **tables)

    def come(self, *items: tuple[str, str, str], outlet: str = "River Post", site: str | None = None) -> MatchRun:
        """A publisher's feed brings these; they are judged. With a site they have pages there."""
        source = FeedSource(url=f"https://{outlet.split()[0].lower()}.example/feed", title=outlet)
        known = {row["url"] for row in self.store.feeds()}
        self.store.sync_feeds([FeedSource(url=str(url)) for url in known if url != source.url] + [source])
        if source.url not in known:
            self._record(source)
        self._record(
            source,
            *(
                Report(key=k, title=t, summary=s, outlet=outlet, feed_url=source.url, url=site and f"{site}/{k}")
                for k, t, s in items
            ),
        )
        return match(self.store, [BASELINE], self.settings, clock=self.clock, memory=self.memory)

    def _record(self, source: FeedSource, *reports: Report) -> None:
        outcome = FeedOutcome(
            url=source.url,
            started_at=self.clock(),
            duration_s=0.1,
            status=200,
            feed=ParsedFeed(title=source.title, reports=reports, format="rss20"),
        )
        state = FeedState(url=source.url, first_polled_at=self.clock())
        self.store.record_poll(source, outcome, state)

    def deliver(self) -> DeliverRun:
        return deliver(self.store, self.settings, clock=self.clock, rng=Random(1))

    def mails(self, name: str) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / name).glob("*.txt"))]

    def alerts(self) -> list[tuple[str, str, str]]:
        rows = self.store.query("SELECT claim_id, state, recipients FROM alerts WHERE recipients <> '[]' ORDER BY id")
        return [(str(row["claim_id"]), str(row["state"]), str(row["recipients"])) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk on a Monday morning at eight, UTC."""
    made = Desk(tmp_path)
    with made.store:
        yield made


def test_a_night_is_one_mail_in_the_morning(desk: Desk) -> None:
    """Alerts of quiet hours are held until their end and come as one message; who is awake gets each at once."""
    desk.configure(quiet=("07:00", "12:00"))
    desk.come(EVACUATED)
    desk.clock.forward(hours=1)
    desk.come(REPAIR)
    early = desk.deliver()

    assert early.sent == 2
    assert sorted(desk.alerts()) == [
        ("C2", "held", '["Ada"]'),
        ("C2", "sent", '["Bo"]'),
        ("C3", "held", '["Ada"]'),
        ("C3", "sent", '["Bo"]'),
    ]
    assert (len(desk.mails("ada")), len(desk.mails("bo"))) == (0, 2)
    desk.clock.now = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    assert desk.deliver().sent == 1

    (mail,) = desk.mails("ada")
    assert mail.startswith("2 alerts\n")
    assert EVACUATED[1] in " ".join(mail.replace("*", "").split())
    assert REPAIR[1] in " ".join(mail.replace("*", "").split())
    assert {state for _, state, _ in desk.alerts()} == {"sent"}


def test_held_until_is_not_told_by_the_digest(desk: Desk) -> None:
    """What quiet hours only delay is no held alert for the digest."""
    desk.configure(quiet=("07:00", "12:00"))
    desk.come(EVACUATED)
    ada = desk.settings.recipients[0]

    assert desk.store.digest_material(ada, [BASELINE.id]).held == ()


def test_alerts_that_wait_for_others_go_together(desk: Desk) -> None:
    """With a batch wait, alerts of the same minute are one message to each; later ones are another."""
    desk.configure(alerts={"batch_wait_s": 60})
    desk.come(EVACUATED)
    desk.clock.forward(seconds=30)
    desk.come(REPAIR)
    assert desk.deliver() == DeliverRun()
    desk.clock.forward(seconds=30)

    assert desk.deliver().sent == 2
    assert [mail.splitlines()[0] for mail in desk.mails("bo")] == ["2 alerts"]


def test_more_than_the_limit_is_left_to_the_digest(desk: Desk) -> None:
    """The alert beyond the limit is throttled with its reason, told by the digest."""
    desk.configure(alerts={"most_per_hour": 1})
    desk.come(EVACUATED)
    desk.come(REPAIR)
    assert [state for _, state, _ in desk.alerts()] == ["pending", "throttled"]
    desk.deliver()
    assert digest(desk.store, desk.settings, [BASELINE.id], clock=desk.clock).made == ("Ada", "Bo")
    desk.deliver()

    told = " ".join(desk.mails("ada")[-1].split())
    assert "more than 1 alerts within an hour" in told


def test_more_than_the_limit_reaches_who_gets_no_digest(desk: Desk) -> None:
    """Without a digest the rest comes at the full hour: nothing is left to a mail that is never sent."""
    desk.configure(alerts={"most_per_hour": 1}, digest=False)
    desk.come(EVACUATED)
    desk.come(REPAIR)
    assert desk.deliver().sent == 2  # one to each
    assert desk.deliver() == DeliverRun()
    desk.clock.forward(hours=1)
    desk.deliver()

    assert [mail.splitlines()[0] for mail in desk.mails("ada")][1:] == ["Supports C3"]
    assert ("C3", "sent", '["Ada"]') in desk.alerts()
    assert ("C3", "throttled", '["Bo"]') in desk.alerts()


def test_story_is_told_again_when_many_carry_it(desk: Desk) -> None:
    """The same news by so many more publishers is told again, as a reply to the first mail."""
    desk.configure(alerts={"more_publishers": 2})
    states = []
    for number, outlet in enumerate(("River Post", "Hill Times", "Coast Echo", "Lake Star")):
        run = desk.come((f"e{number}", *EVACUATED[1:]), outlet=outlet)
        states.append(run.alerts)
        desk.clock.forward(minutes=5)
    first, again = desk.store.query(
        "SELECT message_id, in_reply_to FROM deliveries WHERE recipient = 'Ada' ORDER BY id"
    )

    assert states == [1, 0, 1, 0]
    assert again["in_reply_to"] == first["message_id"]


def test_very_same_item_of_other_publishers_counts(desk: Desk) -> None:
    """An item that several publishers hand on under one guid is told again when enough carry it, and corroborates."""
    desk.configure(alerts={"more_publishers": 2})
    runs = [
        desk.come(EVACUATED, outlet=outlet, site=f"https://{outlet.split()[0].lower()}.example")
        for outlet in ("River Post", "Hill Times", "Coast Echo", "Lake Star")
    ]

    assert [run.duplicates for run in runs] == [0, 1, 1, 1]
    assert [run.alerts for run in runs] == [1, 0, 1, 0]
    [row] = desk.store.query("SELECT publishers FROM v_ledger WHERE claim_id = 'C2'")
    assert row["publishers"] == 4
    desk.deliver()
    assert desk.deliver() == DeliverRun()
    _, again = desk.mails("ada")
    assert "carried by 3 publishers (1 at the last alert)" in " ".join(again.split())


def test_rule_takes_the_very_same_item_of_another_publisher_as_corroboration(desk: Desk) -> None:
    """A rule that waits for two publishers is met by the second that hands the item on, and only once."""
    desk.configure(rules=({"name": "sure", "min_publishers": 2},))
    runs = [desk.come(EVACUATED, outlet=outlet).alerts for outlet in ("River Post", "Hill Times", "Coast Echo")]

    assert runs == [0, 1, 0]


def test_who_waits_for_corroboration_is_told_of_what_others_know(desk: Desk) -> None:
    """Ada is told at once, Bo when two publishers carry the story: what Ada knows is no reason to keep it from Bo."""
    desk.configure(
        rules=({"name": "all", "recipients": ["Ada"]}, {"name": "sure", "min_publishers": 2, "recipients": ["Bo"]})
    )
    runs = [
        desk.come((f"e{number}", *EVACUATED[1:]), outlet=outlet).alerts
        for number, outlet in enumerate(("River Post", "Hill Times", "Coast Echo"))
    ]
    desk.deliver()

    assert runs == [1, 1, 0]
    assert (len(desk.mails("ada")), len(desk.mails("bo"))) == (1, 1)


def test_feeds_of_one_site_are_one_voice(desk: Desk) -> None:
    """Two feeds of a site, whatever their titles, corroborate nothing: neither the same page nor another one."""
    desk.configure(rules=({"name": "sure", "min_publishers": 2},))
    runs = [
        desk.come(EVACUATED, outlet="River World", site="https://www.river.example/news"),
        desk.come(EVACUATED, outlet="Stream Region", site="https://www.river.example/news"),
        desk.come(("e2", *EVACUATED[1:]), outlet="Bank Local", site="https://local.river.example"),
    ]

    assert [run.alerts for run in runs] == [0, 0, 0]
    assert desk.come(("e3", *EVACUATED[1:]), outlet="Hill Times", site="https://hill.example").alerts == 1


def test_rule_waits_for_corroboration(desk: Desk) -> None:
    """A rule that asks for two publishers is silent on the first and tells the second."""
    desk.configure(rules=({"name": "sure", "min_publishers": 2},))
    assert desk.come(EVACUATED).alerts == 0
    assert "waits until 2 publishers" in str(desk.store.alerts()[0]["reason"])

    assert desk.come(("x", *EVACUATED[1:]), outlet="Hill Times").alerts == 1


def test_muted_claim_is_left_to_the_digest_until_then(desk: Desk) -> None:
    """A mute by command holds, with its note; after its time the same claim is told."""
    until = desk.clock() + timedelta(hours=1)
    number = desk.store.mute(Mute(id=0, kind="mute", until=until, claim="C2", note="known"))
    assert desk.come(EVACUATED).alerts == 0
    assert "claim C2 is muted until 2026-01-05 09:00 UTC (known)" in str(desk.store.alerts()[0]["reason"])
    assert desk.store.unmute(number)
    assert not desk.store.unmute(number)

    assert desk.come(("x", "Second village below Vale Dam evacuated", "Forty people left another village.")).alerts == 1


def test_snoozed_story_is_delivered_afterwards(desk: Desk) -> None:
    """Further news of a snoozed story waits until the snooze ends."""
    desk.configure(alerts={"more_publishers": 1})
    desk.come(EVACUATED)
    desk.deliver()
    story = int(desk.store.alerts()[0]["story_id"])
    desk.store.mute(Mute(id=0, kind="snooze", until=desk.clock() + timedelta(hours=4), story_id=story))
    desk.come(("x", *EVACUATED[1:]), outlet="Hill Times")

    assert desk.deliver() == DeliverRun()
    desk.clock.forward(hours=4)
    assert desk.deliver().sent == 2


def test_message_that_cannot_be_put_into_words_is_parked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When composing fails, the report is still judged, the message is shown as failed, and later news are told."""

    def fail(*_: object, **__: object) -> None:
        raise ComposeError("cannot be put into words: a bad title")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.pipeline.telling.render_alert", fail)
        desk.come(EVACUATED)
    desk.come(REPAIR)
    run = desk.deliver()

    assert run.sent == 2
    failed = desk.store.deliveries(state="failed")
    assert [row["last_error"] for row in failed] == ["cannot be put into words: a bad title"] * 2
    assert {state for _, state, _ in desk.alerts()} == {"failed", "sent"}


def test_rules_are_foreseen_for_a_stored_report(desk: Desk) -> None:
    """For each match and rule: whether it fires, to whom and when it would be told, else the condition not met."""
    desk.configure(
        rules=({"name": "villages", "claims": ["C2"], "recipients": ["Ada"]}, {"name": "sure", "min_publishers": 9}),
        quiet=("07:00", "12:00"),
    )
    desk.come(EVACUATED)
    report_id = int(desk.store.matches()[0]["report_id"])
    before = desk.store.query("SELECT (SELECT COUNT(*) FROM alerts) AS a, (SELECT COUNT(*) FROM deliveries) AS d")
    rows = foresee(desk.store, desk.settings, report_id, clock=desk.clock)

    fires, waits = (
        next(row for row in rows if row.rule == name and row.claim == "C2") for name in ("villages", "sure")
    )
    assert (fires.fires, fires.recipients, fires.state) == (True, ("Ada",), "held")
    assert fires.at == datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    assert (waits.fires, waits.why) == (False, "waits for 9 publishers, so far 1")
    assert before == desk.store.query(
        "SELECT (SELECT COUNT(*) FROM alerts) AS a, (SELECT COUNT(*) FROM deliveries) AS d"
    )


def test_limit_of_a_feed_is_foreseen(desk: Desk) -> None:
    """`alerts test` knows the limit of one feed a day, and does not count the report's own alert against it."""
    desk.configure(alerts={"most_per_feed_day": 1})
    desk.come(EVACUATED)
    desk.come(REPAIR)
    numbers = [row["report_id"] for row in desk.store.query("SELECT report_id FROM alerts WHERE recipients <> '[]'")]

    def foreseen(number: object) -> tuple[str, bool]:
        rows = foresee(desk.store, desk.settings, int(str(number)), clock=desk.clock)
        (told,) = (one for one in rows if one.state)
        return told.state, "it had 1 alerts within a day already" in told.why

    assert [foreseen(number) for number in numbers] == [("pending", False), ("throttled", True)]
    desk.configure(alerts={"most_per_feed_day": 2})
    assert foreseen(numbers[1]) == ("pending", False)


def test_foreseeing_says_why_there_is_nothing_to_foresee(desk: Desk) -> None:
    """A report that does not match, or is not there, is said to be so."""
    other = int(desk.store.query("SELECT id FROM reports")[0]["id"])  # type: ignore[call-overload]
    with pytest.raises(MonitorError, match="no rule looks at it, for it is no match"):
        foresee(desk.store, desk.settings, other, clock=desk.clock)
    with pytest.raises(MonitorError, match="report 99: not stored"):
        foresee(desk.store, desk.settings, 99, clock=desk.clock)


def test_alert_is_sent_once_more(desk: Desk) -> None:
    """A resent alert has an identity of its own and replies to the first; an unknown one or recipient is told."""
    desk.come(EVACUATED)
    desk.deliver()
    alert_id = int(desk.store.alerts()[0]["alert_id"])
    assert resend(desk.store, desk.settings, alert_id, clock=desk.clock, recipients=["Bo"]) == ("Bo",)
    assert desk.deliver().sent == 1

    rows = desk.store.query("SELECT message_id, in_reply_to FROM deliveries WHERE recipient = 'Bo' ORDER BY id")
    assert rows[1]["in_reply_to"] == rows[0]["message_id"] != rows[1]["message_id"]
    with pytest.raises(MonitorError, match="alert 99: not there"):
        resend(desk.store, desk.settings, 99, clock=desk.clock)
    with pytest.raises(MonitorError, match="name one with --to"):
        resend(desk.store, desk.settings, alert_id, clock=desk.clock, recipients=["Nobody"])


def test_silence_of_the_news_is_told_once(desk: Desk) -> None:
    """After two lively weeks, three days without a story bring one notice to each, while feeds still answer."""
    match_on = Match(
        claim="C2", score=0.8, threshold=0.5, relation=Relation.RELATED, confidence=0.9, passage="p", terms=()
    )
    verdict = Scored(key="k", score=0.8, decision=Decision.MATCHED, reason="r", matches=(match_on,))
    for number in range(14 * 6):
        desk.clock.forward(hours=4)
        desk._record(RIVER, Report(key=f"n{number}", title=f"News {number}", feed_url=RIVER.url))
        (waiting,) = desk.store.unmatched(BASELINE, 10)
        with desk.store.matching_transaction() as tx:
            tx.new_story(waiting)
            tx.save_scored(waiting.report_id, BASELINE, verdict)
    assert watch_coverage(desk.store, [BASELINE], desk.settings, clock=desk.clock) == ()
    for _ in range(4):
        desk.clock.forward(days=1)
        desk._record(RIVER)
        watch_coverage(desk.store, [BASELINE], desk.settings, clock=desk.clock)

    (notice,) = desk.store.query("SELECT kind, headline, reason FROM notices")
    assert notice["kind"] == "gap"
    assert notice["headline"] == "News silence on The dam will hold"
    assert desk.deliver().sent == 2
    assert "usual are 6.0 a day" in " ".join(desk.mails("bo")[-1].split())
