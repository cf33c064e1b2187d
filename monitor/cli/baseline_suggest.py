"""`monitor baseline suggest`: words that reports on a claim share and its profile lacks; changes nothing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.options import (
    ConfigOption,
    Format,
    FormatOption,
    VerboseOption,
    baselines_from,
    settings_from,
    store_from,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.model import Baseline
    from monitor.store import Store

_NAMED = 40  # claims that an error message lists


def register(group: typer.Typer) -> None:
    """Adds the command to the group of baselines."""
    group.command("suggest")(suggest)


def suggest(
    baseline: Annotated[
        str | None,
        typer.Argument(metavar="[BASELINE]", help="The id of a configured baseline; else all.", show_default=False),
    ] = None,
    claim: Annotated[
        str | None, typer.Option("--claim", metavar="ID", help="Only this claim, e.g. C13.", show_default=False)
    ] = None,
    least: Annotated[
        int, typer.Option("--least", min=2, max=1000, metavar="N", help="Stories that must use a word.")
    ] = 3,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show words that stored reports on a claim share and its profile lacks, to take phrases from; changes nothing.

    Matches marked as noise are left out, and a story counts once however many outlets carry it.

    Examples:

        monitor baseline suggest

        monitor baseline suggest coalition-withdrawal --claim C13 --least 5
    """
    from monitor.cli.output import print_rows, say

    settings = settings_from(config)
    profiles = _chosen(baselines_from(settings), baseline, claim)
    rows: list[dict[str, Any]] = []
    with store_from(settings) as store:
        for profile in profiles:
            found = _rows(store, profile, least)
            if not found:
                say(f"{profile.id}: the profile has no claims; write [[claims]], or name an article to draw them from")
            elif not any(row["stories"] for row in found):
                say(f"{profile.id}: no match is stored yet; `monitor poll` fetches reports and matches them")
                continue
            rows += [row for row in found if claim in (None, row["claim_id"])]
    if form is not Format.TABLE:
        print_rows(rows, form)
    elif rows:
        from monitor.cli.suggest_view import print_suggested

        print_suggested(rows)
        say(_advice(rows))


def _chosen(profiles: "list[Baseline]", baseline: str | None, claim: str | None) -> "list[Baseline]":
    """The baselines that are asked about; a name that nothing bears is an error that tells what there is."""
    named = [one for one in profiles if baseline in (None, one.id)]
    if not named:
        raise ConfigError(f"no baseline is called {baseline}; configured: {', '.join(one.id for one in profiles)}")
    with_claim = [one for one in named if claim is None or any(own.id == claim for own in one.claims)]
    if not with_claim:
        raise ConfigError(f"--claim: no claim is called {claim}; {'; '.join(map(_claims_of, named))}")
    return with_claim


def _claims_of(profile: "Baseline") -> str:
    ids = [own.id for own in profile.claims]
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"{profile.id} has {', '.join(ids[:_NAMED]) or 'none'}{more}"


def _rows(store: "Store", profile: "Baseline", least: int) -> list[dict[str, Any]]:
    """One row a claim, with its words."""
    from monitor.matching.suggest import Told, suggest_words

    told: dict[str, list[Told]] = {}
    for one in store.claim_passages(profile.id):
        told.setdefault(one.claim, []).append(Told(report_id=one.report_id, text=one.passage))
    texts = {own.id: own.text for own in profile.claims}
    return [
        {
            "baseline_id": profile.id,
            "claim_id": found.claim,
            "claim": texts[found.claim],
            "stories": found.stories,
            "needed": found.needed,
            "words": [
                {
                    "word": one.word,
                    "stories": one.stories,
                    "share": round(one.share, 3),
                    "elsewhere": round(one.elsewhere, 3),
                    "weight": round(one.weight, 3),
                }
                for one in found.words
            ],
            "example": found.example.text if found.example else None,
            "report_id": found.example.report_id if found.example else None,
        }
        for found in suggest_words(profile, told, least=least)
    ]


def _advice(rows: Sequence[Mapping[str, Any]]) -> str:
    named = next((str(row["claim_id"]) for row in rows if row["words"]), None)
    if named is None:
        return "no words to suggest: the profile has what these stories share, or there are too few of them yet"
    return (
        f"to use a word, write a phrase with it under its claim in the profile; "
        f'`monitor backtest --phrase {named}="..."` shows first what that would change'
    )
