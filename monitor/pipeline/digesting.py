"""The stage `digest`: tell each recipient what no digest has told them yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from monitor.config.settings import Settings
from monitor.digest.clean import one_line
from monitor.digest.compose import compose_digest
from monitor.digest.identity import stable_message_id
from monitor.digest.render import render_digest
from monitor.digest.rhythm import is_sign_of_life_due
from monitor.errors import ComposeError
from monitor.model import Message, Recipient
from monitor.model_digest import Digest, DigestMaterial
from monitor.pipeline.hooks import Clock, Failpoint, no_failpoint
from monitor.pipeline.telling import options_of
from monitor.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRun:
    """What a run of digests gave: the recipients' names."""

    made: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()  # nothing to tell, so nothing was sent
    already: tuple[str, ...] = ()  # had the digest of that date
    failed: tuple[str, ...] = ()  # parked, since it cannot be put into words; the next one tells all of it


def digest(
    store: Store,
    settings: Settings,
    baseline_ids: Sequence[str],
    *,
    clock: Clock,
    local_date: date | None = None,
    recipients: Sequence[Recipient] | None = None,
    failpoint: Failpoint = no_failpoint,
) -> DigestRun:
    """Put a digest for each recipient into the outbox; `local_date` is the date it is due for, None: sent by hand."""
    made: list[str] = []
    empty: list[str] = []
    already: list[str] = []
    failed: list[str] = []
    chosen = recipients if recipients is not None else [one for one in settings.recipients if one.digest]
    for recipient in chosen:
        material, composed, message_id = _compose(store, baseline_ids, recipient, clock, local_date)
        if composed.is_empty and not _tells_nothing(store, settings, recipient, local_date):
            if local_date is not None:
                store.skip_digest(recipient, local_date, clock())
            empty.append(recipient.name)
            continue
        fault = None
        try:
            message = render_digest(composed, message_id=message_id, options=options_of(settings))
        except ComposeError as error:  # must keep nobody else from theirs
            fault = str(error)
            message = Message(message_id=message_id, subject=one_line(composed.subject, 200), text="")
        failpoint("digest: composed")
        digest_id = store.record_digest(
            recipient,
            message,
            composed.members,
            local_date,
            material.until,
            alert_ids=composed.alert_ids,
            changes=material.changes,
            fault=fault,
        )
        failpoint("digest: recorded")
        (already if digest_id is None else failed if fault else made).append(recipient.name)
    return DigestRun(made=tuple(made), empty=tuple(empty), already=tuple(already), failed=tuple(failed))


def _tells_nothing(store: Store, settings: Settings, recipient: Recipient, local_date: date | None) -> bool:
    """Whether a digest without news is sent all the same."""
    when = settings.digest.when_empty
    if when == "monthly":
        return local_date is not None and is_sign_of_life_due(store.last_told_day(recipient.name), local_date)
    return when == "send"


def preview_digest(
    store: Store, settings: Settings, baseline_ids: Sequence[str], recipient: Recipient, *, clock: Clock
) -> tuple[Digest, Message]:
    """The digest that the recipient would get now. Nothing is kept."""
    _, composed, message_id = _compose(store, baseline_ids, recipient, clock, None)
    return composed, render_digest(composed, message_id=message_id, options=options_of(settings))


def _compose(
    store: Store, baseline_ids: Sequence[str], recipient: Recipient, clock: Clock, local_date: date | None
) -> tuple[DigestMaterial, Digest, str]:
    """The material, what is made of it, and the Message-ID."""
    material = store.digest_material(recipient, baseline_ids)
    composed = compose_digest(material, material.until, ZoneInfo(recipient.timezone))
    # The moment makes it unique; it is kept with the message, so a repeat of the delivery has the same.
    told = ("digest", recipient.name, recipient.address, local_date, material.until.isoformat(), *baseline_ids)
    return material, composed, stable_message_id(*told)
