"""The stages one after the other: what becomes of alerts and digests, over real files and channels that fail."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from pipeline_stages import World, world
from pipeline_world import (
    BASELINE,
    EVACUATED,
    LEVEL,
    make_settings,
)

import monitor.pipeline.digesting as digesting
from monitor.errors import ComposeError, DeliveryError
from monitor.model import Delivery, Message
from monitor.model_digest import Digest
from monitor.pipeline import (
    DeliverRun,
    digest,
    preview_digest,
    remove_old,
)

__all__ = ["world"]


class Refusing:
    """A channel that refuses as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tried = 0

    def send(self, delivery: Delivery) -> None:
        self.tried += 1
        raise self.error


def _two_people(world: World) -> None:
    """Two recipients of files, each with a message that waits."""
    world.settings = make_settings(
        world.folder,
        recipient_tables=[{"name": n, "channel": "file", "address": str(world.folder / n)} for n in ("Ada", "Bo")],
    )
    world.later(river=[EVACUATED])
    world.match()


def test_refused_message_is_tried_again_later(world: World) -> None:
    """A temporary refusal waits for its time; then the message goes out, with the same Message-ID."""
    world.later(river=[EVACUATED])
    world.match()
    refused = world.deliver(open_one=lambda name: Refusing(DeliveryError("try later")))
    at_once = world.deliver()
    world.clock.forward(minutes=5)
    later = world.deliver()

    assert (refused.failed, refused.errors) == (1, ("try later",))
    assert at_once == DeliverRun()
    assert later.sent == 1
    assert world.store.deliveries()[0]["attempts"] == 2


def test_final_refusal_is_parked_and_shown(world: World) -> None:
    """A message refused for good is not tried again; its alert says that it failed."""
    world.later(river=[EVACUATED])
    world.match()
    run = world.deliver(open_one=lambda name: Refusing(DeliveryError("no such mailbox", permanent=True)))
    world.clock.forward(days=1)

    assert run.given_up == 1
    assert world.deliver() == DeliverRun()
    assert world.store.alerts()[0]["state"] == "failed"
    assert world.store.deliveries()[0]["last_error"] == "no such mailbox"


def test_channel_that_is_down_is_asked_once_a_run(world: World) -> None:
    """With the server gone, one message finds out and the others wait untried; nothing is lost."""
    world.settings = make_settings(
        world.folder, recipient_tables=({"name": "Bo", "channel": "smtp", "address": "bo@x.example"},)
    )
    world.later(river=[EVACUATED], hill=[LEVEL])
    world.match()
    waiting = world.count("deliveries WHERE state = 'waiting'")
    run = world.deliver()  # no [smtp] in these settings

    assert run.failed == 1
    assert "smtp" in run.errors[0]
    assert world.count("deliveries WHERE state = 'waiting'") == waiting


def test_fault_of_a_message_stops_no_other(world: World) -> None:
    """What a channel fails at in a way nobody foresaw is told whole, and its message waits; the others go out."""
    _two_people(world)

    class Faulty:
        def send(self, delivery: Delivery) -> None:
            if delivery.recipient == "Ada":
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.deliver(open_one=lambda name: Faulty())
    assert world.deliver(open_one=lambda name: Faulty()).sent == 1

    [row] = world.store.deliveries(state="waiting")
    assert (row["recipient"], row["perhaps_twice"]) == ("Ada", 0)
    assert "ZeroDivisionError" in row["last_error"]
    world.clock.forward(minutes=2)
    assert world.deliver().sent == 1


def test_message_that_a_program_dies_of_waits_and_is_parked(world: World) -> None:
    """With the third death it waits ten minutes, so that others go out; with the tenth it is given up and shown."""
    _two_people(world)
    deadly, sent = world.store.deliveries()[-1]["delivery_id"], 0

    class Deadly:
        def send(self, delivery: Delivery) -> None:
            if delivery.id == deadly:
                raise KeyboardInterrupt  # nothing is put back, as after a kill

    for _ in range(10):
        try:
            sent += world.deliver(open_one=lambda name: Deadly()).sent
        except KeyboardInterrupt:
            world.clock.forward(seconds=1)
        else:
            world.clock.forward(minutes=10)
    assert sent == 1
    for _ in range(20):
        with suppress(KeyboardInterrupt):
            world.deliver(open_one=lambda name: Deadly())
        world.clock.forward(minutes=10)

    row = world.store.delivery(deadly)
    assert row is not None
    assert (row["state"], row["perhaps_twice"]) == ("failed", 1)
    assert row["last_error"] == "the program ended 10 times while it handed this over"


def test_digest_that_cannot_be_put_into_words_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recipient's digest is parked with the reason, the other's goes out; the next one tells what was parked."""
    _two_people(world)
    render = digesting.render_digest

    def fail_for_ada(composed: Digest, **options: Any) -> Message:
        if composed.recipient.name == "Ada":
            raise ComposeError("cannot be put into words: a bad title")
        return render(composed, **options)

    with monkeypatch.context() as patched:
        patched.setattr(digesting, "render_digest", fail_for_ada)
        run = digest(world.store, world.settings, [BASELINE.id], clock=world.clock, local_date=date(2026, 1, 6))
    assert (run.made, run.failed) == (("Bo",), ("Ada",))
    [row] = world.store.deliveries(state="failed")
    assert (row["recipient"], row["last_error"]) == ("Ada", "cannot be put into words: a bad title")

    assert world.digest(date(2026, 1, 7)) == ("Ada",)
    assert world.store.digest_material(world.settings.recipients[0], [BASELINE.id]).matches == ()


def test_folder_that_cannot_be_written_keeps_nobody_else_waiting(world: World) -> None:
    """Each recipient's folder is an address of its own."""
    (world.folder / "Ada").write_text("a file where a folder should be")
    _two_people(world)
    run = world.deliver()

    assert (run.sent, run.failed) == (1, 1)
    assert len(list((world.folder / "Bo").glob("*.eml"))) == 1


def test_digest_tells_each_thing_once(world: World) -> None:
    """The second digest holds only what came after the first; with nothing new there is none."""
    world.later(river=[EVACUATED])
    world.match()
    first = world.digest(date(2026, 1, 6))
    second = world.digest(date(2026, 1, 7))
    world.later(hill=[LEVEL])
    world.match()
    composed, _ = preview_digest(
        world.store, world.settings, [BASELINE.id], world.settings.recipients[0], clock=world.clock
    )

    assert first == ("Ada",)
    assert second == ()
    assert {member.claim for member in composed.members} == {"C1"}


def test_digest_of_a_date_is_made_once(world: World) -> None:
    """Two runs for the same local date give one digest, also when there was nothing to tell at first."""
    world.digest(date(2026, 1, 6))
    world.later(river=[EVACUATED])
    world.match()
    world.digest(date(2026, 1, 7))
    again = digest(world.store, world.settings, [BASELINE.id], clock=world.clock, local_date=date(2026, 1, 7))

    assert again.made == ()
    assert world.store.last_digest("Ada") == date(2026, 1, 7)
    assert world.count("deliveries WHERE kind = 'digest'") == 1


def test_digest_that_was_given_up_is_told_again(world: World) -> None:
    """What nobody received counts as not told."""
    world.later(river=[EVACUATED])
    world.match()
    world.digest(date(2026, 1, 6))
    world.deliver(open_one=lambda name: Refusing(DeliveryError("no", permanent=True)))

    assert world.digest(date(2026, 1, 7)) == ("Ada",)


def test_preview_keeps_nothing(world: World) -> None:
    """Looking at the next digest changes nothing in the database."""
    world.later(river=[EVACUATED])
    world.match()
    _, message = preview_digest(
        world.store, world.settings, [BASELINE.id], world.settings.recipients[0], clock=world.clock
    )

    assert EVACUATED[1] in " ".join(message.text.replace("*", "").split())
    assert world.count("digests") == 0


def test_mails_show_the_readers_time(world: World) -> None:
    """Times in an alert are in the configured zone."""
    world.settings = make_settings(world.folder, digest={"timezone": "Asia/Baghdad"})
    world.later(river=[EVACUATED])
    world.match()

    [row] = world.store.query("SELECT text FROM deliveries")
    assert "11:00" in row["text"]  # 08:00 UTC


def test_contents_of_old_messages_are_removed(world: World) -> None:
    """Half a year after a mail was sent its text is gone, and that it was sent is still known; what waits is whole."""
    _two_people(world)
    bo, ada = (row["delivery_id"] for row in world.store.deliveries())
    world.deliver(stopping=lambda: world.count("deliveries WHERE state = 'sent'") == 1)
    world.clock.forward(days=179)
    remove_old(world.store, world.settings, clock=world.clock)
    assert world.store.delivery(ada)["text"]  # type: ignore[index]
    world.clock.forward(days=2)
    remove_old(world.store, world.settings, clock=world.clock)

    sent, waiting = world.store.delivery(ada), world.store.delivery(bo)
    assert sent is not None
    assert waiting is not None
    assert (sent["state"], sent["text"]) == ("sent", "")
    assert sent["subject"]
    assert waiting["state"] == "waiting"
    assert EVACUATED[1] in " ".join(waiting["text"].split())
    assert world.deliver().sent == 1
