"""Turns pydantic's findings into lines for people: which key, what is wrong, what to do."""

import types
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.checks import suggestion
from monitor.config.settings import Settings

_WANTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "path_type": "a path in quotes",
    "tuple_type": "a list in brackets",
    "model_type": "a table",
    "timezone_aware": "a moment with its zone, such as 2026-12-01T08:00:00Z",
    "datetime_from_date_parsing": "a moment such as 2026-12-01T08:00:00Z",
    "datetime_parsing": "a moment such as 2026-12-01T08:00:00Z",
    "datetime_type": "a moment such as 2026-12-01T08:00:00Z",
    "time_type": 'a time such as "07:00"',
    "time_parsing": 'a time such as "07:00"',
}


class Problem(NamedTuple):
    """One fault of the configuration."""

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


def explain(error: ValidationError) -> list[Problem]:
    """Every problem once, in the order of the file's tables."""
    problems = [_problem(details) for details in error.errors(include_url=False, include_input=False)]
    return list(dict.fromkeys(problems))


def setting_keys(model: type[BaseModel]) -> dict[str, Any]:
    """The keys a table knows, each with the type of its value; what a file may not set is left out."""
    hidden = {"password"}
    return {field.alias or name: field.annotation for name, field in model.model_fields.items() if name not in hidden}


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The table class inside an annotation such as `tuple[RuleTable, ...]` or `SmtpSettings | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, types.UnionType):
        return next((model for part in get_args(annotation) if (model := inner_model(part))), None)
    return None


def _problem(details: ErrorDetails) -> Problem:
    kind, location, context = details["type"], details["loc"], details.get("ctx", {})
    if kind == "extra_forbidden":
        known = _table_at(location[:-1])
        return Problem(_key(location), f"no such setting{suggestion(str(location[-1]), set(known))}")
    if kind == "missing":
        return Problem(_key(location), "missing, add it")
    if kind == "value_error":
        return _own(location, str(context["error"]))
    if kind in ("literal_error", "enum"):
        return Problem(_key(location), f"not a choice, use {context['expected']}")
    if kind in _WANTED:
        return Problem(_key(location), f"wrong kind of value, write {_WANTED[kind]}")
    if kind.startswith(("greater_than", "less_than")):
        bound = next(iter(context.values()))
        words = {"greater_than": "above", "greater_than_equal": "at least", "less_than": "below"}
        return Problem(_key(location), f"out of range, use a number {words.get(kind, 'of at most')} {bound:g}")
    return Problem(_key(location), f"{details['msg'].rstrip('.').lower()}, change it")


def _own(location: tuple[int | str, ...], message: str) -> Problem:
    """A check over a whole table names its key at the start of the message: "interval_s: ..."."""
    first, colon, rest = message.partition(": ")
    if colon and first in _table_at(location):
        return Problem(_key((*location, first)), rest)
    return Problem(_key(location), message)


def _key(location: tuple[int | str, ...]) -> str:
    """`rules[2].claims[1]`: places in lists are counted from 1, as people do."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            key += f".{part}" if key else part
    return key


def _table_at(location: tuple[int | str, ...]) -> dict[str, Any]:
    model: type[BaseModel] | None = Settings
    for part in location:
        if isinstance(part, str) and model is not None:
            model = inner_model(setting_keys(model).get(part))
    return setting_keys(model) if model else {}
