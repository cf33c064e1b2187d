"""Rules from a file of their own: to try them before they go into the configuration."""

import json
from collections.abc import Collection
from pathlib import Path

from pydantic import Field, ValidationError

from monitor.config.explain import explain
from monitor.config.load import read_toml
from monitor.config.settings import RuleTable, Table
from monitor.errors import ConfigError
from monitor.model import Rule


class _RulesFile(Table):
    """A file of `[[rules]]` tables and nothing else."""

    rules: tuple[RuleTable, ...] = Field(min_length=1)


def load_rules(path: Path, recipients: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a file; ConfigError for a fault, and for a recipient who is not among `recipients`."""
    try:
        found = _RulesFile.model_validate_json(json.dumps(read_toml(path), default=str), strict=True)
    except ValidationError as exc:
        raise ConfigError(f"{path}: {explain(exc)[0]}") from exc
    for rule in found.rules:
        for name in rule.recipients:
            if name not in recipients:
                raise ConfigError(f"{path}: rules: {rule.name}: nobody is called {name!r} in the configuration")
    return tuple(Rule(**dict(table)) for table in found.rules)
