"""A baseline as the text of a profile: TOML that reads back to the same baseline, with hints for its editor."""

import json
from collections.abc import Iterable
from datetime import date

from monitor.baseline.checkworthy import NOT_MEASURED
from monitor.model import Baseline, Claim, Entity
from monitor.text.dates import find_dates
from monitor.text.figures import find_figures

_WIDTH = 120
_RULE = "# ---- {} "
_HOW_TO = """\
# Edit freely: drop claims that nobody would report on, split sentences that hold several facts, correct names.
# Two to four `phrases` a claim (other ways in which reports put it) are worth more than anything else here."""
_PUBLISHED_HINT = "# published = 2026-01-31  # the article's date, without quotes: what is later can overtake a claim"
_PHRASES_HINT = "  # 2 to 4 other ways in which reports put it, without negations"


def write_profile(baseline: Baseline, article_path: str | None = None) -> str:
    """The whole file: metadata, claims, entities."""
    blocks = [_HOW_TO, _head(baseline, article_path)]
    if baseline.claims:
        blocks += [_section("Claims"), *(_claim(claim) for claim in baseline.claims)]
    if baseline.entities:
        blocks += [_section("Entities"), *(_entity(entity) for entity in baseline.entities)]
    return "\n\n".join(blocks) + "\n"


def _section(name: str) -> str:
    return _RULE.format(name).ljust(_WIDTH, "-")


def _head(baseline: Baseline, article_path: str | None) -> str:
    fields: list[tuple[str, str | date | None]] = [
        ("id", baseline.id),
        ("title", baseline.title),
        ("author", baseline.author),
        ("publisher", baseline.publisher),
        ("published", baseline.published),
        ("url", baseline.url),
        ("language", baseline.language),
        ("article", article_path),
    ]
    lines = ["[baseline]"]
    for key, value in fields:
        if isinstance(value, date):
            lines.append(f"{key} = {value.isoformat()}")
        elif value is not None:
            lines.append(f"{key} = {quote(value)}")
        elif key == "published":
            lines.append(_PUBLISHED_HINT)
    return "\n".join(lines)


def _claim(claim: Claim) -> str:
    lines = ["[[claims]]", f"id = {quote(claim.id)}", f"text = {quote(claim.text)}"]
    if claim.threshold is not None:
        lines.append(f"threshold = {claim.threshold!r}")
    if claim.phrases:
        lines.append(_list("phrases", claim.phrases, one_a_line=True))
    else:
        lines.append("phrases = []" + _PHRASES_HINT)
    if not claim.phrases and (numbers := _numbers(claim.text)):
        # A draft is checked against the article: what to check stands on top.
        lines.insert(0, f"# {numbers}")
    return "\n".join(lines)


def _numbers(text: str) -> str:
    """The figures and dates of a claim on one line, as written."""
    measured = (figure for figure in find_figures(text) if figure.kind not in NOT_MEASURED)
    raws = list(dict.fromkeys(" ".join(figure.raw.split()) for figure in measured))
    figures = [raw for raw in raws if not any(raw != other and raw in other for other in raws)]
    dates = dict.fromkeys(" ".join(mention.raw.split()) for mention in find_dates(text))
    told = [f"{name}: {'; '.join(found)}" for name, found in (("figures", figures), ("dates", dates)) if found]
    return " / ".join(told)


def _entity(entity: Entity) -> str:
    lines = ["[[entities]]", f"name = {quote(entity.name)}", f"type = {quote(entity.type)}"]
    if entity.aliases:
        lines.append(_list("aliases", entity.aliases))
    if entity.excluded:
        lines.append(_list("not", entity.excluded))
    return "\n".join(lines)


def quote(value: str) -> str:
    """The text as a TOML basic string; JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(key: str, values: Iterable[str], *, one_a_line: bool = False) -> str:
    quoted = [quote(value) for value in values]
    line = f"{key} = [{', '.join(quoted)}]"
    if len(line) <= _WIDTH and not one_a_line:
        return line
    lines, width = [f"{key} = ["], 0
    for item in quoted:
        if one_a_line or not width or width + len(item) + 2 > _WIDTH:
            lines.append(f"    {item},")
            width = len(lines[-1])
        else:
            lines[-1] += f" {item},"
            width += len(item) + 2
    return "\n".join([*lines, "]"])
