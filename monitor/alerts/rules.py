"""From one matched report to its alerts: who is told of which claim, what is held back, and each time why.

One report raises at most one alert for each recipient: on its most telling claim. Its further claims are written down
as held "with" that alert, so that the next report of the story does not announce them as new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.conditions import rule_fires
from monitor.alerts.novelty import Told, ToldFigures, what_is_new
from monitor.model import (
    Alert,
    AlertState,
    Decision,
    Match,
    MatchedReport,
    Recipient,
    Relation,
    Rule,
    Severity,
)
from monitor.model_digest import relation_words

_TELLING = (Relation.CONTRADICTS, Relation.UPDATES, Relation.SUPPORTS, Relation.RELATED)
_LOUDNESS = tuple(Severity)  # lowest first
_HEADLINE_LIMIT = 200  # characters; longer ones are cut by mail programs anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One match with the rules that fire for it and whom they name."""

    match: Match
    rules: tuple[Rule, ...]
    recipients: tuple[str, ...]
    news: str | None  # what is new in it, None: nothing
    muted: bool  # every rule that fires is muted

    @property
    def rule(self) -> Rule:
        """The loudest rule that fires; of equals the first."""
        return max(self.rules, key=lambda rule: _LOUDNESS.index(rule.severity))

    @property
    def rank(self) -> tuple[int, int, float]:
        """Orders candidates, the most telling first."""
        loudness = -_LOUDNESS.index(self.rule.severity)
        return (loudness, _TELLING.index(self.match.relation), -self.match.score)


def decide_alerts(
    matched: MatchedReport,
    rules: Sequence[Rule],
    recipients: Sequence[Recipient],
    *,
    told: Told,
    first_sight: str,
    now: datetime,
    told_figures: ToldFigures | None = None,
) -> list[Alert]:
    """The alerts of one report, told ones first; `told` is what its story already announced.

    `first_sight` ("digest", "alert" or "ignore") says what becomes of a report that was in its feed at the first poll.
    """
    if matched.scored.decision is not Decision.MATCHED or (matched.first_sight and first_sight == "ignore"):
        return []
    candidates = find_candidates(matched, rules, recipients, told=told, now=now, told_figures=told_figures)
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
    told: Told,
    now: datetime,
    told_figures: ToldFigures | None = None,
) -> list[Candidate]:
    """The matches for which a rule fires, most telling first, with whom they concern and what is new in them."""
    found = []
    for match in matched.scored.matches:
        fired = tuple(rule for rule in rules if rule_fires(rule, matched, match))
        if not fired:
            continue
        awake = tuple(rule for rule in fired if not _is_muted(rule, now))
        found.append(
            Candidate(
                match=match,
                rules=awake or fired,
                recipients=_names(awake or fired, recipients),
                news=what_is_new(match, told, told_figures),
                muted=not awake,
            )
        )
    return sorted(found, key=lambda candidate: candidate.rank)


def _tell(matched: MatchedReport, candidates: list[Candidate]) -> list[Alert]:
    """One pending alert for each recipient's most telling claim; the other candidates held, each with its reason."""
    news = [one for one in candidates if one.news and not one.muted and one.recipients]
    chosen: dict[str, list[str]] = {}  # claim -> recipients, in the order of telling
    settled: set[str] = set()
    for candidate in news:
        unsettled = [name for name in candidate.recipients if name not in settled]
        if unsettled:
            chosen[candidate.match.claim] = unsettled
            settled.update(unsettled)
    told_now, held = [], []
    for candidate in candidates:
        claim = candidate.match.claim
        if claim in chosen:
            reason = f"{candidate.news}; {explain(candidate.match)}; rule {candidate.rule.name}"
            told_now.append(_alert(matched, candidate, AlertState.PENDING, reason, tuple(chosen[claim])))
        else:
            held.append(_held_reason(matched, candidate, next(iter(chosen), None)))
    return told_now + held


def _held_reason(matched: MatchedReport, candidate: Candidate, leader: str | None) -> Alert:
    if not candidate.news:
        return _hold(matched, candidate, "this story was already told, and this report adds nothing new to it")
    if candidate.muted:
        until = max(rule.muted_until for rule in candidate.rules if rule.muted_until)
        return _hold(matched, candidate, f"rule {candidate.rule.name} is muted until {until:%Y-%m-%d %H:%M} UTC")
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


def _is_muted(rule: Rule, now: datetime) -> bool:
    return rule.muted_until is not None and now < rule.muted_until


def _names(rules: Sequence[Rule], recipients: Sequence[Recipient]) -> tuple[str, ...]:
    """Whom the rules name, each once, in the order of the configuration; only those who take alerts."""
    everybody = any(not rule.recipients for rule in rules)
    named = {name for rule in rules for name in rule.recipients}
    return tuple(one.name for one in recipients if one.alerts and (everybody or one.name in named))
