"""The documentation keeps up with the code: commands, settings, views, links, Makefile targets."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel

from monitor.cli.app import app
from monitor.config import Settings
from monitor.store.views import VIEWS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
FOR_USERS = "\n".join(text for page, text in TEXTS.items() if page.name not in ("decisions.md", "CHANGELOG.md"))


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """(name, command) of each leaf; a group is known by what it holds, since Typer brings its own classes."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
    else:
        for name, member in inner.items():
            yield from _commands(member, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _settings(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """(table, key) of every setting."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = [arg for arg in _types(field.annotation) if isinstance(arg, type) and issubclass(arg, BaseModel)]
        if not inner:
            yield path, key
        for table in inner:
            yield from _settings(table, key)


def _types(annotation: object) -> Iterator[object]:
    yield annotation
    for arg in getattr(annotation, "__args__", ()):
        yield from _types(arg)


def test_the_tests_below_know_every_command() -> None:
    """Each function that was registered as a command is among those that are looked at."""
    registered = [one.callback for one in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        registered += [one.callback for one in group.typer_instance.registered_commands]
    found = {command.callback.__name__ for command in COMMANDS.values()}

    assert len(COMMANDS) == len(registered) > 20
    assert found == {callback.__name__ for callback in registered if callback}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_docs(name: str) -> None:
    """A command that is not in the README or in docs/ does not exist for a user."""
    assert f"monitor {name}" in FOR_USERS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    """`--help` says what a command does, what each of its options means, and gives an example."""
    command = COMMANDS[name]
    silent = [param.name for param in command.params if not getattr(param, "help", None)]

    assert command.help
    assert f"monitor {name}" in command.help
    assert silent == []


@pytest.mark.parametrize(("table", "key"), sorted(set(_settings(Settings))))
def test_every_setting_is_in_the_docs(table: str, key: str) -> None:
    """docs/configuration.md names each key of the configuration, under a heading of its table."""
    page = TEXTS[ROOT / "docs" / "configuration.md"]
    part = page
    if table:
        found = re.search(rf"^#+ .*\[{table}\].*?(?=^#+ .*\[\w|\Z)", page, re.MULTILINE | re.DOTALL)
        assert found, f"docs/configuration.md has no heading with [{table}]"
        part = found[0]

    assert re.search(rf"\b{key}\b", part)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_in_the_docs_with_a_query(view: str) -> None:
    """docs/database.md names each view and shows a query on it."""
    page = TEXTS[ROOT / "docs" / "database.md"]
    queries = re.findall(r"^```sql$(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    assert any(re.search(rf"\bFROM {view}\b|\bJOIN {view}\b", query) for query in queries)


def _links() -> Iterator[tuple[Path, str]]:
    for page, text in TEXTS.items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if not re.match(r"[a-z]+:", target):
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(_links()), ids=lambda value: getattr(value, "name", value))
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    """Links between pages name a file that is there, and a heading that it has."""
    path, _, anchor = target.partition("#")
    other = (page.parent / path).resolve() if path else page

    assert other.exists()
    assert not anchor or anchor in _anchors(other.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_make_target_of_the_docs_exists() -> None:
    """What the pages tell to type for make is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", "\n".join(TEXTS.values()), re.MULTILINE))

    assert named
    assert named <= targets


def test_every_file_of_the_docs_exists() -> None:
    """Files that a page names in backticks by their path are there."""
    named = set(re.findall(r"`((?:monitor|tests|bench|docs|config)/[\w./-]+\.\w+)`", "\n".join(TEXTS.values())))

    assert {name for name in named if not (ROOT / name).exists()} == set()
