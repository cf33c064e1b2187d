"""Webhooks after the Standard Webhooks specification, over a real server and the guarded way to it."""

import base64
import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from pipeline_world import BASELINE, Clock
from web_servers import Sink, web_server

from monitor.config import Settings, load_settings
from monitor.deliver.webhook import key_of, sign
from monitor.errors import ConfigError
from monitor.model import Message
from monitor.model_digest import Notice
from monitor.pipeline import DeliverRun, deliver
from monitor.store import Store, open_store

KEY = b"a key of twenty four byt"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Hooked:
    """An outbox with one message to one webhook."""

    def __init__(self, folder: Path, sink: Sink, *, private: str = '["127.0.0.0/8"]') -> None:
        self.clock = Clock()
        self.folder = folder
        self.sink = sink
        self.settings = self.load(private, {"HOOK": sink.url, "KEY": SECRET})
        self.store: Store = open_store(folder / "monitor.db", clock=self.clock, create=True)
        self.store.sync_baseline(BASELINE)
        self.post(1)

    def load(self, private: str, environ: dict[str, str]) -> Settings:
        path = self.folder / "monitor.toml"
        path.write_text(
            f"[fetch]\nallow_private = {private}\n"
            '[[recipients]]\nname = "hook"\nchannel = "webhook"\naddress = "env:HOOK"\nsecret = "env:KEY"\n'
        )
        return load_settings(path, environ)

    def post(self, number: int) -> None:
        notice = Notice(kind="gap", baseline_id=BASELINE.id, baseline_title="", headline="quiet", reason="")
        message = Message(
            message_id=f"<m{number}@monitor.invalid>", subject="Quiet", text="ä", payload='{"type":"notice"}'
        )
        self.store.add_notice(notice, [(self.settings.recipients[0], message, self.clock())])

    def deliver(self) -> DeliverRun:
        return deliver(self.store, self.settings, clock=self.clock, rng=Random(1))


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[Hooked]:
    """The outbox, with a server that takes everything."""
    with web_server() as sink:
        made = Hooked(tmp_path, sink)
        with made.store:
            yield made


def test_message_is_posted_and_signed(hooked: Hooked) -> None:
    """The server gets id, time and a signature over both and the body, and the content for programs."""
    assert hooked.deliver() == DeliverRun(sent=1)
    ((headers, body),) = hooked.sink.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.new(KEY, signed, sha256).digest()).decode()

    assert headers["webhook-id"] == "msg_m1"
    assert int(headers["webhook-timestamp"]) == int(hooked.clock().timestamp())
    assert headers["webhook-signature"] == f"v1,{signature}"
    assert json.loads(body) == {
        "type": "monitor.notice",
        "timestamp": "2026-01-05T08:00:00+00:00",
        "data": {"type": "notice", "subject": "Quiet", "text": "ä"},
    }


def test_signature_is_that_of_the_specification() -> None:
    """The specification's own example gives its own signature."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    assert sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    assert key_of("plain words") == b"plain words"
    with pytest.raises(ConfigError, match="not base64"):
        key_of("whsec_???")


def test_secrets_are_not_in_the_database(hooked: Hooked) -> None:
    """Neither the address nor the key of a webhook is stored: only where they are kept."""
    assert hooked.store.deliveries()[0]["address"] == "env:HOOK"
    hooked.deliver()
    stored = (hooked.folder / "monitor.db").read_bytes() + (hooked.folder / "monitor.db-wal").read_bytes()

    assert SECRET.encode() not in stored
    assert hooked.sink.url.encode() not in stored
    assert SECRET not in repr(hooked.settings)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503])
def test_everything_but_2xx_is_tried_again(hooked: Hooked, status: int) -> None:
    """A redirect is a failure and is not followed; other refusals wait; the repeat has the same id."""
    hooked.sink.status = status
    hooked.sink.headers = {"Location": hooked.sink.url + "2"} if status < 400 else {}
    failed = hooked.deliver()
    hooked.sink.status = 200
    hooked.clock.forward(minutes=2)

    assert (failed.failed, failed.given_up) == (1, 0)
    assert f"answered {status}" in failed.errors[0]
    assert hooked.deliver().sent == 1
    assert [headers["webhook-id"] for headers, _ in hooked.sink.got] == ["msg_m1", "msg_m1"]


def test_server_may_ask_for_a_longer_wait(hooked: Hooked) -> None:
    """Retry-After lengthens the wait."""
    hooked.sink.status, hooked.sink.headers = 503, {"Retry-After": "1200"}
    hooked.deliver()
    hooked.sink.status = 200
    hooked.clock.forward(minutes=19)
    assert hooked.deliver() == DeliverRun()
    hooked.clock.forward(minutes=2)

    assert hooked.deliver().sent == 1


def test_410_closes_the_address_until_a_person_opens_it(hooked: Hooked) -> None:
    """After 410 nothing more is posted: what waits and what comes is parked; a retry by hand opens it again."""
    hooked.post(2)
    hooked.sink.status = 410
    assert hooked.deliver().given_up == 1
    hooked.post(3)
    hooked.deliver()
    rows = hooked.store.deliveries()
    assert [row["state"] for row in rows] == ["failed"] * 3
    assert all("410" in row["last_error"] for row in rows)
    assert len(hooked.sink.got) == 1

    hooked.sink.status = 200
    assert hooked.store.retry_delivery(rows[0]["delivery_id"])
    assert hooked.deliver().sent == 1


def test_private_address_is_not_asked(tmp_path: Path) -> None:
    """The address guard holds for webhooks as for feeds."""
    with web_server() as sink:
        hooked = Hooked(tmp_path, sink, private="[]")
        with hooked.store:
            run = hooked.deliver()

    assert sink.got == []
    assert "is not a public address" in run.errors[0]


def test_absent_variable_is_told_and_mended(hooked: Hooked) -> None:
    """Without the variable the message waits and says what is missing."""
    hooked.settings = hooked.load('["127.0.0.0/8"]', {"KEY": SECRET})
    run = hooked.deliver()
    hooked.settings = hooked.load('["127.0.0.0/8"]', {"KEY": SECRET, "HOOK": hooked.sink.url})
    hooked.clock.forward(minutes=2)

    assert 'the address of "hook" is not at env:HOOK' in run.errors[0]
    assert hooked.deliver().sent == 1


@pytest.mark.parametrize("secret", ["whsec_???", "whsec_schlüssel"])
def test_secret_that_is_no_key_holds_up_its_own_recipient_only(hooked: Hooked, secret: str) -> None:
    """The message waits and says whose secret is wrong; the address waits, not the channel."""
    hooked.settings = hooked.load('["127.0.0.0/8"]', {"KEY": secret, "HOOK": hooked.sink.url})
    run = hooked.deliver()

    assert run.errors == (
        'recipients: a webhook\'s secret begins with whsec_ but is not base64; write it anew: "hook"',
    )
    assert hooked.store.deliveries()[0]["holds_up"] == "address"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('channel = "webhook"\naddress = "ftp://x"\nsecret = "env:A"', "recipients[1].address: not an http"),
        ('channel = "webhook"\naddress = "https://u:p@x.example"\nsecret = "env:A"', "recipients[1].address"),
        ('channel = "webhook"\naddress = "https://x.example/hook"', "recipients[1].secret: missing"),
        ('channel = "webhook"\naddress = "https://x.example"\nsecret = "abc"', "does not belong in this file"),
        ('channel = "file"\naddress = "x"\nsecret = "env:A"', 'only messages of the channel "webhook"'),
        ('channel = "apprise"\naddress = "slack://a/b/c"', "recipients[1].address: the address itself"),
    ],
)
def test_secrets_and_addresses_are_checked(tmp_path: Path, lines: str, told: str) -> None:
    """What does not belong in the file is said by its key, without being repeated."""
    path = tmp_path / "monitor.toml"
    path.write_text(f'[[recipients]]\nname = "a"\n{lines}\n')
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})

    assert told in str(caught.value)
    assert "u:p" not in str(caught.value)
    assert "slack://" not in str(caught.value)
