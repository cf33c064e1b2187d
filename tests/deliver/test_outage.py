"""A mail server that is down, refuses in part or misbehaves: every good recipient gets each message once, in order."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pipeline_world import BASELINE, Clock, make_settings
from smtp_servers import Inbox, mail_server, raw_server

from monitor.config.settings import RecipientTable, Settings, SmtpSettings
from monitor.deliver.retry import most_attempts
from monitor.model import Delivery, Message
from monitor.model_digest import Notice
from monitor.pipeline import DeliverRun, deliver
from monitor.store import Store, open_store

NOTICE = Notice(kind="gap", baseline_id=BASELINE.id, baseline_title="", headline="quiet", reason="for days")
NAMES = ("Ada", "Bo", "Cy")


class Outbox:
    """A database with messages for three people, and a mail server that may be exchanged under it."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.folder = folder
        self.store: Store = open_store(folder / "monitor.db", clock=self.clock, create=True)
        self.store.sync_baseline(BASELINE)
        self.rng = Random(5)
        self.port = 9
        self.made = 0

    @property
    def settings(self) -> Settings:
        smtp = SmtpSettings(
            host="127.0.0.1", port=self.port, security="none", from_address="m@example.org", timeout_s=0.15
        )
        people = tuple(RecipientTable(name=name, address=f"{name.lower()}@example.org") for name in NAMES)
        return make_settings(self.folder, recipient_tables=people, smtp=smtp)

    def post(self, names: tuple[str, ...] = NAMES) -> None:
        """One more message to each of them."""
        self.made += 1
        people = {recipient.name: recipient for recipient in self.settings.recipients}
        told = [(people[name], self.message(self.made, name), self.clock()) for name in names]
        self.store.add_notice(NOTICE, told)

    def message(self, number: int, name: str) -> Message:
        return Message(message_id=f"<{number}.{name}@monitor.invalid>", subject=f"News {number}", text="Water.")

    def run(self, span: timedelta, *, tick_s: float = 60, every: timedelta | None = None) -> None:
        """Deliver at each tick of the span; with `every`, new messages arrive that often."""
        end = self.clock.now + span
        next_post = self.clock.now
        while self.clock.now < end:
            if every is not None and self.clock.now >= next_post:
                self.post()
                next_post += every
            deliver(self.store, self.settings, clock=self.clock, rng=self.rng)
            self.clock.forward(seconds=tick_s)

    def unsent(self) -> list[dict[str, Any]]:
        return [row for row in self.store.deliveries(limit=10_000) if row["state"] != "sent"]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An outbox whose server is not there."""
    made = Outbox(tmp_path)
    with made.store:
        yield made


def subjects(inbox: Inbox) -> dict[str, list[str]]:
    """What each address got, in the order of arrival."""
    got: dict[str, list[str]] = {}
    for recipients, raw in inbox.mails:
        for one in recipients:
            got.setdefault(one, []).append(str(message_from_bytes(raw)["Subject"]))
    return got


def everything(outbox: Outbox) -> dict[str, list[str]]:
    """Each message once, in order, for each person."""
    return {f"{name.lower()}@example.org": [f"News {n + 1}" for n in range(outbox.made)] for name in NAMES}


def test_a_day_without_a_server_loses_and_doubles_nothing(outbox: Outbox) -> None:
    """24 hours down, a message to everybody every half hour: within ten minutes of recovery all have all, in order."""
    outbox.run(timedelta(hours=24), tick_s=300, every=timedelta(minutes=30))
    assert len(outbox.unsent()) == 3 * 48
    assert {row["state"] for row in outbox.unsent()} == {"waiting"}

    inbox = Inbox()
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=10), tick_s=60)

    assert outbox.unsent() == []
    assert subjects(inbox) == everything(outbox)


def test_a_server_that_is_down_is_asked_rarely(outbox: Outbox) -> None:
    """However many messages wait, a server that is down is asked about every eight minutes, not once for each."""
    for _ in range(20):
        outbox.post()
    asked = 0
    for _ in range(24 * 60):
        run = deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng)
        asked += run.failed
        outbox.clock.forward(minutes=1)

    assert 24 * 60 / 9.6 < asked < 24 * 60 / 6.4 + 10


def test_after_three_days_all_that_waited_is_parked_and_shown(outbox: Outbox) -> None:
    """72 hours of trying end for all messages that waited, each with the reason; a person can have them sent later."""
    for _ in range(3):
        outbox.post()
    start = outbox.clock.now
    while waiting := [row["next_attempt_at"] for row in outbox.unsent() if row["state"] == "waiting"]:
        outbox.clock.now = max(outbox.clock.now, datetime.fromisoformat(max(waiting)))
        deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng)

    assert timedelta(hours=71) < outbox.clock.now - start < timedelta(hours=73)
    rows = outbox.unsent()
    assert {row["state"] for row in rows} == {"failed"}
    assert all("cannot be used" in row["last_error"] for row in rows)
    assert max(row["attempts"] for row in rows) == most_attempts()

    inbox = Inbox()
    for row in sorted(rows, key=lambda row: row["delivery_id"]):
        assert outbox.store.retry_delivery(row["delivery_id"])
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=1))
    assert subjects(inbox) == everything(outbox)


def test_sleeping_machine_is_not_trying(outbox: Outbox) -> None:
    """Four days of suspend after the first try park nothing: it is tries that count, not the calendar."""
    outbox.post()
    outbox.run(timedelta(minutes=1))
    outbox.clock.forward(days=4)
    outbox.run(timedelta(minutes=1))
    inbox = Inbox()
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=10))

    assert subjects(inbox) == everything(outbox)


@pytest.mark.parametrize(
    ("refusal", "parked"),
    [("452 mailbox full", False), ("451 greylisted", False), ("550 no such user", True)],
)
def test_partial_refusals_concern_nobody_else(outbox: Outbox, refusal: str, parked: bool) -> None:
    """One recipient refused for two hours: the others have theirs at once, that one in order later or not at all."""
    inbox = Inbox(**{"bo@example.org": refusal})
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(hours=2), every=timedelta(minutes=20))
        early = subjects(inbox)
        inbox.answers.clear()
        outbox.run(timedelta(minutes=10))
        late = subjects(inbox)

    wanted = everything(outbox)
    assert {name: early[name] for name in ("ada@example.org", "cy@example.org")} == {
        name: wanted[name] for name in ("ada@example.org", "cy@example.org")
    }
    assert "bo@example.org" not in early
    assert late.get("bo@example.org", []) == ([] if parked else wanted["bo@example.org"])
    assert [row["state"] for row in outbox.unsent()] == ["failed"] * (outbox.made if parked else 0)


def test_what_a_killed_program_was_sending_goes_first(outbox: Outbox) -> None:
    """A message that was being handed over when its program died is not overtaken by younger ones, without any wait."""
    for _ in range(3):
        outbox.post()
    [killed] = outbox.store.claim_deliveries(outbox.clock())
    inbox = Inbox()
    with mail_server(inbox) as outbox.port:
        deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng)

    assert subjects(inbox) == everything(outbox)
    twice = outbox.store.query("SELECT delivery_id FROM v_deliveries WHERE perhaps_twice")
    assert twice == [{"delivery_id": killed.id}]


def test_two_programs_deliver_one_after_the_other(outbox: Outbox) -> None:
    """While one hands a message over another takes none: it waits, then says so and leaves them to the first."""
    for _ in range(3):
        outbox.post()
    others: list[DeliverRun] = []

    class Meanwhile(Inbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            with open_store(outbox.store.path, clock=outbox.clock, check=False) as other:
                run = deliver(other, outbox.settings, clock=outbox.clock, rng=outbox.rng, turn_wait_s=0)
            others.append(run)
            return await super().handle_DATA(server, session, envelope)

    inbox = Meanwhile()
    with mail_server(inbox) as outbox.port:
        deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng)

    assert subjects(inbox) == everything(outbox)
    assert len(others) == 9
    assert all(one.sent == 0 and "another program is delivering" in one.errors[0] for one in others)
    assert outbox.store.query("SELECT delivery_id FROM v_deliveries WHERE perhaps_twice") == []


def test_message_that_cannot_be_composed_is_parked_and_the_queue_goes_on(outbox: Outbox) -> None:
    """A poisoned message is set aside with its reason; those before and after it arrive."""
    outbox.post()
    people = {recipient.name: recipient for recipient in outbox.settings.recipients}
    poisoned = replace(outbox.message(0, "Ada"), headers=(("Bcc", "victim@example.net"),))
    outbox.store.add_notice(NOTICE, [(people["Ada"], poisoned, outbox.clock())])
    outbox.post()
    inbox = Inbox()
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=1))

    assert subjects(inbox) == everything(outbox)
    [row] = outbox.unsent()
    assert (row["state"], row["attempts"]) == ("failed", 1)
    assert "may not be set" in row["last_error"]


def test_message_that_breaks_the_server_steps_aside(outbox: Outbox) -> None:
    """A text that makes the server hang up each time holds the others up for a quarter of an hour, not for ever."""

    class Touchy(Inbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            if b"News 1\r\n" in envelope.content and b"ada" in envelope.content:
                server.transport.abort()
                return "drop"
            return await super().handle_DATA(server, session, envelope)

    for _ in range(3):
        outbox.post()
    inbox = Touchy()
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=40))

    assert [row["subject"] for row in outbox.unsent()] == ["News 1"]
    assert subjects(inbox) == everything(outbox) | {"ada@example.org": ["News 2", "News 3"]}


def _refuse(connection: Any) -> None:
    connection.wfile.write(b"554 no service here\r\n")


def _hang_up(connection: Any) -> None:
    connection.wfile.write(b"220 hello\r\n")
    connection.rfile.readline()


def _say_nothing(connection: Any) -> None:
    connection.rfile.read(1)


def _gibberish(connection: Any) -> None:
    connection.wfile.write(b"\xff\xfe\x00<html>\r\n")


def _never_finish(connection: Any) -> None:
    connection.wfile.write(b"220 hello\r\n")
    connection.rfile.readline()
    while True:
        connection.wfile.write(b"250-and another thing\r\n" * 50)


MISBEHAVIOURS: dict[str, Callable[[Any], None] | dict[str, str]] = {
    "refuses at the greeting": _refuse,
    "hangs up after the greeting": _hang_up,
    "says nothing": _say_nothing,
    "is no mail server": _gibberish,
    "never finishes": _never_finish,
    "sender 421": {"MAIL": "421 closing"},
    "sender 451": {"MAIL": "451 not now"},
    "sender 553": {"MAIL": "553 sender not allowed"},
    "recipient 421": {"RCPT": "421 too busy"},
    "recipient 450": {"RCPT": "450 mailbox busy"},
    "recipient 451": {"RCPT": "451 greylisted"},
    "text 421": {"DATA": "421 closing"},
    "text 451": {"DATA": "451 local error"},
    "text 452": {"DATA": "452 disk full"},
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_misbehaving_server_loses_and_doubles_nothing(outbox: Outbox, name: str) -> None:
    """Two hours of each misbehaviour, then a server in order: all arrives within ten minutes, once and in order."""
    behaviour = MISBEHAVIOURS[name]
    tick_s, hours = (600, 1) if callable(behaviour) else (60, 2)
    bad = raw_server(behaviour) if callable(behaviour) else mail_server(Inbox(**behaviour))
    with bad as outbox.port:
        outbox.run(timedelta(hours=hours), tick_s=tick_s, every=timedelta(minutes=20))
    assert {row["state"] for row in outbox.unsent()} == {"waiting"}

    inbox = Inbox()
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=10))

    assert outbox.unsent() == []
    assert subjects(inbox) == everything(outbox)


def test_server_that_drops_after_the_text_may_double_with_the_same_identity(outbox: Outbox) -> None:
    """Where the answer to an accepted text is lost the mail comes again, recognisable by its Message-ID."""
    outbox.post()
    inbox = Inbox(DATA="drop")
    with mail_server(inbox) as outbox.port:
        outbox.run(timedelta(minutes=1))
        inbox.answers.clear()
        outbox.run(timedelta(minutes=10))

    got = [(to[0], message_from_bytes(raw)["Message-ID"]) for to, raw in inbox.mails]
    assert outbox.unsent() == []
    assert len(set(got)) == 3
    assert len(got) == 4


def test_younger_message_waits_for_the_older_one(outbox: Outbox) -> None:
    """While a message waits for its next try, a new one to the same address does not overtake it."""
    inbox = Inbox(**{"ada@example.org": "451 later"})
    with mail_server(inbox) as outbox.port:
        outbox.post(("Ada",))
        outbox.run(timedelta(seconds=30), tick_s=30)
        inbox.answers.clear()
        outbox.post(("Ada",))
        outbox.run(timedelta(seconds=20), tick_s=20)
        assert inbox.mails == []
        outbox.run(timedelta(minutes=3))

    assert subjects(inbox)["ada@example.org"] == ["News 1", "News 2"]


class Taking:
    """A channel that takes everything."""

    def __init__(self) -> None:
        self.got: list[Delivery] = []

    def send(self, delivery: Delivery) -> None:
        self.got.append(delivery)


def test_dropped_message_is_not_sent(outbox: Outbox) -> None:
    """What a person takes out of the queue stays out, until they have it tried again."""
    outbox.post(("Ada",))
    [row] = outbox.unsent()
    assert outbox.store.drop_delivery(row["delivery_id"])
    channel = Taking()
    deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng, open_one=lambda name: channel)
    assert channel.got == []
    assert outbox.store.retry_delivery(row["delivery_id"])
    deliver(outbox.store, outbox.settings, clock=outbox.clock, rng=outbox.rng, open_one=lambda name: channel)

    assert len(channel.got) == 1
    assert not outbox.store.drop_delivery(row["delivery_id"])
