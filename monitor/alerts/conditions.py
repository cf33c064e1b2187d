"""Whether a rule fires for one match of one report: every condition that a rule states must hold."""

from dataclasses import replace
from urllib.parse import urlsplit

from monitor.model import Match, MatchedReport, Rule, Severity
from monitor.model_digest import SURE_FROM


def rule_fires(rule: Rule, matched: MatchedReport, match: Match) -> bool:
    """Whether every condition of the rule holds; a condition left empty always does."""
    return why_not(rule, matched, match) is None


def fires_but_for_publishers(rule: Rule, matched: MatchedReport, match: Match) -> bool:
    """Whether the rule only waits for the story to be carried more widely."""
    return not is_corroborated(rule, matched) and why_not(replace(rule, min_publishers=1), matched, match) is None


def is_corroborated(rule: Rule, matched: MatchedReport) -> bool:
    """Whether as many publishers carry the story as the rule asks for."""
    return matched.publishers >= rule.min_publishers


def why_not(rule: Rule, matched: MatchedReport, match: Match) -> str | None:
    """The first condition of the rule that does not hold, as a phrase for people; None if the rule fires."""
    checks = (
        (not rule.baselines or matched.baseline_id in rule.baselines, f"not about baseline {matched.baseline_id}"),
        (not rule.claims or match.claim in rule.claims, f"not about {match.claim}"),
        (not rule.relations or match.relation in rule.relations, f"does not tell what {match.relation}"),
        (match.score >= rule.min_score, f"asks for a score of {rule.min_score:.2f}, this is {match.score:.2f}"),
        (
            rule.min_confidence is None or match.confidence >= rule.min_confidence,
            f"asks for a confidence of {rule.min_confidence or 0:.2f} that it {match.relation}, "
            f"this is {match.confidence:.2f}",
        ),
        (
            _any_of(rule.entities, match.entities + matched.scored.entities),
            f"the report holds none of its entities ({', '.join(rule.entities)})",
        ),
        (_any_of(rule.outlets, outlet_names(matched)), f"not one of its outlets ({', '.join(rule.outlets)})"),
        (_any_of(rule.feed_tags, matched.feed_tags), f"no feed with its tags ({', '.join(rule.feed_tags)})"),
        (
            is_corroborated(rule, matched),
            f"waits for {rule.min_publishers} publishers, so far {matched.publishers}",
        ),
    )
    return next((phrase for holds, phrase in checks if not holds), None)


def toned_down(rule: Rule, match: Match) -> Rule:
    """The rule for this match: a relation that is in doubt does not alone make an alert one of high severity.

    A rule that says itself how certain a relation must be is taken at its word.
    """
    doubtful = match.relation in rule.relations and match.confidence < SURE_FROM
    if rule.severity is Severity.HIGH and doubtful and rule.min_confidence is None:
        return replace(rule, severity=Severity.NORMAL)
    return rule


def outlet_names(matched: MatchedReport) -> tuple[str, ...]:
    """What a rule may call the report's publisher: the outlet's name, the host of its page, that host without `www`."""
    host = _host(matched.report.url)
    names = (matched.report.outlet, host, host and host.removeprefix("www."))
    return tuple(name for name in names if name)


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:  # a feed's address may be no address at all; then it has no host to compare
        return None


def _any_of(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    if not wanted:
        return True
    folded = {name.casefold().strip() for name in found}
    return any(name.casefold().strip() in folded for name in wanted)
