"""Alerts and the outbox: claimed, sent, marked; what was told stays told."""

import os
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import BASELINE, START, Clock, Judge, Poll, make_match, make_report

from monitor.model import Alert, AlertState, Delivery, Message, Recipient, Relation, Severity, StoryTold
from monitor.store import Store, StoryFacts
from monitor.store.outbox_turn import lock_path, outbox_turn

ADA = Recipient(name="Ada", channel="smtp", address="ada@desk.example")
BO = Recipient(name="Bo", channel="file", address="mail")

ALERT = Alert(
    baseline_id=BASELINE.id,
    story_id=1,
    report_id=1,
    claim="C1",
    rule="default",
    severity=Severity.NORMAL,
    state=AlertState.PENDING,
    reason="a new story",
    headline="Supports C1: water",
    recipients=("Ada",),
)


def make_message(number: int) -> Message:
    """A message with its own identity."""
    return Message(
        message_id=f"<{number}@monitor.invalid>",
        subject=f"Alert {number}",
        text="Water.",
        html="<p>Water.</p>",
        headers=(("Importance", "high"),),
    )


@pytest.fixture
def alert_id(store: Store, poll: Poll, judge: Judge) -> int:
    """An alert with one message for Ada and one for Bo."""
    poll(make_report("1"), known=True)
    judge(make_match())
    with store.matching_transaction() as tx:
        added = tx.add_alert(ALERT, make_match())
        tx.add_delivery(added, ADA, make_message(1))
        tx.add_delivery(added, BO, make_message(2))
    return added


def _claim(store: Store, clock: Clock) -> Delivery:
    [found] = store.claim_deliveries(clock())
    return found


def test_delivery_comes_back_as_it_went_in(store: Store, alert_id: int, clock: Clock) -> None:
    """The message, its identity, headers and address survive the outbox."""
    found = _claim(store, clock)

    assert (found.recipient, found.channel, found.address) == (ADA.name, ADA.channel, ADA.address)
    assert found.message == make_message(1)
    assert found.attempts == 1


def test_claimed_delivery_is_nobody_elses(store: Store, alert_id: int, clock: Clock) -> None:
    """Two programs never send the same row at the same time."""
    claimed = [_claim(store, clock).id, _claim(store, clock).id]

    assert len(set(claimed)) == 2
    assert store.claim_deliveries(clock()) == []


def test_claim_of_a_program_that_died_is_released_and_counted(store: Store, alert_id: int, clock: Clock) -> None:
    """A row left in sending is taken up again at its old place, and says that it may go out twice."""
    first = _claim(store, clock)
    with outbox_turn(store.path, wait_s=0, stopping=lambda: False) as is_ours:
        assert is_ours
        assert store.release_deliveries() == 1
        again = _claim(store, clock)

    assert (again.id, again.message.message_id, again.attempts) == (first.id, first.message.message_id, 2)
    assert store.query("SELECT perhaps_twice FROM v_deliveries WHERE delivery_id = 1") == [{"perhaps_twice": 1}]


def test_one_program_at_a_time_empties_the_outbox(store: Store) -> None:
    """Who asks meanwhile waits, gives up after the time it was told or at once when it is to stop."""
    began = time.monotonic()
    with outbox_turn(store.path, wait_s=0, stopping=lambda: False):
        with outbox_turn(store.path, wait_s=0.1, stopping=lambda: False) as is_ours:
            assert not is_ours
        with outbox_turn(store.path, wait_s=60, stopping=lambda: True) as is_ours:
            assert not is_ours
    with outbox_turn(store.path, wait_s=0, stopping=lambda: False) as is_ours:
        assert is_ours
    assert 0.1 <= time.monotonic() - began < 10


def test_alert_is_sent_once_all_its_deliveries_ended(store: Store, alert_id: int, clock: Clock) -> None:
    """One recipient's refusal neither holds up nor repeats the other's message."""
    first, second = _claim(store, clock), _claim(store, clock)
    store.mark_sent(first.id, clock())
    assert store.alerts()[0]["state"] == "pending"
    store.mark_failed(second.id, clock(), "no such folder", None)

    assert store.alerts()[0]["state"] == "sent"
    assert [row["state"] for row in store.deliveries()] == ["failed", "sent"]


def test_failed_delivery_waits_for_its_time(store: Store, alert_id: int, clock: Clock) -> None:
    """A temporary failure is tried again when it is due, not before; the error is shown."""
    first, second = _claim(store, clock), _claim(store, clock)
    store.mark_sent(second.id, clock())
    store.mark_failed(first.id, clock(), "try later", clock() + timedelta(minutes=1))

    assert store.claim_deliveries(clock()) == []
    clock.forward(minutes=1)
    assert _claim(store, clock).attempts == 2
    assert store.deliveries(state="sending")[0]["last_error"] == "try later"


def test_parked_delivery_can_be_taken_back(store: Store, alert_id: int, clock: Clock) -> None:
    """A person may have a message that was given up tried again; its alert follows."""
    first, second = _claim(store, clock), _claim(store, clock)
    for one in (first, second):
        store.mark_failed(one.id, clock(), "no", None)
    assert store.alerts()[0]["state"] == "failed"
    assert store.retry_delivery(first.id)
    store.mark_sent(_claim(store, clock).id, clock())

    assert store.alerts()[0]["state"] == "sent"
    assert not store.retry_delivery(first.id)


def test_channels_can_be_left_out(store: Store, alert_id: int, clock: Clock) -> None:
    """While one channel is out of order, the others' messages are found."""
    [found] = store.claim_deliveries(clock(), without={"smtp"})

    assert found.recipient == BO.name


def test_told_is_what_people_were_told(store: Store, alert_id: int) -> None:
    """Alerts sent or waiting count as told, those held back from people do not, those told along with another do."""
    held = replace(ALERT, claim="C2", state=AlertState.HELD, reason="first sight", recipients=("Ada",))
    along = replace(ALERT, claim="C3", state=AlertState.HELD, reason="told together with C1", recipients=())
    with store.matching_transaction() as tx:
        tx.add_alert(held, make_match("C2"))
        tx.add_alert(along, make_match("C3", Relation.UPDATES))

        told = tx.told(BASELINE.id, 1)
        assert told.claims == {("C1", "supports"), ("C3", "updates")}
        assert told.figures == {("C1", "35 million"), ("C3", "35 million")}
        assert (told.severity, told.publishers) == (Severity.NORMAL, 1)
        assert tx.told("another", 1) == StoryTold()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_lock_of_the_outbox_belongs_to_whom_the_database_belongs(store: Store) -> None:
    """When root delivers once by hand, the daemon of another user can still take its turn."""
    os.chown(store.path, 65534, 65534)

    with outbox_turn(store.path, wait_s=0, stopping=lambda: False) as is_ours:
        assert is_ours
    assert lock_path(store.path).stat().st_uid == 65534


def test_story_facts_count_publishers_and_find_the_thread(store: Store, alert_id: int) -> None:
    """A follow-up knows how widely the story was carried, and replies to the first mail to the same reader."""
    with store.matching_transaction() as tx:
        assert tx.story_facts(1, "Ada") == StoryFacts(
            reports=1,
            publishers=("River Post",),
            carriers=((1, "River Post", "https://river.example/1"),),
            first_message_id="<1@monitor.invalid>",
        )
        assert tx.story_facts(1, "nobody").first_message_id is None


def test_same_message_is_never_queued_twice(store: Store, alert_id: int) -> None:
    """The Message-ID is unique in the outbox."""
    from sqlite3 import IntegrityError

    with pytest.raises(IntegrityError), store.matching_transaction() as tx:
        tx.add_delivery(alert_id, ADA, make_message(1))


def test_person_acknowledges_and_dismisses(store: Store, alert_id: int, clock: Clock) -> None:
    """What a person has seen leaves the open list; an unknown number is told."""
    assert store.ack_alert(alert_id)
    assert not store.dismiss_alert(99)

    assert store.alerts(open_only=True) == []
    assert store.alerts()[0]["acked_at"] == "2026-01-05T08:00:00Z"
    assert clock() == START
