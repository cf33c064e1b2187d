"""From a file and the environment to settings: search order, TOML, secrets, and every fault as one line for people."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from monitor.config.checks import is_secret
from monitor.config.explain import Problem, explain
from monitor.config.settings import RecipientTable, Settings, SmtpSettings
from monitor.errors import ConfigError

ENVIRONMENT_CONFIG = "MONITOR_CONFIG"
ENVIRONMENT_PASSWORD = "MONITOR_SMTP_PASSWORD"


def find_settings(path: Path | None, environ: Mapping[str, str], *, folder: Path | None = None) -> Path:
    """The configuration file: the one named, else MONITOR_CONFIG, else the first of the usual places."""
    if path is not None:
        return path
    if environ.get(ENVIRONMENT_CONFIG):
        return Path(environ[ENVIRONMENT_CONFIG]).expanduser()
    here = folder or Path.cwd()
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~"), ".config")).expanduser()
    places = [here / "config" / "monitor.toml", here / "monitor.toml", home / "monitor" / "monitor.toml"]
    for place in places:
        if place.is_file():
            return place
    raise ConfigError(
        "no configuration: config/monitor.toml, monitor.toml and ~/.config/monitor/monitor.toml do not exist here, "
        "make one with `monitor init FOLDER` or name one with --config FILE"
    )


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings, checked; ConfigError tells the first problem, and how many more there are."""
    found = find_settings(path, environ)
    settings, problems = check_settings(found, environ)
    if settings is None:
        more = f" (and {len(problems) - 1} more, `monitor doctor` lists them)" if len(problems) > 1 else ""
        raise ConfigError(f"{found}: {problems[0]}{more}")
    return settings


def check_settings(path: Path, environ: Mapping[str, str]) -> tuple[Settings | None, list[Problem]]:
    """The settings, or None and every problem found. ConfigError only where the file cannot be read at all."""
    table = read_toml(path)
    problems = _misplaced_secrets(table)
    if problems:
        return None, problems
    try:
        # By way of JSON, since only there pydantic is strict about types and yet takes texts for paths and times.
        settings = Settings.model_validate_json(
            json.dumps(table, default=str), strict=True, context={"folder": path.absolute().parent}
        )
    except ValidationError as exc:
        return None, explain(exc)
    problems = list(_contradictions(settings))
    if problems:
        return None, problems
    settings = _with_folders(settings, path.absolute().parent)
    if settings.smtp:
        settings = settings.model_copy(update={"smtp": _with_password(settings.smtp, path, environ)})
    settings._source = path.absolute()
    settings._secrets = dict(_secrets(settings, path.absolute().parent, environ))
    return settings, []


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; ConfigError where it cannot be read."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file, make one with `monitor init FOLDER`") from None
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read ({exc.strerror}), name another with --config FILE") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path}: not UTF-8 text at byte {exc.start}, save it as UTF-8") from exc
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise ConfigError(f"{path}: not TOML: {str(exc) or 'nested too deeply'}, mend that line") from exc


def _misplaced_secrets(table: dict[str, Any]) -> list[Problem]:
    smtp = table.get("smtp")
    if isinstance(smtp, dict) and "password" in smtp:
        advice = f"put it into the environment as {ENVIRONMENT_PASSWORD} or name a password_file"
        return [Problem("smtp.password", f"a password does not belong in this file, {advice}")]
    return []


def _contradictions(settings: Settings) -> list[Problem]:
    """What is wrong between tables that are each right in themselves."""
    problems = []
    for table, rows in (("recipients", settings.recipients), ("rules", settings.rules)):
        names = [row.name for row in rows]
        for number, name in enumerate(names, 1):
            if name in names[: number - 1]:
                problems.append(Problem(f"{table}[{number}].name", f"{name!r} is used twice, rename one"))
    known = {recipient.name for recipient in settings.recipients}
    for number, recipient in enumerate(settings.recipients, 1):
        if recipient.channel == "smtp" and settings.smtp is None:
            problems.append(Problem(f"recipients[{number}].channel", '"smtp" needs a [smtp] table, add one'))
        problems += _channel_problems(f"recipients[{number}]", settings.recipient_tables[number - 1])
        if recipient.channel == "smtp":
            problems += _address_problem(f"recipients[{number}].address", recipient.address)
    for number, rule in enumerate(settings.rules, 1):
        for name in rule.recipients:
            if name not in known:
                advice = f"add a [[recipients]] table of that name{_or_one_of(known)}"
                problems.append(Problem(f"rules[{number}].recipients", f"nobody is called {name!r}, {advice}"))
    return problems


def _channel_problems(where: str, table: RecipientTable) -> list[Problem]:
    """What channels that reach into the network ask for: addresses that hold no secret, a key to sign with."""
    if table.channel == "apprise" and not is_secret(table.address):
        advice = "write env:NAME_OF_A_VARIABLE or file:PATH, for an Apprise address holds a secret"
        return [Problem(f"{where}.address", f"the address itself does not belong in this file, {advice}")]
    if table.channel == "webhook" and not (
        is_secret(table.address) or re.match(r"https?://[^/@]+(/|$)", table.address)
    ):
        return [Problem(f"{where}.address", "not an http(s) address without a login, nor env:NAME or file:PATH")]
    if table.channel == "webhook" and table.secret is None:
        return [Problem(f"{where}.secret", "missing, a webhook is signed; write env:NAME_OF_A_VARIABLE or file:PATH")]
    if table.channel != "webhook" and table.secret is not None:
        return [Problem(f"{where}.secret", 'only messages of the channel "webhook" are signed, leave it out')]
    return []


def _secrets(settings: Settings, folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, SecretStr]]:
    """What the references in the file stand for. One that is not there is told when it is used: others need it not."""
    references = [settings.health.ping or ""]
    for table in settings.recipient_tables:
        if table.channel in ("apprise", "webhook"):
            references += [table.address, table.secret or ""]
    for reference in references:
        if reference.startswith("env:") and environ.get(reference[4:]):
            yield reference, SecretStr(environ[reference[4:]].strip())
        elif reference.startswith("file:"):
            with suppress(OSError, UnicodeDecodeError):
                text = Path(folder, Path(reference[5:]).expanduser()).read_text(encoding="utf-8")
                yield reference, SecretStr(text.strip())


def _or_one_of(known: set[str]) -> str:
    return f" or use one of: {', '.join(sorted(known))}" if known else ""


def _address_problem(where: str, address: str) -> list[Problem]:
    from monitor.config.checks import check_address

    try:
        check_address(address)
    except ValueError as exc:
        return [Problem(where, str(exc))]
    return []


def _with_folders(settings: Settings, folder: Path) -> Settings:
    """Default paths and the folders of "file" recipients are relative to the configuration, like every path in it."""
    tables = tuple(
        table.model_copy(update={"address": str(Path(folder, Path(table.address).expanduser()).resolve())})
        if table.channel in ("file", "feed")
        else table
        for table in settings.recipient_tables
    )
    # Defaults have not gone through the checks that make a path absolute.
    defaults = {key: folder / getattr(settings, key) for key in ("database", "feeds")}
    return settings.model_copy(update={"recipient_tables": tables, **defaults})


def _with_password(smtp: SmtpSettings, path: Path, environ: Mapping[str, str]) -> SmtpSettings:
    """The environment wins over the file. A file that only the daemon's user may read is no fault for others."""
    password = environ.get(ENVIRONMENT_PASSWORD)
    if not password and smtp.password_file:
        try:
            password = smtp.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except PermissionError:
            return smtp
        except (OSError, UnicodeDecodeError) as exc:
            reason = getattr(exc, "strerror", None) or "not UTF-8 text"
            raise ConfigError(
                f"{path}: smtp.password_file: {smtp.password_file}: {reason}, "
                f"write the password there or set {ENVIRONMENT_PASSWORD}"
            ) from exc
        if not password:
            raise ConfigError(f"{path}: smtp.password_file: {smtp.password_file} is empty, write the password there")
    return smtp.model_copy(update={"password": SecretStr(password)}) if password else smtp
