"""`monitor backtest`: what a threshold, phrase or rule would have alerted, on stored reports; touches nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import (
    BaselineFilter,
    ConfigOption,
    Format,
    FormatOption,
    VerboseOption,
    baselines_from,
    settings_from,
    store_from,
    utc_now,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import Baseline, Rule
    from monitor.pipeline.judging import Matcher
    from monitor.pipeline.replaying import Changed
    from monitor.store import MarkedReport, StoredReport

_SINCE_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class FirstSight(StrEnum):
    """What becomes of reports that were in their feed at its first poll."""

    ALERT = "alert"
    DIGEST = "digest"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The change to try."""

    threshold: float | None
    claims: dict[str, float]
    phrases: tuple[tuple[str, str], ...]
    without_marks: bool

    @property
    def is_of_score(self) -> bool:
        """Whether it changes scores or thresholds, not only rules."""
        return self.threshold is not None or bool(self.claims or self.phrases or self.without_marks)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("backtest", rich_help_panel="Look after")(backtest)


def backtest(
    threshold: Annotated[
        float | None, typer.Option("--threshold", min=0, max=1, help="For all claims without one of their own.")
    ] = None,
    claim: Annotated[
        list[str] | None, typer.Option("--claim", metavar="C=0.6", help="A claim's own threshold; may be repeated.")
    ] = None,
    phrase: Annotated[
        list[str] | None, typer.Option("--phrase", metavar='C="..."', help="A further phrase; may be repeated.")
    ] = None,
    rule: Annotated[
        Path | None, typer.Option("--rule", metavar="FILE", help="[[rules]] in place of the configured ones.")
    ] = None,
    without_marks: Annotated[bool, typer.Option("--without-marks", help="As if nobody had marked anything.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="30d", help="Only reports since: 12h, 30d, 4w or a date.")
    ] = None,
    first_sight: Annotated[
        FirstSight, typer.Option("--first-sight", help="For what feeds already held at their first poll.")
    ] = FirstSight.ALERT,
    baseline: BaselineFilter = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show what a change would have alerted on stored reports, beside what is alerted now; nothing is stored or sent.

    Examples:

        monitor backtest --claim C13=0.6 --since 30d

        monitor backtest --phrase C13="militias fire rockets at the base" --format csv
    """
    settings = settings_from(config)
    wish = Wish(
        threshold=threshold,
        claims={name: _threshold(value) for name, value in map(_pair, claim or ())},
        phrases=tuple(map(_pair, phrase or ())),
        without_marks=without_marks,
    )
    profiles = [one for one in baselines_from(settings) if baseline in (None, one.id)]
    _check_claims(profiles, [*wish.claims, *(name for name, _ in wish.phrases)], baseline)
    rules = _rules(rule, settings) if rule else settings.rules  # before any work is done
    start = _start(since)
    with store_from(settings) as store:
        reports = list(store.judged_since(start))
        marked = {profile.id: store.marked(profile.id) for profile in profiles}
    results = {
        profile.id: _compare(profile, reports, marked[profile.id], settings, rules, wish, first_sight)
        for profile in profiles
    }
    _print(results, len(reports), form)


def _compare(
    profile: "Baseline",
    reports: "Sequence[StoredReport]",
    marked: "Sequence[MarkedReport]",
    settings: "Settings",
    rules: "Sequence[Rule]",
    wish: Wish,
    first_sight: FirstSight,
) -> "list[Changed]":
    from monitor.pipeline.judging import fit_matcher
    from monitor.pipeline.replaying import compare, replay, score_stored, with_stories

    scored = score_stored(fit_matcher(profile, marked), reports)
    changed = score_stored(_changed_matcher(profile, marked, wish), reports) if wish.is_of_score else scored
    reports = with_stories(reports, changed)
    sides = [
        replay(
            reports,
            verdicts,
            profile.id,
            own_rules,
            settings.recipients,
            first_sight=first_sight.value,
            more_publishers=settings.alerts.more_publishers,
        )
        for verdicts, own_rules in ((scored, settings.rules), (changed, rules))
    ]
    return compare(*sides)


def _changed_matcher(profile: "Baseline", marked: "Sequence[MarkedReport]", wish: Wish) -> "Matcher":
    from monitor.pipeline.judging import fit_matcher

    claims = tuple(
        replace(
            one,
            threshold=wish.claims.get(one.id, wish.threshold if one.threshold is None else one.threshold),
            phrases=one.phrases + tuple(text for name, text in wish.phrases if name == one.id),
        )
        for one in profile.claims
    )
    return fit_matcher(replace(profile, claims=claims), () if wish.without_marks else marked)


# ---- reading what is wished ----------------------------------------------------------------------------------------


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise ConfigError(f"{text!r}: write CLAIM=VALUE, such as C13=0.6")
    return name.strip(), value.strip()


def _threshold(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ConfigError(f"{text}: not a threshold, give a number from 0 to 1")
    return value


def _check_claims(profiles: "Sequence[Baseline]", names: Sequence[str], baseline: str | None) -> None:
    if not profiles:
        raise ConfigError(f"no baseline {baseline} is configured, see `monitor baseline show`")
    known = {claim.id for profile in profiles for claim in profile.claims}
    for name in names:
        if name not in known:
            raise ConfigError(
                f"no claim {name} in {', '.join(profile.id for profile in profiles)}, see `monitor claims`"
            )


def _start(since: str | None) -> datetime:
    if since is None:
        return datetime(1, 1, 1, tzinfo=UTC)
    try:
        if since[-1:] in _SINCE_UNITS:
            return utc_now() - timedelta(**{_SINCE_UNITS[since[-1]]: float(since[:-1])})
        return datetime.fromisoformat(since).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ConfigError(f"--since {since}: write 12h, 30d, 4w or a date such as 2026-01-31") from None


def _rules(path: Path, settings: "Settings") -> "tuple[Rule, ...]":
    from monitor.config.rules import load_rules

    return load_rules(path, [one.name for one in settings.recipients])


# ---- printing ------------------------------------------------------------------------------------------------------


def _print(results: "dict[str, list[Changed]]", reports: int, form: Format) -> None:
    from monitor.cli.output import print_rows

    rows = [_row(baseline_id, one) for baseline_id, found in results.items() for one in found]
    if form is not Format.TABLE:
        print_rows(rows, form)
        return
    from monitor.cli.tables import bold, console, dim, print_table

    out = console()
    for baseline_id in results:
        own = [row for row in rows if row["baseline_id"] == baseline_id]
        counts = Counter(row["change"] for row in own)
        now, then = counts["unchanged"] + counts["lost"], counts["unchanged"] + counts["new"]
        out.print(bold(f"{baseline_id}: {reports} stored reports, {now} alerts now, {then} with the change"))
        out.print(dim(f"{counts['new']} new, {counts['lost']} lost, {counts['unchanged']} unchanged"))
        if own:
            print_table(_days(own), ["day", "now", "then", "new", "lost"])
        differing = [row for row in own if row["change"] != "unchanged"]
        if differing:
            print_table(differing, ["change", "claim", "relation", "score_now", "score_then", "report_id", "title"])


def _row(baseline_id: str, one: "Changed") -> dict[str, Any]:
    alert = one.alert
    return {
        "change": one.change,
        "baseline_id": baseline_id,
        "day": alert.day,
        "claim": alert.claim,
        "relation": alert.relation,
        "score_now": None if one.now is None else round(one.now.score, 6),
        "score_then": None if one.then is None else round(one.then.score, 6),
        "story_id": alert.story_id,
        "report_id": alert.report_id,
        "title": alert.title,
        "publisher": alert.publisher,
        "rule": alert.rule,
        "reason": alert.reason,
    }


def _days(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    days = sorted({row["day"] for row in rows})
    found = []
    for day in days:
        counts = Counter(row["change"] for row in rows if row["day"] == day)
        found.append(
            {
                "day": day,
                "now": counts["unchanged"] + counts["lost"],
                "then": counts["unchanged"] + counts["new"],
                "new": counts["new"],
                "lost": counts["lost"],
            }
        )
    return found
