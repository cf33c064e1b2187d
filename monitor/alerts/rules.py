"""From one matched report to its alerts: who is told of which claim, what is held back, and each time why.

One report raises at most one alert for each recipient: on its most telling claim. Its further claims are written down
as held "with" that alert, so that the next report of the story does not announce them as new.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.conditions import fires_but_for_publishers, rule_fires, toned_down
from monitor.alerts.muting import muted_by
from monitor.alerts.novelty import LOUDNESS, what_is_new
from monitor.model import (
    Alert,
    AlertState,
    Decision,
    Match,
    MatchedReport,
    Mute,
    Recipient,
    Relation,
    Rule,
    StoryTold,
)
from monitor.model_digest import relation_words

_TELLING = (Relation.CONTRADICTS, Relation.UPDATES, Relation.SUPPORTS, Relation.RELATED)
_HEADLINE_LIMIT = 200  # characters; longer ones are cut by mail programs anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One match with the rules that fire for it and whom they name."""

    match: Match
    rules: tuple[Rule, ...]
    recipients: tuple[str, ...]
    news: str | None  # what is new in it, None: nothing
    kept_back: str | None  # why nobody is told although a rule is met: muted, or too few publishers

    @property
    def rule(self) -> Rule:
        """The loudest rule that fires; of equals the first."""
        return _loudest(self.rules)

    @property
    def rank(self) -> tuple[int, int, float]:
        """Orders candidates, the most telling first."""
        loudness = -LOUDNESS.index(self.rule.severity)
        return (loudness, _TELLING.index(self.match.relation), -self.match.score)


def decide_alerts(
    matched: MatchedReport,
    rules: Sequence[Rule],
    recipients: Sequence[Recipient],
    *,
    told: StoryTold,
    told_to: Mapping[str, StoryTold] | None = None,
    first_sight: str,
    now: datetime,
    mutes: Sequence[Mute] = (),
    more_publishers: int = 0,
) -> list[Alert]:
    """The alerts of one report, told ones first; `told` is what its story already announced to anybody.

    `told_to` says it for single recipients, for what one has heard may be news to another.
    `first_sight` ("digest", "alert" or "ignore") says what becomes of a report that was in its feed at the first poll.
    When each is told is another question: `monitor.alerts.timing`.
    """
    if matched.scored.decision is not Decision.MATCHED or (matched.first_sight and first_sight == "ignore"):
        return []
    candidates = find_candidates(
        matched,
        rules,
        recipients,
        told=told,
        told_to=told_to or {},
        now=now,
        mutes=mutes,
        more_publishers=more_publishers,
    )
    if not candidates:
        return []
    if matched.first_sight and first_sight == "digest":
        why = "it was already in its feed at the first poll, so it is left to the digest"
        return [_hold(matched, one, why) for one in candidates if one.news]
    return _tell(matched, candidates)


def find_candidates(
    matched: MatchedReport,
    rules: Sequence[Rule],
    recipients: Sequence[Recipient],
    *,
    told: StoryTold,
    told_to: Mapping[str, StoryTold] | None = None,
    now: datetime,
    mutes: Sequence[Mute] = (),
    more_publishers: int = 0,
) -> list[Candidate]:
    """The matches for which a rule fires, most telling first, with whom they concern and what is new in them.

    A match is there once for each group of recipients whom the same rules name and to whom the same is new.
    """
    found = []
    for match in matched.scored.matches:
        fired, kept_back = _fired(matched, match, rules, mutes, now)
        if not fired:
            continue
        alike: dict[tuple[tuple[Rule, ...], str | None], list[str]] = defaultdict(list)
        for name in _names(fired, recipients):
            own = tuple(rule for rule in fired if not rule.recipients or name in rule.recipients)
            alike[own, _news(matched, match, own, (told_to or {}).get(name, told), more_publishers)].append(name)
        if not alike:
            alike[fired, _news(matched, match, fired, told, more_publishers)] = []
        found += [
            Candidate(match=match, rules=own, recipients=tuple(names), news=news, kept_back=kept_back)
            for (own, news), names in alike.items()
        ]
    return sorted(found, key=lambda candidate: candidate.rank)


def _news(
    matched: MatchedReport, match: Match, fired: tuple[Rule, ...], told: StoryTold, more_publishers: int
) -> str | None:
    """What is new in the match for somebody who was told that."""
    loudest = _loudest(fired)
    news = what_is_new(
        match, told, severity=loudest.severity, publishers=matched.publishers, more_publishers=more_publishers
    )
    if not told.claims and news and loudest.min_publishers > 1:
        return f"{news}, now carried by {matched.publishers} publishers"
    return news


def _fired(
    matched: MatchedReport, match: Match, rules: Sequence[Rule], mutes: Sequence[Mute], now: datetime
) -> tuple[tuple[Rule, ...], str | None]:
    """The rules that fire and may be told; else those that would, with what keeps them back."""
    fired = tuple(toned_down(rule, match) for rule in rules if rule_fires(rule, matched, match))
    quieted = {rule.name: muted_by(rule, matched, match.claim, mutes, now) for rule in fired}
    awake = tuple(rule for rule in fired if quieted[rule.name] is None)
    if fired:
        return awake or fired, None if awake else quieted[_loudest(fired).name]
    waiting = tuple(toned_down(rule, match) for rule in rules if fires_but_for_publishers(rule, matched, match))
    if not waiting:
        return (), None
    # Without the number so far, which differs from report to report: the digest groups by reason.
    needed = min(rule.min_publishers for rule in waiting)
    return waiting, f"rule “{_loudest(waiting).name}” waits until {needed} publishers carry the story"


def _tell(matched: MatchedReport, candidates: list[Candidate]) -> list[Alert]:
    """One pending alert for each recipient's most telling claim; the other candidates held, each with its reason."""
    news = [one for one in candidates if one.news and not one.kept_back and one.recipients]
    leaders: dict[str, str] = {}  # recipient -> the claim that they are told of, in the order of telling
    told_now, held = [], []
    for candidate in candidates:
        unsettled = tuple(name for name in candidate.recipients if name not in leaders)
        if candidate in news and unsettled:
            reason = f"{candidate.news}; {explain(candidate.match)}; rule “{candidate.rule.name}”"
            told_now.append(_alert(matched, candidate, AlertState.PENDING, reason, unsettled))
            leaders.update(dict.fromkeys(unsettled, candidate.match.claim))
    for candidate in candidates:
        if not any(told.claim == candidate.match.claim and _is_among(told, candidate) for told in told_now):
            leader = next((leaders[name] for name in candidate.recipients if name in leaders), None)
            held.append(_held_reason(matched, candidate, leader))
    return told_now + held


def _is_among(told: Alert, candidate: Candidate) -> bool:
    return not set(told.recipients).isdisjoint(candidate.recipients)


def _held_reason(matched: MatchedReport, candidate: Candidate, leader: str | None) -> Alert:
    if not candidate.news:
        return _hold(matched, candidate, "this story was already told, and this report adds nothing new to it")
    if candidate.kept_back:
        return _hold(matched, candidate, candidate.kept_back)
    if leader is not None:  # the mail on the leader names this claim too: nothing was kept from anybody
        return _alert(matched, candidate, AlertState.HELD, f"told together with the alert on {leader}", ())
    return _hold(matched, candidate, "no recipient takes alerts, so it stays in the database")


def _hold(matched: MatchedReport, candidate: Candidate, why: str) -> Alert:
    return _alert(matched, candidate, AlertState.HELD, why, candidate.recipients)


def _alert(
    matched: MatchedReport, candidate: Candidate, state: AlertState, reason: str, recipients: tuple[str, ...]
) -> Alert:
    return Alert(
        baseline_id=matched.baseline_id,
        story_id=matched.story_id,
        report_id=matched.report_id,
        claim=candidate.match.claim,
        rule=candidate.rule.name,
        severity=candidate.rule.severity,
        state=state,
        reason=reason,
        headline=headline(matched, candidate.match),
        recipients=recipients,
        publishers=matched.publishers,
    )


def explain(match: Match) -> str:
    """Why the match is one, in a phrase: score against threshold, then the relation with its reason."""
    verb = relation_words(match.relation, match.confidence)
    phrase = f"score {match.score:.2f} (threshold {match.threshold:.2f}); it {verb} {match.claim}"
    return f"{phrase}: {match.note}" if match.note else phrase


def headline(matched: MatchedReport, match: Match) -> str:
    """One line for people: how the report stands to the claim, the figures if they differ, and the report's title."""
    verb = relation_words(match.relation, match.confidence)
    figures = next((f" ({pair.claim} → {pair.report})" for pair in match.figures if not pair.agrees), "")
    said = " ".join((matched.report.title or match.passage).split())
    line = f"{verb[0].upper()}{verb[1:]} {match.claim}{figures}: {said}"
    return line if len(line) <= _HEADLINE_LIMIT else line[: _HEADLINE_LIMIT - 1].rstrip() + "…"


def _loudest(rules: Sequence[Rule]) -> Rule:
    return max(rules, key=lambda rule: LOUDNESS.index(rule.severity))


def _names(rules: Sequence[Rule], recipients: Sequence[Recipient]) -> tuple[str, ...]:
    """Whom the rules name, each once, in the order of the configuration; only those who take alerts."""
    everybody = any(not rule.recipients for rule in rules)
    named = {name for rule in rules for name in rule.recipients}
    return tuple(one.name for one in recipients if one.alerts and (everybody or one.name in named))
