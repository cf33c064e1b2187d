"""Ledger, matches, alerts and verdicts on a terminal: a narrow column of what it is, a wide one of what it says."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from monitor.cli.output import clean
from monitor.cli.tables import STYLES, beside, bold, card, cell_text, console, dim, indented
from monitor.model import Baseline, Match, Report, Scored

Row = Mapping[str, Any]


def print_ledger(rows: Sequence[Row]) -> None:
    """Each claim with its standing, what counts for and against it, and the passage that decided."""
    out = console()
    for baseline, group in groupby(rows, key=lambda row: row["baseline_id"]):
        members = list(group)
        out.print(beside(bold(str(baseline)), _totals(members)))
        out.print()
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 1, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for row in members:
            standing = str(row["standing"])
            table.add_row(Text(clean(str(row["claim_id"])), style="bold"), _coloured(standing), _ledger_text(row))
        out.print(table)


def _totals(rows: Sequence[Row]) -> str:
    counts = {word: sum(row["standing"] == word for row in rows) for word in ("supported", "disputed", "overtaken")}
    known = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{_count(len(rows), 'claim')}: {known or 'none reported yet'}"


def _ledger_text(row: Row) -> Text:
    body = Text(clean(row["claim"]))
    counts = [f"{row[word]} {word}" for word in ("contradicts", "updates", "supports", "related") if row.get(word)]
    if counts:
        body.append(f"\n{', '.join(counts)} in {_count(row['stories'], 'story', 'stories')}", style="dim")
        body.append(f", {_count(row['publishers'], 'publisher')}, last {cell_text(row['last_at'])[:10]}", style="dim")
    if row.get("best_passage") and row["standing"] != "unreported":
        body.append(f"\n{_quoted(row['best_passage'])}", style="italic")
        body.append(f" {clean(row['best_publisher'] or '')}", style="dim")
        if row.get("best_note"):
            body.append(f"\n{clean(row['best_note'])}", style="cyan")
    return body


def print_matches(rows: Sequence[Row]) -> None:
    """One card a match."""
    out = console()
    for row in rows:
        label = [f"{row['claim_id']}", str(row["relation"]), f"score {row['score']:.2f}", cell_text(row["at"])[:10]]
        body: list[RenderableType] = [
            beside(bold(row["title"]), row["publisher"]),
            Text(_quoted(row["passage"]), style="italic"),
        ]
        body.append(dim(f"claim: {row['claim']}"))
        if row.get("note"):
            body.append(Text(clean(row["note"]), style="cyan"))
        if row.get("url"):
            body.append(dim(row["url"]))
        out.print(card(label, body))


def print_alerts(rows: Sequence[Row]) -> None:
    """One card an alert."""
    out = console()
    for row in rows:
        seen = "dismissed" if row.get("dismissed_at") else "seen" if row.get("acked_at") else ""
        label = [f"#{row['alert_id']}", str(row["state"]), str(row["severity"]), cell_text(row["created_at"])[:10]]
        body: list[RenderableType] = [bold(row["headline"])]
        if row.get("passage"):
            body.append(Text(_quoted(row["passage"]), style="italic"))
        body.append(dim(f"{row['publisher']}, report {row['report_id']}"))
        body.append(dim(f"claim {row['claim_id']}: {row['claim']}"))
        body.append(Text(clean(row["reason"]), style="cyan"))
        out.print(card([*label, *([seen] if seen else [])], body))


def print_feeds(rows: Sequence[Row]) -> None:
    """Two or three lines a feed: how it fares, what it is, where it is."""
    out = console()
    for row in rows:
        head = beside(bold(row["title"] or row["url"]), ", ".join(row["tags"]))
        facts = f"{_count(row['reports'], 'report')}, {row['matched_reports']} matched"
        if row["last_success_at"]:
            facts += f", last read {cell_text(row['last_success_at'])}"
        body: list[RenderableType] = [head, *_address(row)]
        if row["health"] != "never polled":
            body.append(dim(facts))
        body += _settings(row)
        if row["last_error"]:
            body.append(Text(clean(f"{_failed(row['failures'])}: {row['last_error']}"), style="yellow"))
        out.print(card([row["health"]], body, gap=0))
    unhealthy = sum(row["health"] not in ("ok", "never polled") for row in rows)
    out.print(dim(f"{_count(len(rows), 'feed')}, {unhealthy or 'none'} in trouble"))


def _address(row: Row) -> list[RenderableType]:
    """The address below a title; a feed without title is headed by it already."""
    return [dim(row["url"])] if row["title"] else []


def _settings(row: Row) -> list[RenderableType]:
    """The next poll with its reason, and what is configured for this feed alone."""
    own = [f"by {row['publisher']}"] if row["publisher"] and row["publisher"] != row["title"] else []
    own += [f"every {row['interval_s']:.0f} s"] if row["interval_s"] else []
    own += ["pages are read"] if row["full_text"] else []
    lines: list[RenderableType] = [dim(", ".join(own))] if own else []
    if row.get("next_poll_at"):
        lines.append(dim(f"next poll {cell_text(row['next_poll_at'])}: {row['next_poll_why']}"))
    return lines


def _failed(times: int) -> str:
    return "failed once" if times == 1 else f"failed {times} times in a row"


def print_answers(rows: Sequence[Row]) -> None:
    """What each feed answered."""
    out = console()
    for row in rows:
        ok = row["result"] == "ok"
        body: list[RenderableType] = [bold(row["title"] or row["url"]), *_address(row)]
        if ok:
            newest = f", newest {cell_text(row['newest'])}" if row["newest"] else ""
            body.append(dim(f"{_count(row['reports'], 'report')}{newest}, {row['format']}, {row['seconds']:.1f} s"))
        else:
            body.append(Text(clean(row["result"]), style="yellow"))
        if row["moved_to"]:
            body.append(Text(clean(f"moved for good to {row['moved_to']}"), style="yellow"))
        out.print(card(["ok" if ok else "failed"], body, gap=0))
    failed = sum(row["result"] != "ok" for row in rows)
    out.print(dim(f"{_count(len(rows), 'feed')}, {failed or 'none'} failed"))


def print_checks(rows: Sequence[Row]) -> None:
    """The doctor's table: what was found, and below it what to do."""
    out = console()
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for row in rows:
        finding = Text(clean(row["finding"]))
        if row["what_to_do"]:
            finding.append(f"\n-> {clean(row['what_to_do'])}", style="cyan")
        table.add_row(
            _coloured(row["state"]), Text("" if row["check"] == before else row["check"], style="bold"), finding
        )
        before = row["check"]
    out.print(table)
    counts = [f"{sum(row['state'] == state for row in rows)} {state}" for state in ("error", "warning", "ok")]
    out.print(dim(", ".join(count for count in counts if not count.startswith("0 "))))


def print_verdicts(profile: Baseline, reports: Sequence[Report], scored: Sequence[Scored]) -> None:
    """One card a report: the verdict, and for each match the passage and the words that made the score."""
    claims = {claim.id: claim.text for claim in profile.claims}
    out = console()
    for report, one in zip(reports, scored, strict=True):
        body: list[RenderableType] = [beside(bold(report.title or report.key), report.outlet)]
        shown = ""
        for found in one.matches:
            body += _match_lines(found, claims.get(found.claim, ""), with_passage=found.passage != shown)
            shown = found.passage
        if not one.matches:
            nearest = f", nearest {one.best_claim} at {one.best_claim_score:.2f}" if one.best_claim else ""
            body.append(dim(f"{one.reason}{nearest}"))
        out.print(card([report.key[:13], one.decision.value, f"score {one.score:.2f}"], body))


def _match_lines(found: Match, claim: str, *, with_passage: bool) -> list[RenderableType]:
    head = Text(f"{clean(found.claim)} ", style="bold")
    head.append(found.relation.value, style=STYLES.get(found.relation.value, ""))
    head.append(f" {found.score:.2f}  {clean(claim)}", style="dim")
    lines: list[RenderableType] = [head]
    if with_passage:
        lines.append(indented(Text(_quoted(found.passage), style="italic")))
    for pair in found.figures:
        sign = "agrees with" if pair.agrees else "against"
        lines.append(indented(Text(f"{clean(pair.report)} {sign} {clean(pair.claim)}", style="bold")))
    if found.note:
        lines.append(indented(Text(clean(found.note), style="cyan")))
    words = ", ".join(f"{_word(term)} {share:.2f}" for term, share in found.terms[:6])
    return [*lines, indented(dim(f"words: {words}"))]


def _word(term: str) -> str:
    """A term without the letter that tells its kind."""
    return clean(term.partition(":")[2] if term[1:2] == ":" else term)


def _coloured(word: str) -> Text:
    return Text(word, style=STYLES.get(word, ""))


def _quoted(passage: str) -> str:
    return f"“{clean(passage)}”"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
