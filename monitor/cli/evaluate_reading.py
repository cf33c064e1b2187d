"""Labelled reports from JSON lines: the reports as `monitor match` reads them, beside what readers said of each."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.reading import InputError, read_reports
from monitor.model import Relation, Report

if TYPE_CHECKING:
    from monitor.matching.evaluation import Labelled

_KINDS = ("positive", "hard_negative", "easy_negative")
_RELATIONS = tuple(relation.value for relation in Relation)


def read_labelled(path: Path, claims: Sequence[str]) -> "tuple[list[Labelled], list[Report]]":
    """The labels and the reports, in the same order; InputError names the first line that is wrong."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}, name a file of labelled reports as JSON lines") from exc
    _, reports = read_reports(lines, str(path))
    known = frozenset(claims)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    labelled = [_labels(json.loads(line.decode("utf-8-sig")), f"{path}:{number}", known) for number, line in numbered]
    _check_ids(labelled, str(path))
    return labelled, reports


def _labels(item: dict[str, Any], where: str, claims: frozenset[str]) -> "Labelled":
    from monitor.matching.evaluation import Labelled

    given = item.get("labels") or []
    if not isinstance(given, list) or not all(isinstance(label, dict) for label in given):
        raise InputError(f'{where}: "labels" is not a list of objects with "claim" and "relation"')
    labels = {}
    for label in given:
        claim, relation = label.get("claim"), label.get("relation")
        if claim not in claims:
            raise InputError(f"{where}: the baseline has no claim {claim!r}, label its own claims")
        if relation not in _RELATIONS:
            raise InputError(f"{where}: {relation!r} is no relation, use one of {', '.join(_RELATIONS)}")
        labels[claim] = relation
    kind = item.get("kind") or ("positive" if labels else "easy_negative")
    if kind not in _KINDS:
        raise InputError(f"{where}: {kind!r} is no kind, use one of {', '.join(_KINDS)}")
    return Labelled(
        id=str(item["id"]),
        kind=kind,
        labels=labels,
        story=_text(item, "story", where),
        copy_of=_text(item, "copy_of", where),
    )


def _text(item: dict[str, Any], key: str, where: str) -> str | None:
    value = item.get(key)
    if not isinstance(value, str | int | None):
        raise InputError(f'{where}: "{key}" is not a text')
    return None if value is None or value == "" else str(value)


def _check_ids(labelled: "Sequence[Labelled]", name: str) -> None:
    seen: set[str] = set()
    for one in labelled:
        if one.id in seen:
            raise InputError(f"{name}: the id {one.id!r} stands twice, give each report its own")
        seen.add(one.id)
