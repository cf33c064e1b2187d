"""The demonstration's folder: configuration, feeds and baseline, made anew each time."""

import json
import shutil
import sysconfig
from pathlib import Path

from monitor.demo.corpus import Outlet
from monitor.errors import ConfigError

MARK = "# Written by `monitor demo`, which makes this folder anew each time."
_PROFILE = "coalition-withdrawal.toml"
# In a clone the profile lies where the documentation says, else where the installed package put its data.
_PROFILES = (
    Path(__file__).parents[2] / "config" / "baselines" / _PROFILE,
    Path(sysconfig.get_path("data")) / "share" / "monitor" / "baselines" / _PROFILE,
)


def prepare_folder(folder: Path, outlets: tuple[tuple[Outlet, str], ...]) -> Path:
    """Empties the folder of an earlier demonstration and writes the new one's files; gives the configuration's path."""
    config = folder / "monitor.toml"
    _check(folder, config)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        (folder / "baselines").mkdir(parents=True)
        shutil.copyfile(_profile(), folder / "baselines" / _PROFILE)
        (folder / "feeds.toml").write_text(_feeds(outlets), encoding="utf-8")
        config.write_text(_CONFIG, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{folder}: cannot be written ({exc.strerror}), name another with --folder") from exc
    return config


def _check(folder: Path, config: Path) -> None:
    """Nothing is deleted that is not a demonstration's."""
    if not folder.exists():
        return
    empty = folder.is_dir() and not any(folder.iterdir())
    ours = config.is_file() and config.read_bytes().startswith(MARK.encode())
    if not (empty or ours):
        raise ConfigError(f"{folder}: holds files of somebody else, name another folder with --folder")


def _profile() -> Path:
    for path in _PROFILES:
        if path.is_file():
            return path
    raise ConfigError(f"{_PROFILES[0]}: the shipped baseline is missing, install the monitor again")


def _feeds(outlets: tuple[tuple[Outlet, str], ...]) -> str:
    """The feeds file. A JSON text is a TOML text, too."""
    tables = (
        f"[[feeds]]\nurl = {json.dumps(url)}\ntitle = {json.dumps(outlet.name)}\n"
        f"publisher = {json.dumps(outlet.name)}\ntags = [{json.dumps(outlet.format)}]\n"
        for outlet, url in outlets
    )
    return f"{MARK}\n\n" + "\n".join(tables)


_CONFIG = f"""{MARK}
database = "monitor.db"
feeds = "feeds.toml"
baselines = ["baselines/{_PROFILE}"]

[fetch]
allow_private = ["127.0.0.0/8"]   # the feed server is on this machine
per_host_delay_s = 0              # and our own
per_host = 1                      # one feed after the other, so that each demonstration is like the last

[[recipients]]
name = "you"
channel = "file"
address = "outbox"

[[rules]]
name = "against the article"
relations = ["contradicts", "updates"]
severity = "high"

[[rules]]
name = "in support"
relations = ["supports"]
"""
