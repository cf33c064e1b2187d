"""The map of rooms: which part of the package may import which, and where each foreign library lives."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "monitor"

# room -> rooms it may import besides itself; "*" means all. To change an arrow, change it here in the same commit.
BASE = {"model", "model_digest", "model_pages", "errors"}
ROOMS: dict[str, set[str]] = {
    "__init__": {"matching", "baseline", "model"},
    "__main__": {"cli"},
    "model": set(),
    "model_digest": {"model"},
    "model_pages": set(),
    "errors": set(),
    "text": set(),
    "config": set(),
    "baseline": {"text"},
    "feeds": {"text", "config"},
    "matching": {"text", "baseline"},
    "store": set(),
    "alerts": set(),
    "digest": set(),
    "deliver": {"config"},
    "pipeline": {"feeds", "matching", "store", "alerts", "digest", "deliver", "config", "baseline"},
    "demo": {"*"},
    "archive": {"matching", "baseline", "store"},
    "web": {"store"},
    "daemon": {"pipeline", "store", "config"},
    "cli": {"*"},
}

# foreign library -> the rooms that are its only home
HOMES: dict[str, set[str]] = {
    "pydantic": {"config"},
    "httpx": {"feeds"},
    "httpcore": {"feeds"},
    "feedparser": {"feeds"},
    "trafilatura": {"feeds"},
    "lxml": {"feeds"},
    "sklearn": {"matching"},
    "sqlite_utils": {"store"},
    "sqlite3": {"store"},
    "jinja2": {"digest"},
    "smtplib": {"deliver"},
    "apprise": {"deliver"},
    "apscheduler": {"daemon"},
    "typer": {"cli"},
    "rich": {"cli"},
}


def _room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.add(node.module or "")
            if node.module == "monitor":
                found |= {f"monitor.{alias.name}" for alias in node.names}
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_only_what_its_room_may(path: Path) -> None:
    """A module imports its own room, the records, the errors and what the map allows; nothing else of the package."""
    room = _room(path)
    assert room in ROOMS, f"{room} is not on the map"
    allowed = ROOMS[room] | BASE | {room}
    used = {name.split(".")[1] for name in _imports(path) if name.startswith("monitor.")}

    assert "*" in allowed or used <= allowed, f"{path}: {sorted(used - allowed)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_foreign_libraries_stay_at_home(path: Path) -> None:
    """Each foreign library is imported in its one home only, so that it can be changed in one place."""
    room = _room(path)
    strangers = {name.split(".")[0] for name in _imports(path)} & HOMES.keys()

    assert all(room in HOMES[library] for library in strangers), f"{path}: {sorted(strangers)}"


def test_map_has_no_cycle() -> None:
    """The rooms can be put in an order in which each only needs those before it."""
    left = {room: {r for r in needs if r != "*"} - {room} for room, needs in ROOMS.items()}
    while left:
        ready = {room for room, needs in left.items() if not needs & left.keys()}
        assert ready, f"cycle among {sorted(left)}"
        left = {room: needs for room, needs in left.items() if room not in ready}
