"""One address over HTTP, within limits: time over all hops, bytes after decoding, redirects, addresses, manners."""

import asyncio
import ssl
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes, urljoin

import httpcore
import httpx

from monitor.config import FetchSettings
from monitor.errors import FetchError
from monitor.feeds.decode import read_bounded
from monitor.feeds.gate import HOLD_S, HostGate
from monitor.feeds.guard import GuardedBackend, Resolve
from monitor.feeds.headers import max_age_s, retry_after_s
from monitor.feeds.status import status_error
from monitor.feeds.transport import Answer, GuardedTransport
from monitor.model import Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.4"
)
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WITH_BODY = frozenset({200, 203, 226})
MAX_HOLD_S = 120.0  # of a whole host within one run; the feed itself waits as long as its server asks
MAX_VALIDATOR_CHARS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What an address answered: a body, or "not modified"."""

    status: int
    body: bytes
    content_type: str | None
    validators: Validators
    final_url: str
    permanent_url: str | None  # where 301/308 led, if every hop was permanent
    unchanged: bool  # 304
    max_age_s: float | None


@dataclass(slots=True)
class _Journey:
    """What is known while hops are followed."""

    url: httpx.URL
    left_s: float
    hops: int = 0
    permanent: bool = True  # every hop so far was 301 or 308


class Fetcher:
    """Asks addresses, used as `async with Fetcher(settings, clock) as fetcher`; keeps connections and host manners."""

    def __init__(
        self,
        settings: FetchSettings,
        clock: Callable[[], datetime],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolve: Resolve | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._gate = HostGate(
            per_host=settings.per_host,
            delay_s=settings.per_host_delay_s,
            total=settings.concurrency,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._transport = GuardedTransport(GuardedBackend(settings.allow_private, resolve), settings.concurrency + 5)
        self._headers = {
            "User-Agent": user_agent(settings.user_agent_contact),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",  # the one coding whose output can be bounded with the standard library
        }

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, exc, trace)

    async def get(self, url: str, validators: Validators | None = None) -> FetchResult:
        """What the address answers, after redirects; a FetchError says in a sentence why there is nothing."""
        validators = validators or Validators()
        journey = _Journey(url=_checked(url), left_s=self.settings.deadline_s)
        while True:
            async with self._gate.slot(journey.url.host, spaced=journey.hops == 0):
                result = await self._timed_hop(journey, validators)
            if result is not None:
                return result

    async def _timed_hop(self, journey: _Journey, validators: Validators) -> FetchResult | None:
        """One hop on what is left of the deadline; waiting for manners does not count, slow answers do."""
        started = self._monotonic()
        try:
            async with asyncio.timeout(journey.left_s):
                return await self._hop(journey, validators)
        except (TimeoutError, httpcore.TimeoutException) as exc:
            raise FetchError(
                f"no whole answer within {self.settings.deadline_s:g} s (fetch.deadline_s)", kind="timeout"
            ) from exc
        # The one place where errors of the libraries below become ours.
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as exc:
            raise _broken(exc) from exc
        except (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError, ValueError) as exc:
            raise FetchError("the address or an answer's headers cannot be read", kind="protocol") from exc
        finally:
            journey.left_s -= self._monotonic() - started

    async def _hop(self, journey: _Journey, validators: Validators) -> FetchResult | None:
        headers = self._headers | _conditions(validators)
        if journey.url.userinfo:  # of this very address: a redirect elsewhere has none
            headers["Authorization"] = "Basic " + b64encode(unquote_to_bytes(journey.url.userinfo)).decode()
        answer = await self._transport.ask("GET", journey.url, headers, timeout_s=self.settings.deadline_s)
        try:
            if answer.status in REDIRECTS and "location" in answer.headers:
                self._follow(journey, answer)
                return None
            return await self._read(journey, answer, validators)
        finally:
            await answer.aclose()

    def _follow(self, journey: _Journey, answer: Answer) -> None:
        journey.hops += 1
        if journey.hops > self.settings.max_hops:
            raise FetchError(f"redirected more than {self.settings.max_hops} times (fetch.max_hops)", kind="redirect")
        journey.permanent &= answer.status in PERMANENT
        journey.url = _checked(answer.headers["location"], base=str(journey.url))

    async def _read(self, journey: _Journey, answer: Answer, validators: Validators) -> FetchResult:
        status, now = answer.status, self._clock()
        body = b""
        if status == 304:
            async for _ in answer.chunks():  # it has no body; read to its end, the connection can be used again
                pass
            if not (validators.etag or validators.last_modified):
                raise FetchError(
                    "the server says 304, unchanged, though it was not asked", kind="status", status=status
                )
        elif status not in WITH_BODY:
            wait_s = retry_after_s(answer.headers, now)
            if status in (429, 503):
                self._gate.hold(journey.url.host, min(max(wait_s or 0.0, HOLD_S), MAX_HOLD_S))
            raise status_error(status, wait_s)
        else:
            chunks = answer.chunks()
            body = await read_bounded(chunks, self.settings.max_bytes, answer.headers.get("content-encoding", ""))
        return FetchResult(
            status=status,
            body=body,
            content_type=answer.headers.get("content-type"),
            validators=_validators(answer, validators, body, now),
            final_url=str(journey.url),
            permanent_url=str(journey.url) if journey.hops and journey.permanent else None,
            unchanged=status == 304,
            max_age_s=max_age_s(answer.headers, now),
        )


def user_agent(contact: str | None) -> str:
    """Who asks, honestly, with a way to reach whoever runs this."""
    name = f"monitor/{version('monitor')}"
    return f"{name} (+{contact})" if contact else f"{name} (news monitor, feed reader)"


def _checked(url: str, *, base: str | None = None) -> httpx.URL:
    """The address, joined to `base` if it comes from a redirect; a FetchError if it is none that may be asked."""
    kind, where = ("redirect", "the server redirects to an address") if base else ("address", "the address is one")
    if len(url) > 2048 or "\\" in url.partition("?")[0]:  # a\@b means one host to some and another to others
        raise FetchError(f"{where} that cannot be asked", kind=kind)
    try:
        parsed = httpx.URL(urljoin(base, url) if base else url)
    except (httpx.InvalidURL, ValueError) as exc:
        raise FetchError(f"{where} that cannot be read", kind=kind) from exc
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise FetchError(f"{where} that is not http(s)", kind=kind)
    return parsed


def _conditions(validators: Validators) -> dict[str, str]:
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _validators(answer: Answer, old: Validators, body: bytes, now: datetime) -> Validators:
    unchanged = answer.status == 304
    return Validators(
        etag=_short(answer.headers.get("etag")) or (old.etag if unchanged else None),
        last_modified=_short(answer.headers.get("last-modified")) or (old.last_modified if unchanged else None),
        body_hash=old.body_hash if unchanged else sha256(body).hexdigest(),
        full_at=old.full_at if unchanged else now,
    )


def _short(value: str | None) -> str | None:
    return value if value and len(value) <= MAX_VALIDATOR_CHARS and value.isascii() else None


def _broken(exc: Exception) -> FetchError:
    text = f"{type(exc).__name__} {exc}"
    if "CERTIFICATE" in text.upper() or isinstance(exc, ssl.SSLError) or "SSL" in text:
        return FetchError("the server's certificate or encryption is not in order", kind="tls")
    if isinstance(exc, httpcore.ProtocolError):
        return FetchError("the server does not speak proper HTTP, or broke off", kind="protocol")
    return FetchError("the connection broke off", kind="network")
