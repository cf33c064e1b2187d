"""`monitor alerts` and `monitor deliveries`, from the command line down to the database."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pipeline_world import BASELINE, EVACUATED

from monitor.cli import main
from monitor.cli.moments import moment_after
from monitor.errors import ConfigError
from monitor.model import FeedOutcome, FeedSource, FeedState, ParsedFeed, Report
from monitor.pipeline import match
from monitor.store import Store, open_store

NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
SOURCE = FeedSource(url="https://river.example/feed", title="River Post")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, and a database with one alert that waits in the outbox."""
    (tmp_path / "monitor.toml").write_text(
        '[digest]\ntimezone = "Europe/Berlin"\n[[recipients]]\nname = "Ada"\nchannel = "file"\naddress = "out"\n'
        '[[rules]]\nname = "all"\n[[rules]]\nname = "sure"\nmin_publishers = 3\n'
    )
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "monitor.toml"))
    from monitor.config import load_settings

    settings = load_settings(tmp_path / "monitor.toml", {})
    with open_store(settings.database, clock=lambda: datetime.now(UTC), create=True) as store:
        store.sync_feeds([SOURCE])
        for reports in ((), (Report(key="e", title=EVACUATED[1], summary=EVACUATED[2], outlet="River Post"),)):
            outcome = FeedOutcome(
                url=SOURCE.url, started_at=NOW, duration_s=0.1, status=200,
                feed=ParsedFeed(title="River Post", reports=reports, format="rss20"),
            )  # fmt: skip
            store.record_poll(SOURCE, outcome, FeedState(url=SOURCE.url, first_polled_at=NOW))
        match(store, [BASELINE], settings, clock=lambda: datetime.now(UTC))
    return tmp_path


def store_of(folder: Path) -> Store:
    return open_store(folder / "monitor.db", clock=lambda: datetime.now(UTC))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_alerts_test_shows_who_is_told_and_which_condition_fails(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For each rule: that it fires, for whom and when; or the condition that is not met. As text and as JSON."""
    code, out, _ = run(capsys, "alerts", "test", "1")
    _, data, _ = run(capsys, "alerts", "test", "1", "--format", "json")
    rows = json.loads(data)

    assert code == 0
    assert "rule “all”: fires" in out
    assert "normal severity, to Ada, at once" in out
    assert "rule “sure”: silent" in out
    assert "waits for 3 publishers, so far 1" in out
    assert [(row["rule"], row["fires"]) for row in rows if row["claim"] == "C2"] == [("all", True), ("sure", False)]


def test_alerts_test_of_an_unknown_report_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that is no report's is said, with exit code 1."""
    code, _, err = run(capsys, "alerts", "test", "99")

    assert code == 1
    assert err.count("\n") == 1
    assert "report 99: not stored" in err


def test_mute_snooze_list_and_end(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mute and a snooze are kept with their time, listed, and can be ended."""
    code, out, _ = run(capsys, "alerts", "mute", "--claim", "C2", "--for", "3d", "--note", "known")
    assert code == 0
    assert out.startswith("1: quiet until ")
    assert out.endswith(" Europe/Berlin\n")
    assert run(capsys, "alerts", "snooze", "1", "--for", "4h")[0] == 0
    _, listed, _ = run(capsys, "alerts", "mutes", "--format", "json")
    assert [(row["kind"], row["claim_id"], row["story_id"]) for row in json.loads(listed)] == [
        ("snooze", None, 1),
        ("mute", "C2", None),
    ]

    assert run(capsys, "alerts", "unmute", "1")[0] == 0
    assert run(capsys, "alerts", "unmute", "1")[0] == 2
    with store_of(folder) as store:
        assert [mute.kind for mute in store.mutes()] == ["snooze"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mute", "--for", "3d"), "say what to mute"),
        (("mute", "--claim", "C2"), "say how long"),
        (("mute", "--claim", "C2", "--for", "soon"), "not a span of time"),
        (("mute", "--claim", "C2", "--until", "someday"), "not a date or time"),
        (("mute", "--claim", "C2", "--until", "2020-01-01"), "name a moment in the future"),
        (("mute", "--rule", "nosuch", "--for", "3d"), "no rule is called 'nosuch', use one of: all, sure"),
        (("snooze", "99", "--for", "3d"), "no alert has the number 99"),
    ],
)
def test_wrong_use_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    """What is missing or wrong is said in a line, with exit code 2."""
    code, _, err = run(capsys, "alerts", *arguments)

    assert code == 2
    assert told in err
    assert err.count("\n") == 1


def test_deliveries_are_listed_dropped_and_tried_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The outbox shows what waits; a message can be dropped and taken back; an unknown number is told."""
    _, listed, _ = run(capsys, "deliveries", "list", "--format", "json")
    (row,) = json.loads(listed)
    number = str(row["delivery_id"])
    assert (row["state"], row["recipient"]) == ("waiting", "Ada")

    assert run(capsys, "deliveries", "drop", number) == (0, f"{number} dropped\n", "")
    assert json.loads(run(capsys, "deliveries", "list", "--format", "json")[1]) == []
    assert json.loads(run(capsys, "deliveries", "list", "--state", "dropped", "--format", "json")[1])
    assert run(capsys, "deliveries", "retry", number)[0] == 0
    code, _, err = run(capsys, "deliveries", "retry", "99")
    assert code == 1
    assert "99: not there or already sent" in err
    assert run(capsys, "deliveries", "list", "--state", "lost")[0] == 2


def test_alert_is_put_into_the_outbox_once_more(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Resending makes a second message to the recipient named."""
    assert run(capsys, "alerts", "resend", "1", "--to", "Ada") == (0, "alert 1: waits in the outbox for Ada\n", "")
    assert run(capsys, "alerts", "resend", "1", "--to", "Nobody")[0] == 1
    with store_of(folder) as store:
        assert len(store.deliveries()) == 2


@pytest.mark.parametrize(
    ("span", "until", "found"),
    [
        ("90min", None, NOW + timedelta(minutes=90)),
        (" 2 h", None, NOW + timedelta(hours=2)),
        ("1w", None, NOW + timedelta(weeks=1)),
        (None, "2026-03-15", datetime(2026, 3, 14, 23, 0, tzinfo=UTC)),
        (None, "2026-03-15T08:00", datetime(2026, 3, 15, 7, 0, tzinfo=UTC)),
        (None, "2026-03-15T08:00Z", datetime(2026, 3, 15, 8, 0, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_typed(span: str | None, until: str | None, found: datetime) -> None:
    """Spans count from now; times without a zone are the reader's own."""
    assert moment_after(NOW, span=span, until=until, zone=ZoneInfo("Europe/Berlin")) == found


def test_one_of_the_two_must_be_given() -> None:
    """Neither none nor both."""
    for span, until in ((None, None), ("2h", "2026-12-01")):
        with pytest.raises(ConfigError, match="either --for"):
            moment_after(NOW, span=span, until=until, zone=ZoneInfo("UTC"))


def test_deliveries_show_prints_the_message(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whom it is for, what became of it, and the text as it will be sent; an unknown number is told."""
    code, out, _ = run(capsys, "deliveries", "show", "1")
    assert code == 0
    head, _, text = out.partition("\n\n")
    assert {"recipient        Ada", "state            waiting", "attempts         0"} <= set(head.splitlines())
    assert EVACUATED[1] in " ".join(text.split())
    code, out, _ = run(capsys, "deliveries", "show", "1", "--format", "json")
    assert json.loads(out)[0]["text"] in store_of(folder).query("SELECT text FROM deliveries")[0].values()
    code, _, err = run(capsys, "deliveries", "show", "99")
    assert (code, err) == (1, "monitor: delivery 99: not there, see `monitor deliveries list --all`\n")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (("--claim", "C99"), "--claim: no claim is called C99"),
        (("--baseline", "other"), "--baseline: no baseline is called other"),
        (("--story", "99"), "--story: no story has the number 99"),
        (("--rule", "none"), "no rule is called 'none'"),
    ],
)
def test_mute_of_what_is_unknown_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], what: tuple[str, str], told: str
) -> None:
    """A misspelt name would hold nothing back, in silence."""
    code, _, err = run(capsys, "alerts", "mute", *what, "--for", "1d")

    assert code == 2
    assert told in err
    with store_of(folder) as store:
        assert store.mutes() == ()


def test_message_without_words_is_not_sent_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be composed has no text that could be tried again; one line says what helps."""
    with store_of(folder) as store, store._connection.write():
        store._connection.run(
            "UPDATE deliveries SET state = 'failed', text = '', last_error = 'cannot be put into words'"
        )
    code, _, err = run(capsys, "deliveries", "retry", "1")

    assert code == 2
    assert err.startswith("monitor: 1 was never put into words: send its alert with `monitor alerts resend`")
    with store_of(folder) as store:
        assert not store.retry_delivery(1)
        assert store.deliveries()[0]["state"] == "failed"
