"""The checks of `monitor doctor`: each gives rows of what was found and what to do about it."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.checks_machine import Check, check_backups, check_disk, check_second_path, check_versions
from monitor.config import Settings, check_settings, find_settings
from monitor.errors import ConfigError, DeliveryError, MonitorError

if TYPE_CHECKING:
    from monitor.store import Store


def examine(
    config: Path | None, environ: Mapping[str, str], clock: Callable[[], datetime], *, ask_mail_server: bool = True
) -> Iterator[Check]:
    """Every check, in the order in which one would mend things."""
    settings = None
    try:
        path = find_settings(config, environ)
        settings, problems = check_settings(path, environ)
        if settings:
            yield Check("configuration", "ok", str(path))
        for problem in problems:
            yield Check("configuration", "error", f"{path}: {problem}", "mend that key")
    except ConfigError as exc:
        yield Check("configuration", "error", str(exc))
    if settings:
        yield from _baselines(settings)
        yield from _feed_list(settings)
        yield from _database(settings, clock())
        yield from _daemon(settings, clock())
        yield from _recipients(settings)
        yield from _mail_server(settings, ask_mail_server)
        yield from check_backups(settings, clock())
        yield from check_second_path(settings)
        yield from check_disk(settings)
    yield from check_versions()


def _baselines(settings: Settings) -> Iterator[Check]:
    from monitor.baseline.lint import lint
    from monitor.baseline.profile import load_profile

    if not settings.baselines:
        yield Check("baseline", "error", "none is configured", "list a profile under `baselines`")
    for path in settings.baselines:
        try:
            baseline = load_profile(path)
        except MonitorError as exc:
            yield Check("baseline", "error", str(exc))
            continue
        wrong = sum(found.level == "error" for found in lint(baseline))
        finding = f"{baseline.id}: {len(baseline.claims)} claims, {len(baseline.entities)} entities"
        if wrong:
            yield Check("baseline", "warning", f"{finding}, {wrong} errors", f"run `monitor baseline lint {path}`")
        else:
            yield Check("baseline", "ok", finding)


def _feed_list(settings: Settings) -> Iterator[Check]:
    from monitor.feeds.sources import load_feeds

    try:
        count = len(load_feeds(settings.feeds))
    except MonitorError as exc:
        yield Check("feeds", "error", str(exc))
        return
    if count:
        yield Check("feeds", "ok", f"{settings.feeds}: {count} feeds")
    else:
        yield Check("feeds", "warning", f"{settings.feeds}: no feed", "add one with `monitor feeds add URL`")


def _database(settings: Settings, now: datetime) -> Iterator[Check]:
    from monitor.cli.options import store_from

    path = settings.database
    if not path.exists():
        yield Check("database", "warning", f"{path} does not exist yet", "`monitor poll` makes it")
        return
    try:
        with store_from(settings) as store:
            yield Check("database", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB")
            for found in store.check():
                finding, _, advice = found.message.partition("; ")
                yield Check(found.where, found.level, finding, advice)
            yield from _contents(store, settings, now)
    except MonitorError as exc:
        yield Check("database", "error", str(exc))


def _contents(store: "Store", settings: Settings, now: datetime) -> Iterator[Check]:
    """What the database says of feeds, mail and the clock."""
    limit = settings.health.feed_failures
    feeds = [row for row in store.feeds() if row["health"] != "removed"]
    broken = [row for row in feeds if row["failures"] >= limit or row["health"] == "retired"]
    if broken:
        names = ", ".join(str(row["title"] or row["url"]) for row in broken[:3])
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        advice = "see `monitor feeds list` and `monitor feeds check`"
        yield Check("feed health", "warning", f"{len(broken)} of {len(feeds)} fail: {names}{more}", advice)
    elif feeds:
        yield Check("feed health", "ok", f"{len(feeds)} feeds, none failed {limit} times in a row")
    latest = store.query("SELECT MAX(started_at) AS at FROM fetches")[0]["at"]
    if latest and datetime.fromisoformat(latest) > now + timedelta(minutes=5):
        yield Check("clock", "error", f"the last poll is dated {latest}, in the future", "set the system's clock")
    else:
        yield Check(
            "clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC; digests at {settings.digest.at:%H:%M} {settings.digest.timezone}"
        )


def _daemon(settings: Settings, now: datetime) -> Iterator[Check]:
    from monitor.daemon.health import why_ill
    from monitor.daemon.lock import lock_path, read_lock

    lock = read_lock(settings.database)
    yield Check(
        "lock", "ok", f"{lock_path(settings.database)}: {f'held by process {lock.pid}' if lock.held else 'free'}"
    )
    ill = why_ill(lock, settings.health, now)
    if not lock.held:
        yield Check("daemon", "ok", "not running", "`monitor daemon` polls from now on; or call `monitor poll` by cron")
    elif ill:
        yield Check("daemon", "error", ill, "see its log, restart it")
    else:
        yield Check("daemon", "ok", f"running as process {lock.pid}")
    for job, reason in lock.failing.items() if lock.held else ():
        yield Check("daemon", "warning", f"{job}: {reason}")


def _recipients(settings: Settings) -> Iterator[Check]:
    if not settings.recipients:
        yield Check("recipients", "warning", "nobody is told anything", "add a [[recipients]] table")
    for recipient in settings.recipients:
        if recipient.channel != "file":
            continue
        place = next(
            folder for folder in (Path(recipient.address), *Path(recipient.address).parents) if folder.exists()
        )
        if place.is_dir() and os.access(place, os.W_OK):
            yield Check("recipients", "ok", f"{recipient.name}: folder {recipient.address}")
        else:
            yield Check("recipients", "error", f"{recipient.name}: {place} cannot be written", "mend its rights")


def _mail_server(settings: Settings, ask: bool) -> Iterator[Check]:
    smtp = settings.smtp
    if smtp is None:
        return
    if smtp.username and smtp.password is None:
        advice = "set MONITOR_SMTP_PASSWORD, or smtp.password_file to a file that this user can read"
        yield Check("mail", "error", f"no password for {smtp.username}", advice)
        return
    if smtp.password_file and smtp.password_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Check(
            "mail", "warning", f"{smtp.password_file} can be read by others", f"run: chmod 600 {smtp.password_file}"
        )
    where = f"{smtp.host}:{smtp.port}"
    if not ask:
        yield Check("mail", "ok", f"{where}, not asked")
        return
    from monitor.cli.options import utc_now
    from monitor.deliver.smtp import SmtpChannel

    try:
        SmtpChannel(smtp, clock=utc_now).check()
    except DeliveryError as exc:
        yield Check("mail", "error", str(exc), "check [smtp]; alerts wait in the outbox meanwhile")
    else:
        logged_in = f"logged in as {smtp.username}" if smtp.username else "no login"
        yield Check("mail", "ok", f"{where} answers, {smtp.security}, {logged_in}")
