"""The stage `deliver`: hand what is due to its channel. A row is claimed, sent, then marked."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from monitor.config.settings import Settings
from monitor.deliver.channels import Channel, open_channel
from monitor.deliver.faults import ChannelDown
from monitor.deliver.retry import next_attempt
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Delivery
from monitor.pipeline.hooks import Clock, Failpoint, Progress, Stopping, never, no_failpoint, no_progress
from monitor.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRun:
    """What a run of delivering gave."""

    sent: int = 0
    failed: int = 0  # to be tried again
    given_up: int = 0
    errors: tuple[str, ...] = ()  # each once


def deliver(
    store: Store,
    settings: Settings,
    *,
    clock: Clock,
    rng: Random,
    open_one: Callable[[str], Channel] | None = None,
    progress: Progress = no_progress,
    stopping: Stopping = never,
    failpoint: Failpoint = no_failpoint,
) -> DeliverRun:
    """Send everything that is due, oldest first; a channel that is out of order waits for the next run."""
    channels: dict[str, Channel] = {}
    down: set[str] = set()
    sent, failed, given_up, errors = 0, 0, 0, dict[str, None]()
    while not stopping():
        claimed = store.claim_deliveries(clock(), without=down)
        if not claimed:
            break
        delivery = claimed[0]
        failpoint("deliver: claimed")
        try:
            if delivery.channel not in channels:
                opened = open_one or (lambda name: open_channel(name, settings, clock=clock))
                channels[delivery.channel] = opened(delivery.channel)
            channels[delivery.channel].send(delivery)
        except (DeliveryError, ConfigError) as error:
            if isinstance(error, ConfigError | ChannelDown):
                down.add(delivery.channel)
            parked = _put_back(store, delivery, error, clock, rng)
            failed, given_up = failed + (not parked), given_up + parked
            errors[str(error)] = None
        else:
            failpoint("deliver: accepted")
            store.mark_sent(delivery.id, clock())
            failpoint("deliver: marked")
            sent += 1
        progress(sent + failed + given_up, 0)
    return DeliverRun(sent=sent, failed=failed, given_up=given_up, errors=tuple(errors))


def _put_back(store: Store, delivery: Delivery, error: DeliveryError | ConfigError, clock: Clock, rng: Random) -> bool:
    """Plan the next try; True if there is none and the delivery is parked."""
    permanent = isinstance(error, DeliveryError) and error.permanent
    retry_at = None if permanent else next_attempt(delivery.attempts, clock(), rng)
    store.mark_failed(delivery.id, clock(), str(error), retry_at)
    return retry_at is None
