"""Brings the guarded way to the network to the channel that needs it: rooms do not import one another."""

import asyncio

from monitor.config.settings import Settings
from monitor.deliver.faults import AddressDown
from monitor.deliver.webhook import Answer, Post
from monitor.errors import FetchError
from monitor.feeds.post import post_bytes
from monitor.pipeline.hooks import Clock

TIMEOUT_S = 20.0


def make_post(settings: Settings, clock: Clock) -> Post:
    """Posts bytes to a web address, within a time limit and to allowed addresses only; follows no redirect."""

    def post(url: str, headers: dict[str, str], body: bytes) -> Answer:
        try:
            status, wait_s = asyncio.run(
                post_bytes(url, headers, body, settings=settings.fetch, clock=clock, timeout_s=TIMEOUT_S)
            )
        except FetchError as exc:
            raise AddressDown(str(exc)) from exc
        return Answer(status=status, retry_after_s=wait_s)

    return post
