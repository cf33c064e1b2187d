"""A database of the first schema keeps its outbox when it is brought up to date."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database
from store_samples import START, Clock

from monitor.store import open_store
from monitor.store.connection import APPLICATION_ID
from monitor.store.migrations import MIGRATIONS

NOW = "2026-01-05T08:00:00Z"


def make_first(path: Path) -> None:
    """A database as the first version laid it down, with a sent and a waiting message on one alert."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        MIGRATIONS.apply(Database(raw), stop_before="m002_outbox")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA journal_mode = WAL")
        insert(raw, "baselines", id="dam", title="t", language="en", revision="r", position=0, added_at=NOW)
        insert(raw, "claims", baseline_id="dam", id="C1", position=0, text="t", phrases="[]")
        insert(raw, "feeds", id=1, url="https://a.example/", tags="[]")
        insert(raw, "stories", id=1, title="t", started_at=NOW, last_report_at=NOW)
        insert(raw, "reports", id=1, feed_id=1, key="k", title="t", story_id=1, first_seen_at=NOW, last_seen_at=NOW)
        insert(
            raw, "alerts", id=7, baseline_id="dam", claim_id="C1", story_id=1, report_id=1, figures="[]",
            severity="normal", state="pending", recipients='["Ada"]', created_at=NOW,
        )  # fmt: skip
        for number, state in ((3, "sent"), (4, "waiting")):
            insert(
                raw, "deliveries", id=number, kind="alert", alert_id=7, recipient="Ada", message_id=f"<{number}@x>",
                subject=f"s{number}", headers="[]", state=state, next_attempt_at=NOW, created_at=NOW,
            )  # fmt: skip
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute("PRAGMA user_version = 1")


def insert(raw: sqlite3.Connection, table: str, **values: object) -> None:
    """A row; columns that must hold something and are not named get nothing in particular."""
    for _, name, kind, needed, default, _ in raw.execute(f"PRAGMA table_info({table})").fetchall():
        if needed and default is None:
            values.setdefault(name, "" if kind == "TEXT" else 0)
    names = ", ".join(values)
    raw.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in values)})", values)


def test_outbox_survives_its_change_of_form(tmp_path: Path, clock: Clock) -> None:
    """Messages keep their numbers, identities and states, still know their alert, and are sent as before."""
    path = tmp_path / "monitor.db"
    make_first(path)
    with open_store(path, clock=clock) as store:
        rows = store.query("SELECT delivery_id, state, alert_id, message_id FROM v_deliveries ORDER BY delivery_id")
        (waiting,) = store.claim_deliveries(START)
        store.mark_sent(waiting.id, START)
        (alert,) = store.alerts()

        assert [(row["delivery_id"], row["state"], row["alert_id"]) for row in rows] == [
            (3, "sent", 7),
            (4, "waiting", 7),
        ]
        assert waiting.message.message_id == "<4@x>"
        assert (alert["deliveries"], alert["delivered"], alert["state"]) == (2, 2, "sent")
        assert {finding.level for finding in store.check() if finding.where == "references"} == {"ok"}
