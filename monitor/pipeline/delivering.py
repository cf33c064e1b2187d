"""The stage `deliver`: hand what is due to its channel. A row is claimed, sent, then marked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from monitor.config.settings import Settings
from monitor.deliver.channels import Channel, open_channel
from monitor.deliver.faults import AddressClosed, AddressDown, BrokenOff, ChannelDown
from monitor.deliver.retry import most_attempts, next_attempt, planned_s
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Delivery
from monitor.pipeline.hooks import Clock, Failpoint, Progress, Stopping, never, no_failpoint, no_progress
from monitor.pipeline.posting import make_post
from monitor.store import Store
from monitor.store.outbox_turn import outbox_turn

# A message that is refused for now holds up younger ones for so many tries, about a quarter of an hour: they are to
# arrive in order. After that it steps aside, in case the fault is its own.
TRIES_IN_ORDER = 5
TURN_WAIT_S = 30.0  # for another program that delivers from the same database
_OTHERS_TURN = (
    "another program is delivering from this database; what waits goes out with its messages or the next time"
)

OpenOne = Callable[[str], Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRun:
    """What a run of delivering gave."""

    sent: int = 0
    failed: int = 0  # to be tried again
    given_up: int = 0
    errors: tuple[str, ...] = ()  # each once
    # Of what waits after failed tries, whichever run made them: for how long it has been tried, for whom, and why.
    in_vain_s: float = field(default=0.0, compare=False)
    in_vain: str = field(default="", compare=False)


def deliver(
    store: Store,
    settings: Settings,
    *,
    clock: Clock,
    rng: Random,
    open_one: OpenOne | None = None,
    unmarked: set[int] | None = None,
    turn_wait_s: float = TURN_WAIT_S,
    progress: Progress = no_progress,
    stopping: Stopping = never,
    failpoint: Failpoint = no_failpoint,
) -> DeliverRun:
    """Send everything that is due, oldest first; what is out of order holds up only what would fail as well.

    Programs take turns: while another one delivers, this waits, and after `turn_wait_s` leaves the messages to it.
    `unmarked` holds what a channel accepted and the database could not take down, being locked or without room: who
    runs this again hands it in again, so that nothing goes out twice for that.
    """
    opened = open_one or (lambda name: open_channel(name, settings, clock=clock, post=make_post(settings, clock)))
    with outbox_turn(store.path, wait_s=turn_wait_s, stopping=stopping) as is_ours:
        if not is_ours:
            return DeliverRun(errors=() if stopping() else (_OTHERS_TURN,))
        unmarked = set() if unmarked is None else unmarked
        _mark(store, unmarked, clock)
        store.release_deliveries()  # after those that were accepted are marked
        run = _deliver(store, opened, clock, rng, unmarked, progress, stopping, failpoint)
    stuck = store.longest_tried()
    if stuck is None:
        return run
    why = f"no message reaches {stuck['recipient']}: {stuck['last_error']}"
    return replace(run, in_vain_s=planned_s(stuck["attempts"]), in_vain=why)


def _deliver(
    store: Store,
    opened: OpenOne,
    clock: Clock,
    rng: Random,
    unmarked: set[int],
    progress: Progress,
    stopping: Stopping,
    failpoint: Failpoint,
) -> DeliverRun:
    channels: dict[str, Channel] = {}
    sent, failed, given_up, errors = 0, 0, 0, dict[str, None]()
    while not stopping():
        claimed = store.claim_deliveries(clock())
        if not claimed:
            break
        delivery = claimed[0]
        failpoint("deliver: claimed")
        try:
            if delivery.channel not in channels:
                channels[delivery.channel] = opened(delivery.channel)
            channels[delivery.channel].send(delivery)
        except (DeliveryError, ConfigError) as error:
            parked = _put_back(store, delivery, error, clock, rng)
            failed, given_up = failed + (not parked), given_up + parked
            errors[str(error)] = None
        except Exception as error:
            # It may be the message's own fault: it waits like one that was refused, or it would stop all others.
            unforeseen = DeliveryError(f"failed in a way nobody foresaw ({type(error).__name__}); the log says more")
            _put_back(store, delivery, unforeseen, clock, rng)
            raise
        else:
            failpoint("deliver: accepted")
            unmarked.add(delivery.id)
            _mark(store, unmarked, clock)
            failpoint("deliver: marked")
            sent += 1
        progress(sent + failed + given_up, 0)
    return DeliverRun(sent=sent, failed=failed, given_up=given_up, errors=tuple(errors))


def _mark(store: Store, unmarked: set[int], clock: Clock) -> None:
    for delivery_id in sorted(unmarked):
        store.mark_sent(delivery_id, clock())
        unmarked.discard(delivery_id)


def _put_back(store: Store, delivery: Delivery, error: DeliveryError | ConfigError, clock: Clock, rng: Random) -> bool:
    """Plan the next try; True if there is none and the delivery is parked."""
    now = clock()
    permanent = isinstance(error, DeliveryError) and error.permanent
    asked_s = error.retry_after_s if isinstance(error, DeliveryError) else None
    retry_at = None if permanent else next_attempt(delivery.attempts, now, rng, asked_s=asked_s)
    store.mark_failed(
        delivery.id,
        now,
        str(error),
        retry_at,
        holds_up="" if permanent else _held_up(error),
        steps_aside=delivery.attempts >= TRIES_IN_ORDER and _may_be_its_own(error),
        most_attempts=most_attempts(),
    )
    if isinstance(error, AddressClosed):
        store.close_address(delivery.id, str(error), now)
    return retry_at is None


def _held_up(error: DeliveryError | ConfigError) -> str:
    """Who would fail as well, and therefore waits behind it: all are to arrive in order."""
    return "channel" if isinstance(error, ConfigError | ChannelDown) else "address"


def _may_be_its_own(error: DeliveryError | ConfigError) -> bool:
    """Whether the message itself may be at fault, so that others need not fail as well."""
    return isinstance(error, BrokenOff) or not isinstance(error, ConfigError | ChannelDown | AddressDown)
