"""What a person wants to hear nothing of for a while: rules muted in the configuration, mutes by command."""

from collections.abc import Sequence
from datetime import datetime

from monitor.model import MatchedReport, Mute, Rule

MUTE = "mute"  # to the digest
SNOOZE = "snooze"  # delivered afterwards


def muted_by(rule: Rule, matched: MatchedReport, claim: str, mutes: Sequence[Mute], now: datetime) -> str | None:
    """Why an alert of this rule is left to the digest; None if it is not."""
    if rule.muted_until is not None and now < rule.muted_until:
        return f"rule “{rule.name}” is muted until {stamp(rule.muted_until)}"
    for mute in mutes:
        if (
            mute.kind == MUTE
            and now < mute.until
            and _agrees(mute, rule.name, matched.baseline_id, claim, matched.story_id)
        ):
            return f"{subject_of(mute)} is muted until {stamp(mute.until)}{_note(mute)}"
    return None


def snoozed_until(rule: str, baseline_id: str, claim: str, story_id: int, mutes: Sequence[Mute]) -> Mute | None:
    """The snooze that holds such an alert longest."""
    held = [one for one in mutes if one.kind == SNOOZE and _agrees(one, rule, baseline_id, claim, story_id)]
    return max(held, key=lambda one: one.until, default=None)


def subject_of(mute: Mute) -> str:
    """What is muted, for people: `claim C4 of dam`, `story 12`, `everything`."""
    parts = [
        f"rule {mute.rule}" if mute.rule else "",
        f"claim {mute.claim}" if mute.claim else "",
        f"story {mute.story_id}" if mute.story_id is not None else "",
        f"baseline {mute.baseline_id}" if mute.baseline_id else "",
    ]
    return ", ".join(part for part in parts if part) or "everything"


def stamp(moment: datetime) -> str:
    """A moment in a reason."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _agrees(mute: Mute, rule: str, baseline_id: str, claim: str, story_id: int) -> bool:
    return (
        mute.rule in (None, rule)
        and mute.baseline_id in (None, baseline_id)
        and mute.claim in (None, claim)
        and mute.story_id in (None, story_id)
    )


def _note(mute: Mute) -> str:
    return f" ({mute.note})" if mute.note else ""
