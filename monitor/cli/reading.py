"""Reports from JSON lines: strict about form, generous about what may be missing."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from monitor.cli.output import say
from monitor.errors import MonitorError
from monitor.model import Report

_TEXTS = ("title", "summary", "content", "url", "outlet", "language", "published")


class InputError(MonitorError):
    """A line of the input is not a report; the message names the line."""

    exit_code = 2


def read_reports(lines: Iterable[bytes], name: str) -> tuple[list[Any], list[Report]]:
    """The ids as given and the reports, in order; blank lines are passed over."""
    ids: list[Any] = []
    reports = []
    undated = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        item = _parse(line, f"{name}:{number}")
        ids.append(item["id"])
        reports.append(_report(item))
        if reports[-1].published_raw and reports[-1].published is None:
            undated.append(number)
    _tell_undated(undated, name)
    return ids, reports


def _tell_undated(lines: list[int], name: str) -> None:
    """A date decides whether a report can overtake a claim: one that cannot be read is not passed over in silence."""
    if lines:
        others = f" (and {len(lines) - 1} more such lines)" if len(lines) > 1 else ""
        say(
            f'{name}:{lines[0]}{others}: "published" is no date, the report counts as undated; '
            "write it like 2026-01-05 or 2026-01-05T08:00:00Z"
        )


def _parse(line: bytes, where: str) -> dict[str, Any]:
    try:
        item = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{where}: not UTF-8 text, save the file as UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as exc:
        reason = getattr(exc, "msg", "nested too deeply")
        raise InputError(f"{where}: not JSON ({reason}), write one report as one JSON object a line") from None
    if not isinstance(item, dict):
        raise InputError(f"{where}: not a JSON object, write one report as one JSON object a line")
    if not isinstance(item.get("id"), str | int):
        raise InputError(f'{where}: no "id" (a text or a number), add one')
    for key in _TEXTS:
        if not isinstance(item.get(key), str | None):
            raise InputError(f'{where}: "{key}" is not a text, write it in quotes or leave it out')
    return item


def _report(item: dict[str, Any]) -> Report:
    from monitor.feeds.plain import to_plain

    def text(key: str) -> str:
        return to_plain(item.get(key) or "", is_html=False)

    raw = item.get("published") or None
    return Report(
        key=str(item["id"]),
        title=text("title"),
        summary=text("summary"),
        content=text("content"),
        url=item.get("url") or None,
        published=parse_time(raw) if raw else None,
        published_raw=raw,
        outlet=text("outlet") or None,
        language=item.get("language") or None,
    )


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 or mail date in UTC, None where it cannot be read; without a zone it is taken as UTC."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
