"""Hands bytes to a web address over guarded connections: one request, no redirect, no cookie, no proxy."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime

import httpcore
import httpx

from monitor.config import FetchSettings
from monitor.errors import FetchError
from monitor.feeds.guard import GuardedBackend
from monitor.feeds.headers import retry_after_s
from monitor.feeds.transport import GuardedTransport


async def post_bytes(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    settings: FetchSettings,
    clock: Callable[[], datetime],
    timeout_s: float,
) -> tuple[int, float | None]:
    """The status that the address answers, and how long it asks to wait; its body is not read."""
    try:
        address = httpx.URL(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise FetchError("the address is not http(s)", kind="address")
        async with asyncio.timeout(timeout_s):
            async with GuardedTransport(GuardedBackend(settings.allow_private), 1) as transport:
                answer = await transport.ask("POST", address, headers, timeout_s=timeout_s, body=body)
                status, wait_s = answer.status, retry_after_s(answer.headers, clock())
                await answer.aclose()
                return status, wait_s
    except (TimeoutError, httpcore.TimeoutException) as exc:
        raise FetchError(f"no answer within {timeout_s:g} s", kind="timeout") from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as exc:
        raise FetchError(f"the connection broke off ({type(exc).__name__})", kind="network") from exc
    except (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError, ValueError) as exc:
        raise FetchError("the address cannot be read", kind="address") from exc
