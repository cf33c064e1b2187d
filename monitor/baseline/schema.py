"""The shape of a profile: tables as read from TOML become records, or one line says which key is wrong and why."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from monitor.errors import BaselineError
from monitor.model import Baseline, Claim, Entity

ENTITY_TYPES = ("person", "organisation", "place", "event", "other")
_TOP_KEYS = ("baseline", "claims", "entities")
_BASELINE_KEYS = ("id", "title", "author", "publisher", "published", "url", "language", "article")
_CLAIM_KEYS = ("id", "text", "threshold", "phrases")
_ENTITY_KEYS = ("name", "type", "aliases", "not")
# An id stands in commands, addresses and table cells, so it has no spaces or quotes.
_ID = re.compile(r"[^\W_][\w.-]{0,63}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table and the way to it, so that every complaint can name its place."""

    values: Mapping[str, Any]
    source: str
    path: str

    def fail(self, key: str | None, problem: str) -> BaselineError:
        place = ".".join(part for part in (self.path, key) if part)
        return BaselineError(f"{self.source}: {place}: {problem}" if place else f"{self.source}: {problem}")

    def refuse_unknown(self, known: Iterable[str]) -> None:
        for key in self.values:
            if key not in known:
                near = get_close_matches(key, list(known), n=1)
                hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"
                raise self.fail(key, f"unknown key; {hint}")

    def text(self, key: str) -> str | None:
        if key not in self.values:
            return None
        return self.clean(self.values[key], key)

    def need(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise self.fail(key, "missing")
        return value

    def clean(self, value: object, key: str) -> str:
        if not isinstance(value, str):
            raise self.fail(key, f"must be a string in quotes, not {_kind(value)}")
        if _CONTROL.search(value):
            raise self.fail(key, "holds a control character; remove it")
        cleaned = " ".join(value.split())
        if not cleaned:
            raise self.fail(key, "is empty")
        return cleaned

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.fail(key, f'must be a list such as ["…", "…"], not {_kind(values)}')
        return tuple(dict.fromkeys(self.clean(value, f"{key}[{at}]") for at, value in enumerate(values, 1)))

    def id(self) -> str:
        value = self.need("id")
        if not _ID.fullmatch(value):
            raise self.fail("id", f'"{value}" is no id; use letters, digits, ".", "-" and "_"')
        return value

    def tables(self, key: str, known: Iterable[str]) -> "list[_Table]":
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.fail(key, f"must be tables, each under [[{key}]]")
        tables = [_Table(value, self.source, f"{key}[{at}]") for at, value in enumerate(values, 1)]
        for table in tables:
            table.refuse_unknown(known)
        return tables


def _kind(value: Any) -> str:
    names = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
        str: "a string",
    }
    return names.get(type(value), "a date" if isinstance(value, date) else type(value).__name__)


def read_baseline(values: Mapping[str, Any], source: str) -> tuple[Baseline, str | None]:
    """The baseline that a profile's tables hold, and its `article` path as written; BaselineError names the key."""
    root = _Table(values, source, "")
    root.refuse_unknown(_TOP_KEYS)
    head = values.get("baseline")
    if not isinstance(head, dict):
        raise root.fail("baseline", "missing; a profile begins with a [baseline] table that has id and title")
    table = _Table(head, source, "baseline")
    table.refuse_unknown(_BASELINE_KEYS)
    baseline = Baseline(
        id=table.id(),
        title=table.need("title"),
        claims=_claims(root),
        entities=_entities(root),
        author=table.text("author"),
        publisher=table.text("publisher"),
        published=_published(table),
        url=_url(table),
        language=_language(table),
    )
    return baseline, table.text("article")


def _published(table: _Table) -> date | None:
    value = table.values.get("published")
    if isinstance(value, datetime):
        return value.date()
    if value is not None and not isinstance(value, date):
        raise table.fail("published", "must be a date without quotes, such as 2020-04-07")
    return value


def _url(table: _Table) -> str | None:
    value = table.text("url")
    if value is not None and not re.match(r"https?://\S+$", value):
        raise table.fail("url", "not an http(s) address")
    return value


def _language(table: _Table) -> str:
    value = table.text("language") or "en"
    if not _LANGUAGE.fullmatch(value):
        raise table.fail("language", f'"{value}" is no language tag; use "en", "ar", "de" and so on')
    return value


def _claims(root: _Table) -> tuple[Claim, ...]:
    claims: dict[str, Claim] = {}
    for table in root.tables("claims", _CLAIM_KEYS):
        claim = Claim(
            id=table.id(), text=table.need("text"), phrases=table.texts("phrases"), threshold=_threshold(table)
        )
        if claim.id in claims:
            raise table.fail("id", f'"{claim.id}" is used twice; each claim needs its own')
        claims[claim.id] = claim
    return tuple(claims.values())


def _threshold(table: _Table) -> float | None:
    value = table.values.get("threshold")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise table.fail("threshold", f"must be a number from 0 to 1, not {_kind(value)}")
    if not 0 <= value <= 1:  # also refuses nan
        raise table.fail("threshold", f"must be a number from 0 to 1, not {value}")
    return float(value)


def _entities(root: _Table) -> tuple[Entity, ...]:
    entities: dict[str, Entity] = {}
    for table in root.tables("entities", _ENTITY_KEYS):
        name = table.need("name")
        kind = table.text("type") or "other"
        if kind not in ENTITY_TYPES:
            near = get_close_matches(kind, ENTITY_TYPES, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"use one of {', '.join(ENTITY_TYPES)}"
            raise table.fail("type", f'unknown type "{kind}"; {hint}')
        if name.casefold() in entities:
            raise table.fail("name", f'"{name}" is used twice; put the aliases of both into one table')
        entities[name.casefold()] = Entity(
            name=name, type=kind, aliases=table.texts("aliases"), excluded=table.texts("not")
        )
    return tuple(entities.values())
