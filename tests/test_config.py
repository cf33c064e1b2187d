import re
import tempfile
from datetime import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from monitor.config import Settings, check_settings, find_settings, load_settings
from monitor.config.explain import inner_model, setting_keys
from monitor.errors import ConfigError
from monitor.model import Recipient, Relation, Rule, Severity

ROOT = Path(__file__).parent.parent
TABLE = r"`\[+(\w+)\]+`"
FLAGS = re.MULTILINE | re.DOTALL
SMTP = '[smtp]\nhost = "mail.example.org"\nfrom_address = "m@example.org"\n'


def write(folder: Path, text: str) -> Path:
    """A configuration file of this text."""
    path = folder / "monitor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problem(folder: Path, text: str, **environ: str) -> str:
    """The one line that a configuration of this text ends with."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write(folder, text), environ)
    return str(caught.value)


def test_shipped_configuration_loads_without_environment() -> None:
    """The repository's own configuration works as it is, and its paths lead into the repository."""
    settings = load_settings(ROOT / "config" / "monitor.toml", {})

    assert settings.database == ROOT / "data" / "monitor.db"
    assert settings.baselines == (ROOT / "config" / "baselines" / "coalition-withdrawal.toml",)
    assert {rule.severity for rule in settings.rules} == {Severity.HIGH, Severity.NORMAL}


def test_empty_file_gives_defaults_beside_it(tmp_path: Path) -> None:
    """Every key has a default; paths are relative to the file, not to where one stands."""
    settings = load_settings(write(tmp_path, ""), {})

    assert settings.database == tmp_path / "monitor.db"
    assert settings.fetch.per_host == 2
    assert settings.fetch.interval_s == 3600
    assert settings.rules == (
        Rule(name="default", relations=(Relation.SUPPORTS, Relation.CONTRADICTS, Relation.UPDATES)),
    )


def test_rules_and_recipients_become_records(tmp_path: Path) -> None:
    """What the stages get are the frozen records; a file recipient's folder is absolute."""
    text = """
    [[recipients]]
    name = "desk"
    channel = "file"
    address = "outbox"
    [[rules]]
    name = "loud"
    relations = ["contradicts"]
    min_score = 1
    severity = "high"
    recipients = ["desk"]
    """
    settings = load_settings(write(tmp_path, text), {})

    assert settings.recipients == (Recipient(name="desk", channel="file", address=str(tmp_path / "outbox")),)
    assert settings.rules == (
        Rule(
            name="loud",
            relations=(Relation.CONTRADICTS,),
            min_score=1.0,
            severity=Severity.HIGH,
            recipients=("desk",),
        ),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fetch]\nper_hots = 3", "fetch.per_hots: no such setting, did you mean per_host?"),
        ("bselines = []", "bselines: no such setting, did you mean baselines?"),
        ("[alert]\n", "alert: no such setting, did you mean alerts?"),
        ('[fetch]\nper_host = "2"', "fetch.per_host: wrong kind of value, write a whole number"),
        ("[fetch]\nper_host = true", "fetch.per_host: wrong kind of value, write a whole number"),
        ("[fetch]\nper_host = 0", "fetch.per_host: out of range, use a number at least 1"),
        ("[fetch]\ndeadline_s = nan", "fetch.deadline_s: wrong kind of value, write a finite number"),
        ('[fetch]\nallow_private = ["10.0.0.1/8"]', "fetch.allow_private[1]: 10.0.0.1/8 has host bits set"),
        ("[fetch]\ninterval_s = 60", "fetch.interval_s: 60 is not between min_interval_s (600)"),
        ('[fetch]\nuser_agent_contact = "a\\r\\nb"', "fetch.user_agent_contact: not an address that fits a header"),
        ('[alerts]\nfirst_sight = "loud"', "alerts.first_sight: not a choice, use 'digest', 'alert' or 'ignore'"),
        ("baselines = 3", "baselines: wrong kind of value, write a list in brackets"),
        ("[digest]\nat = 7", 'digest.at: wrong kind of value, write a time such as "07:00"'),
        ('[digest]\ntimezone = "Europe/Berln"', "did you mean Europe/Berlin?"),
        ('[smtp]\nhost = "h"', "smtp.from_address: missing, add it"),
        ('[smtp]\nhost = "https://h"\nfrom_address = "a@b"', "smtp.host: 'https://h' is not a host name"),
        (SMTP + 'security = "none"\nusername = "u"', 'smtp.security: "none" would send the password in clear'),
        (SMTP + 'password = "hunter2"', "smtp.password: a password does not belong in this file"),
        (SMTP + 'password_file = "gone"', "smtp.password_file: "),
        ('[[rules]]\nname = "a"\nrelations = ["denies"]', "rules[1].relations[1]: not a choice, use 'supports'"),
        ('[[rules]]\nname = "a"\nmuted_until = 2026-12-01T08:00:00', "rules[1].muted_until: wrong kind of value"),
        ('[[rules]]\nname = "a"\nrecipients = ["x"]', "rules[1].recipients: nobody is called 'x'"),
        ('[[rules]]\nname = "a"\n[[rules]]\nname = "a"', "rules[2].name: 'a' is used twice"),
        ('[[recipients]]\nname = "a"\nchannel = "file"\naddress = "x"\nquiet = ["22:00"]', "recipients[1].quiet"),
        (
            '[[recipients]]\nname = "a"\nchannel = "file"\naddress = "x"\nquiet = ["22:00", "22:00"]',
            "recipients[1].quiet: begins and ends at the same time",
        ),
        ('[[recipients]]\nname = "a"\naddress = "a@b.c"', 'recipients[1].channel: "smtp" needs a [smtp] table'),
        (
            SMTP + '[[recipients]]\nname = "a"\naddress = "a b@c"',
            "].address: 'a b@c' is not a mail address",
        ),
        (SMTP + '[[recipients]]\nname = "a"\naddress = "a@b.c\\nBcc: x@y.z"', "holds a control character"),
        ("x = [", "not TOML: "),
    ],
)
def test_each_fault_is_one_line_with_file_key_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    """A wrong configuration names the file, the key and what to do, on one line."""
    message = problem(tmp_path, text)

    assert message.startswith(f"{tmp_path / 'monitor.toml'}: ")
    assert said in message
    assert "\n" not in message


def test_recipients_have_their_own_hours_or_the_digests(tmp_path: Path) -> None:
    """Zone and time of day come from the recipient, else from [digest]."""
    text = """
    [digest]
    at = "06:30"
    timezone = "Europe/Berlin"
    [[recipients]]
    name = "desk"
    channel = "file"
    address = "a"
    [[recipients]]
    name = "far"
    channel = "file"
    address = "b"
    timezone = "Asia/Baghdad"
    digest_at = "05:00"
    quiet = ["22:00", "06:00"]
    quiet_lets_through = "high"
    """
    desk, far = load_settings(write(tmp_path, text), {}).recipients

    assert (desk.timezone, desk.digest_at, desk.quiet) == ("Europe/Berlin", time(6, 30), None)
    assert (far.timezone, far.digest_at, far.quiet) == ("Asia/Baghdad", time(5), (time(22), time(6)))


def test_every_problem_is_found_and_the_first_told(tmp_path: Path) -> None:
    """The error tells how many more problems there are; check_settings gives all of them."""
    path = write(tmp_path, '[fetch]\nx = 1\n[digest]\nat = "never"\n[[rules]]\nname = 3\n')

    settings, problems = check_settings(path, {})
    with pytest.raises(ConfigError, match=r"fetch\.x.*and 2 more"):
        load_settings(path, {})

    assert settings is None
    assert [found.key for found in problems] == ["fetch.x", "digest.at", "rules[1].name"]


def test_password_comes_from_environment_before_file_and_is_never_shown(tmp_path: Path) -> None:
    """The environment wins; neither the settings' text nor an error message ever holds the password."""
    (tmp_path / "secret").write_text("from-file\n", encoding="utf-8")
    path = write(tmp_path, SMTP + 'password_file = "secret"')

    by_file = load_settings(path, {}).smtp
    by_variable = load_settings(path, {"MONITOR_SMTP_PASSWORD": "from-variable"}).smtp

    assert by_file is not None
    assert by_variable is not None
    assert by_file.password is not None
    assert by_file.password.get_secret_value() == "from-file"
    assert by_variable.password is not None
    assert by_variable.password.get_secret_value() == "from-variable"
    assert "from-" not in f"{by_file!r} {by_file} {by_file.model_dump()} {by_file.model_dump_json()}"
    assert "hunter2" not in problem(tmp_path, SMTP + 'password = "hunter2"')


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen, tables included."""
    settings = Settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.fetch.per_host = 5  # type: ignore[misc]


def test_search_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config comes before MONITOR_CONFIG, that before ./config/monitor.toml, ./monitor.toml and the home folder's."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    environ = {"MONITOR_CONFIG": "named.toml", "XDG_CONFIG_HOME": str(home)}
    places = [home / "monitor" / "monitor.toml", tmp_path / "monitor.toml", tmp_path / "config" / "monitor.toml"]

    with pytest.raises(ConfigError, match="monitor init FOLDER"):
        find_settings(None, {"XDG_CONFIG_HOME": str(home)})
    for place in places:  # each one found hides those before it
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        assert find_settings(None, {"XDG_CONFIG_HOME": str(home)}) == place

    assert find_settings(None, environ) == Path("named.toml")
    assert find_settings(Path("given.toml"), environ) == Path("given.toml")


def test_missing_named_file_is_an_error(tmp_path: Path) -> None:
    """A named file that is not there is told; no other one is used in its place."""
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "gone.toml", {})


def test_every_setting_is_documented() -> None:
    """docs/configuration.md has a line for each key, in the section of its table, with its default."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = {
        (found[1] or ""): found[2]
        for found in re.finditer(f"^## (?:At the top|{TABLE}[^\\n]*)$(.*?)(?=^## )", text, FLAGS)
    }

    def missing(model: type[BaseModel], section: str) -> list[str]:
        gone = []
        for key, annotation in setting_keys(model).items():
            inner = inner_model(annotation)
            if inner is not None:
                gone += missing(inner, key)
            elif f"| `{key}` |" not in sections.get(section, ""):
                gone.append(f"{section}.{key}")
        return gone

    assert missing(Settings, "") == []


def test_documented_defaults_are_true() -> None:
    """The default that docs/configuration.md names for a number or a text is the one in the code."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for section in re.finditer(r"^## `\[(\w+)\]`.*?$(.*?)(?=^## )", text, FLAGS):
        model = inner_model(setting_keys(Settings)[section[1]])
        assert model is not None
        for key, shown in re.findall(r"^\| `(\w+)` \| `(.+?)` \|", section[2], re.M):
            default = model.model_fields[key].default
            said = shown.strip('"')
            assert said in (
                str(default),
                str(default).lower(),
                f"{default:%H:%M}" if key == "at" else f"{default}".removesuffix(".0"),
                "[]",
            )


SHIPPED = (ROOT / "config" / "monitor.toml").read_text(encoding="utf-8")
FULL = SHIPPED + '[health]\nfeed_failures = 3\n[daemon]\nlog_format = "text"\n' + SMTP
VALUES = st.sampled_from(
    """1 -1 0 1e400 nan true "" "x" "\\u0000" [] ["x"] [1] {} {a=1} 1979-05-27 07:32:00 1979-05-27T07:32:00Z
    "é\\n" 9223372036854775808 [[[]]] x =""".split()
)


@given(st.integers(0, FULL.count("\n") - 1), VALUES, st.booleans())
@example(0, "[" * 5000, True)
def test_no_mutation_ends_in_anything_but_a_line(line: int, value: str, keep_key: bool) -> None:
    """Whatever stands in the file, it loads or is a ConfigError of one line: never another exception."""
    lines = FULL.split("\n")
    key = lines[line].partition("=")[0].strip("# ")
    lines[line] = f"{key} = {value}" if keep_key else value
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "\n".join(lines))
        message = f"{path}: loaded"
        try:
            load_settings(path, {})
        except ConfigError as exc:
            message = str(exc)

    assert message.startswith(f"{path}: ")
    assert "\n" not in message
