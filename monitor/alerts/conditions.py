"""Whether a rule fires for one match of one report: every condition that a rule states must hold."""

from urllib.parse import urlsplit

from monitor.model import Match, MatchedReport, Rule


def rule_fires(rule: Rule, matched: MatchedReport, match: Match) -> bool:
    """Whether every condition of the rule holds; a condition left empty always does."""
    return (
        (not rule.baselines or matched.baseline_id in rule.baselines)
        and (not rule.claims or match.claim in rule.claims)
        and (not rule.relations or match.relation in rule.relations)
        and match.score >= rule.min_score
        and _any_of(rule.entities, match.entities + matched.scored.entities)
        and _any_of(rule.outlets, outlet_names(matched))
        and _any_of(rule.feed_tags, matched.feed_tags)
    )


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
