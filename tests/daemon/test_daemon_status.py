import http.client
import logging
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from monitor.config import HealthSettings, Settings
from monitor.daemon.health import why_not_ready
from monitor.daemon.lock import LockState, single_instance
from monitor.daemon.second_path import SecondPath, call, run_alarm
from monitor.daemon.status import Status
from monitor.daemon.status_server import StatusServer
from monitor.daemon.supervisor import Supervisor
from monitor.store import open_store

NOW = datetime(2026, 1, 10, 6, 0, tzinfo=UTC)


@pytest.fixture
def served(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[tuple[Status, int]]:
    """Endpoints on a port of the system's choice, over an empty database."""
    caplog.set_level(logging.INFO, logger="monitor")
    database = tmp_path / "monitor.db"
    with open_store(database, clock=lambda: NOW, create=True):
        pass
    settings = Settings.model_validate({"database": database, "health": {"listen": "127.0.0.1:0"}})
    status = Status(lambda: settings, lambda: NOW, lambda: {("poll", "done"): 3})
    server = StatusServer(status.answer)
    server.follow(settings.health)
    said = next(record for record in caplog.records if record.message == "status served")
    yield status, int(vars(said)["listen"].rpartition(":")[2])
    server.close()


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_endpoints_tell_health_readiness_and_figures(served: tuple[Status, int], tmp_path: Path) -> None:
    """Ill without a daemon; well and ready once each job has run; figures of database, jobs and process."""
    _, port = served
    assert get(port, "/healthz") == (503, "ill: no daemon runs on this database\n")
    with single_instance(tmp_path / "monitor.db", NOW) as beat:
        assert get(port, "/healthz") == (200, "ok\n")
        assert get(port, "/readyz") == (503, "ill: poll has not run yet\n")
        for job in ("poll", "match", "deliver"):
            beat.done(job, NOW)
        beat.show(NOW)
        assert get(port, "/readyz") == (200, "ok\n")
        beat.failed("deliver", "the mail server is away")
        beat.show(NOW)
        assert get(port, "/readyz") == (503, "ill: deliver: the mail server is away\n")
        code, page = get(port, "/metrics")

    assert code == 200
    assert "monitor_reports 0\n" in page
    assert 'monitor_job_failing{job="deliver"} 1\n' in page
    assert 'monitor_job_runs_total{job="poll",result="done"} 3\n' in page
    assert f'monitor_job_last_success_timestamp_seconds{{job="poll"}} {NOW.timestamp():.0f}\n' in page
    assert all(line.startswith("#") or line.rpartition(" ")[2].replace(".", "").isdigit() for line in page.splitlines())
    assert get(port, "/else")[0] == 404


def test_endpoints_are_not_for_pages_of_others(served: tuple[Status, int]) -> None:
    """A name that leads here by a trick of the name server is refused; localhost is not."""
    _, port = served

    assert get(port, "/healthz", Host="evil.example")[0] == 403
    assert get(port, "/metrics", Host=f"localhost:{port}")[0] == 200


def test_taken_port_is_told_and_nothing_else_stops(
    served: tuple[Status, int], caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon goes on without endpoints; when the configuration names another port, they are there."""
    status, port = served
    other = StatusServer(status.answer)
    other.follow(HealthSettings(listen=f"127.0.0.1:{port}"))
    assert caplog.records[-1].message == "status not served"
    other.follow(HealthSettings(listen="127.0.0.1:0"))
    assert caplog.records[-1].message == "status served"
    other.close()


def test_other_addresses_need_a_word(tmp_path: Path) -> None:
    """What other machines reach is refused unless the configuration says so in a key of its own."""
    with pytest.raises(ValueError, match="can be reached from other machines"):
        HealthSettings(listen="0.0.0.0:8710")
    assert HealthSettings(listen="0.0.0.0:8710", listen_openly=True).listen == "0.0.0.0:8710"
    with pytest.raises(ValueError, match="is not an address with a port"):
        HealthSettings(listen="localhost")


def test_ready_is_what_happens_now() -> None:
    """A failing job makes it not ready at once; not ready is not ill."""
    done = dict.fromkeys(("poll", "match", "deliver"), NOW)
    lock = LockState(held=True, started=NOW, heartbeat=NOW, done=done)

    assert why_not_ready(lock) is None
    assert why_not_ready(LockState(held=False)) == "not started yet"


def test_supervisor_speaks_over_its_socket(tmp_path: Path) -> None:
    """Ready, alive, status, reloading and stopping arrive at the socket; programs we start do not inherit its name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
        supervisor = Supervisor(environ)
        supervisor.ready()
        supervisor.alive()
        supervisor.alive()  # too soon to be said again
        supervisor.status("all is\nwell")
        supervisor.reloading()
        supervisor.stopping()
        said = [systemd.recv(200).decode() for _ in range(5)]

    assert environ == {}
    assert said[:3] == ["READY=1", "WATCHDOG=1", "STATUS=all is well"]
    assert said[3].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert said[4] == "STOPPING=1"


def test_supervisor_is_silent_without_one(tmp_path: Path) -> None:
    """No socket, or one that nobody listens on, changes nothing."""
    Supervisor({}).ready()
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "none"), "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}).alive()
    Supervisor({"NOTIFY_SOCKET": "@monitor-nobody"}).ready()

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def callee() -> Iterator[tuple[str, list[str], list[int]]]:
    """A server that is pinged: its address, the paths it was asked for, and the statuses it is to answer."""
    asked: list[str] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ping/s3cret", asked, answers
        server.shutdown()
        thread.join()


def test_ping_is_called_and_its_address_never_logged(
    callee: tuple[str, list[str], list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    """A call goes to the address; refusals, redirects and dead servers are told without it."""
    address, asked, answers = callee
    call("env:PING", address)
    assert caplog.records == []
    answers += [500, 302]
    call(address, address)
    call(address, address)
    call("env:PING", "http://127.0.0.1:1/s3cret")
    call("env:PING", None)

    assert asked == ["/ping/s3cret"] * 3
    assert [record.message for record in caplog.records] == ["ping failed"] * 3 + ["ping not sent"]
    assert not any("s3cret" in str(vars(record)) for record in caplog.records)


def test_alarm_runs_when_ill_and_when_well_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once at each change, with the reason, without our own secrets; while ill, nothing is pinged."""
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", "s3cret")
    program = tmp_path / "tell.py"
    program.write_text(
        "import os, sys\n"
        "said = ' '.join(os.environ.get(key, '-') for key in sys.argv[2:])\n"
        "open(sys.argv[1], 'a').write(said + '\\n')\n"
    )
    out = tmp_path / "said"
    names = ["MONITOR_STATE", "MONITOR_WHY", "MONITOR_SMTP_PASSWORD"]
    health = {"alarm": [sys.executable, str(program), str(out), *names], "ping": "http://127.0.0.1:1/"}
    settings = Settings.model_validate({"health": health})
    second = SecondPath(lambda: settings)
    for ill in ("deliver has not gone well for 3 h", "deliver has not gone well for 4 h", None):
        second.tell(ill)
        second.wait()

    assert out.read_text().splitlines() == ["ill deliver has not gone well for 3 h -", "well  -"]


def test_alarm_that_fails_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A program that is missing or fails is an error in the log, not the end of the daemon."""
    run_alarm(["/nowhere/alarm"], "ill", "x")
    run_alarm([sys.executable, "-c", "raise SystemExit(3)"], "ill", "x")

    assert [record.message for record in caplog.records] == ["alarm failed", "alarm failed"]
    assert vars(caplog.records[1])["exit_code"] == 3


def test_alarm_that_failed_is_run_again(tmp_path: Path) -> None:
    """Who was not told is told later, and not at each look meanwhile; after that it is quiet until all is well."""
    out, now = tmp_path / "said", [0.0]
    # Fails until the file `works` is there.
    program = (
        "import os, pathlib, sys\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "with open(here / 'said', 'a') as file: print(os.environ['MONITOR_STATE'], file=file)\n"
        "sys.exit(not (here / 'works').exists())\n"
    )
    settings = Settings.model_validate({"health": {"alarm": [sys.executable, "-c", program, str(tmp_path)]}})
    second = SecondPath(lambda: settings, monotonic=lambda: now[0])

    def look(ill: str | None) -> list[str]:
        second.tell(ill)
        second.wait()
        now[0] += 400
        return out.read_text().split()

    assert [look("stuck"), look("stuck")] == [["ill"], ["ill"]]
    (tmp_path / "works").touch()
    assert [look("stuck"), look("stuck")] == [["ill", "ill"]] * 2
    assert look(None) == ["ill", "ill", "well"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/s3cret with blank", "http://127.0.0.1:port/s3cret"])
def test_address_that_is_none_is_told_without_it(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """An address that cannot be called is no traceback with the secret in it."""
    call("env:PING", address)

    assert [record.message for record in caplog.records] == ["ping failed"]
    assert "s3cret" not in caplog.text


def test_answer_that_is_no_http_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A server that speaks otherwise is a failed call."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            other, _ = server.accept()
            with other:
                other.recv(4096)
                other.sendall(b"220 mail ready\r\n")

        thread = Thread(target=answer)
        thread.start()
        call("env:PING", f"http://127.0.0.1:{server.getsockname()[1]}/s3cret")
        thread.join()

    assert [record.message for record in caplog.records] == ["ping failed"]
    assert "s3cret" not in caplog.text


def test_ping_goes_out_at_its_rhythm(callee: tuple[str, list[str], list[int]]) -> None:
    """As often as configured while all is well, and not at all while ill."""
    address, asked, _ = callee
    now = [1000.0]
    settings = Settings.model_validate({"health": {"ping": address, "ping_every_s": 300}})
    second = SecondPath(lambda: settings, monotonic=lambda: now[0])
    for ill in (None, None, "poll has not gone well", None):
        second.tell(ill)
        second.wait()
        now[0] += 200

    assert len(asked) == 2
