"""From a composed digest or an alert's view to a message: text and HTML, small enough to be shown whole."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from monitor.digest import words
from monitor.digest.clean import host_of, one_line, sound, web_address
from monitor.digest.marking import mark_words, word_of
from monitor.digest.payload import alert_payload, digest_payload, notice_payload
from monitor.digest.subjects import count
from monitor.errors import ComposeError
from monitor.model import FigurePair, Match, Message, Severity
from monitor.model_digest import AlertView, Digest, DigestBaseline, DigestClaim, Notice

# Some mail programs cut a message off at 102 kB of HTML; what does not fit below this is counted instead.
MAX_HTML_BYTES = 95_000
# At most so many changes and claims of a baseline and stories of a claim, tried in this order until the mail fits.
_SHRINK_STEPS = (
    (60, 30, 4), (50, 30, 3), (40, 30, 2), (30, 20, 2), (30, 30, 1), (25, 18, 1), (20, 12, 1), (15, 6, 1), (10, 3, 1),
    (5, 2, 1), (2, 1, 1), (1, 0, 0),
)  # fmt: skip
_TEXT_WIDTH = 72
_TERMS_SHOWN = 6
_CHART_HEIGHT = 44  # pixels
_PASSAGE_LIMIT = 500
_ALERTS_SHOWN = 12  # of a message that tells several: each takes up to 5 kB
_HEADLINES_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a mail says about itself."""

    how_to_change: str = (
        "You are a recipient in the monitor's configuration. To change what is told, edit [[rules]] and [[recipients]] "
        "there; to see why something was or was not told: monitor alerts list, monitor matches."
    )
    list_unsubscribe: str | None = None  # an https address or mailto:, if there is one


def render_digest(digest: Digest, *, message_id: str, options: RenderOptions = RenderOptions()) -> Message:
    """The digest as a message; what would make it too large for a mail program is counted instead of shown."""
    whole, html = digest, _digest_html(digest, options)
    for changes, claims, stories in _SHRINK_STEPS:
        if len(html.encode("utf-8", "replace")) <= MAX_HTML_BYTES:
            break
        digest = shrink(whole, changes=changes, claims=claims, stories=stories)
        html = _digest_html(digest, options)
    return Message(
        message_id=message_id,
        subject=one_line(digest.subject, 200),
        text=_tidy(_render("digest.txt.j2", options, **_digest_values(digest))),
        html=html,
        headers=_headers(options),
        payload=digest_payload(digest),
    )


def render_alert(
    view: AlertView, *, message_id: str, now: datetime, options: RenderOptions = RenderOptions()
) -> Message:
    """One alert as a message; a follow-up of a story replies to the story's first alert. `now` gives the zone."""
    values = {"view": view, "now": now, "terms": _term_bars(view.match), "subject": _alert_subject(view)}
    follows = view.first_message_id if view.first_message_id != message_id else None
    return Message(
        message_id=message_id,
        subject=_alert_subject(view),
        text=_tidy(_render("alert.txt.j2", options, **values)),
        html=_render("alert.html.j2", options, **values),
        in_reply_to=follows,
        headers=_urgency([view]) + _headers(options),
        payload=alert_payload([view]),
    )


def render_alerts(
    views: Sequence[AlertView], *, message_id: str, now: datetime, options: RenderOptions = RenderOptions()
) -> Message:
    """Several alerts that waited for each other as one message, the first ones in full. `now` gives the zone."""
    shown, unshown = views[:_ALERTS_SHOWN], views[_ALERTS_SHOWN : _ALERTS_SHOWN + _HEADLINES_SHOWN]
    subject = one_line(f"{count(len(views), 'alert')}: {views[0].alert.headline}", 180)
    values = {
        "views": shown,
        "unshown": unshown,
        "left_out": len(views) - len(shown),
        "title": count(len(views), "alert"),
        "now": now,
        "subject": subject,
    }
    return Message(
        message_id=message_id,
        subject=subject,
        text=_tidy(_render("alerts.txt.j2", options, **values)),
        html=_render("alerts.html.j2", options, **values),
        headers=_urgency(views) + _headers(options),
        payload=alert_payload(views),
    )


def render_notice(notice: Notice, *, message_id: str, options: RenderOptions = RenderOptions()) -> Message:
    """What is told without a report, as a short message of text alone."""
    told = f"{notice.reason[:1].upper()}{notice.reason[1:]}."
    parts = [one_line(notice.headline, 300), told, f"Watched for: {notice.baseline_title}. {options.how_to_change}"]
    return Message(
        message_id=message_id,
        subject=one_line(notice.headline, 180),
        text="\n\n".join(_wrap(part) for part in parts) + "\n",
        headers=_headers(options),
        payload=notice_payload(notice),
    )


def _urgency(views: Sequence[AlertView]) -> tuple[tuple[str, str], ...]:
    return (("Importance", "high"),) if any(view.alert.severity is Severity.HIGH for view in views) else ()


def shrink(digest: Digest, *, changes: int, claims: int, stories: int) -> Digest:
    """The digest with at most so many changes and claims a baseline and stories a claim; the rest becomes a count."""
    return replace(digest, baselines=tuple(_shrink_baseline(one, changes, claims, stories) for one in digest.baselines))


def _shrink_baseline(baseline: DigestBaseline, changes: int, claims: int, stories: int) -> DigestBaseline:
    return replace(
        baseline,
        changes=baseline.changes[:changes],
        changes_left_out=baseline.changes_left_out + max(0, len(baseline.changes) - changes),
        claims=tuple(_shrink_claim(claim, stories) for claim in baseline.claims[:claims]),
        claims_left_out=baseline.claims_left_out + max(0, len(baseline.claims) - claims),
    )


def _shrink_claim(claim: DigestClaim, stories: int) -> DigestClaim:
    cut = max(0, len(claim.stories) - stories)
    return replace(claim, stories=claim.stories[:stories], stories_left_out=claim.stories_left_out + cut)


def _digest_html(digest: Digest, options: RenderOptions) -> str:
    return _render("digest.html.j2", options, **_digest_values(digest))


def _digest_values(digest: Digest) -> dict[str, Any]:
    return {
        "digest": digest,
        "title": digest.subject if digest.is_empty or not digest.reports else count(digest.reports, "report"),
        "summary": words.summary(digest),
        "left_out": words.left_out(digest),
        "bars": _bars(digest),
        "chart_note": words.chart_note(digest),
    }


def _bars(digest: Digest) -> list[dict[str, Any]]:
    """The chart's columns: the day, how many reports matched, and the height in pixels."""
    tallest = max((day.matched for day in digest.days), default=0) or 1
    return [
        {
            "height": max(2, round(day.matched / tallest * _CHART_HEIGHT)) if day.matched else 0,
            "number": day.matched,
            "day": words.short_day(day.day),
        }
        for day in digest.days
    ]


def _term_bars(match: Match) -> list[dict[str, Any]]:
    """The largest terms of the score, with the width of their bars and their share in per cent."""
    total = sum(max(share, 0.0) for _, share in match.terms) or 1.0
    ranked = sorted(match.terms, key=lambda item: (-item[1], item[0]))[:_TERMS_SHOWN]
    largest = max((share for _, share in ranked), default=1.0) or 1.0
    return [
        {
            "name": one_line(words.term_name(word_of(term, match.passage)), 60),
            "width": max(1, round(share / largest * 100)),
            "percent": round(share / total * 100),
        }
        for term, share in ranked
        if share > 0
    ]


def _alert_subject(view: AlertView) -> str:
    return one_line(view.alert.headline, 180)


def _headers(options: RenderOptions) -> tuple[tuple[str, str], ...]:
    return (("List-Unsubscribe", f"<{options.list_unsubscribe}>"),) if options.list_unsubscribe else ()


def _render(template: str, options: RenderOptions, **values: Any) -> str:
    try:
        return _environment().get_template(template).render(options=options, **values)
    # What text of a feed could bring about in a template. One bad title must not stop everybody's alerts.
    except (TemplateError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as exc:
        raise ComposeError(f"cannot be put into words: {type(exc).__name__}: {exc}") from exc


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        finalize=sound,  # nothing a template forgets to clean gets through
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        capitalize_first=lambda text: text[:1].upper() + text[1:],
        count=count,
        day=words.day_words,
        differing=_differing,
        host=host_of,
        line=one_line,
        nearness=words.nearness,
        shortlist=lambda names: ", ".join(names[:5]) + (" and others" if len(names) > 5 else ""),
        spans=lambda match: mark_words(one_line(match.passage, _PASSAGE_LIMIT), match),
        stars=_stars,
        tally=words.tally,
        trouble=words.trouble,
        verb=words.verb,
        was=words.was,
        web=web_address,
        when=words.when_words,
        wrap=_wrap,
        zone=words.zone_name,
    )
    return environment


def _differing(pairs: tuple[FigurePair, ...]) -> tuple[FigurePair, ...]:
    return tuple(pair for pair in pairs if not pair.agrees)


def _stars(match: Match) -> str:
    spans = mark_words(one_line(match.passage, _PASSAGE_LIMIT), match)
    return "".join(f"*{span.text}*" if span.marked else span.text for span in spans)


def _wrap(text: str, indent: int = 0) -> str:
    """The text in lines of 72 characters; addresses are never broken."""
    pad = " " * indent
    return textwrap.fill(
        one_line(text, 4000),
        width=_TEXT_WIDTH,
        initial_indent=pad,
        subsequent_indent=pad,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _tidy(text: str) -> str:
    """Without blanks at line ends and without more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept) + "\n"
