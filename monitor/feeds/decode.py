"""Bodies within bounds: at most so many bytes come out, however small a compressed body is."""

import zlib
from collections.abc import AsyncIterator

from monitor.errors import FetchError

STEP = 1 << 16  # bytes a decompressor may give at once
MAX_MEMBERS = 100  # gzip parts in one body; honest servers send one
GZIP_MAGIC = b"\x1f\x8b"


class BoundedBody:
    """Collects a body chunk by chunk, decoded, and refuses to grow beyond `max_bytes`."""

    def __init__(self, max_bytes: int, coding: str = "") -> None:
        codings = [part.strip().lower() for part in coding.split(",") if part.strip(" ,")]
        codings = [part for part in codings if part != "identity"]
        if len(codings) > 1 or any(part not in ("gzip", "x-gzip") for part in codings):
            raise FetchError(f"the answer is packed as {coding[:40]!r}, which was not asked for", kind="encoding")
        self._max_bytes = max_bytes
        self._gunzip = zlib.decompressobj(wbits=31) if codings else None
        self._members = 1
        self._started = False
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes off the wire."""
        if not self._started and chunk:
            self._started = True
            if self._gunzip is None and chunk.startswith(GZIP_MAGIC):  # a .gz file served as it is
                self._gunzip = zlib.decompressobj(wbits=31)
        if self._gunzip is None:
            self._add(chunk)
        else:
            self._inflate(chunk)

    def finish(self) -> bytes:
        """The whole body; a FetchError if it broke off."""
        if self._gunzip is not None and self._started and not self._gunzip.eof:
            raise FetchError("the compressed answer broke off before its end", kind="encoding")
        return bytes(self._body)

    def _inflate(self, chunk: bytes) -> None:
        while True:
            gunzip = self._next_member(chunk)
            if gunzip is None:
                return
            try:
                decoded = gunzip.decompress(chunk, STEP)
            except zlib.error as exc:
                raise FetchError("the compressed answer is damaged", kind="encoding") from exc
            self._add(decoded)
            chunk = gunzip.unused_data if gunzip.eof else gunzip.unconsumed_tail
            if not chunk and (gunzip.eof or len(decoded) < STEP):
                return

    def _next_member(self, chunk: bytes) -> "zlib._Decompress | None":
        """The decompressor for these bytes; None if they are padding after the last part, which gzip ignores too."""
        if self._gunzip is not None and self._gunzip.eof:
            if not chunk.startswith(GZIP_MAGIC) or self._members >= MAX_MEMBERS:
                return None
            self._members += 1
            self._gunzip = zlib.decompressobj(wbits=31)
        return self._gunzip

    def _add(self, decoded: bytes) -> None:
        if len(self._body) + len(decoded) > self._max_bytes:
            raise FetchError(
                f"the answer is larger than {self._max_bytes:,} bytes (fetch.max_bytes), too much for a feed",
                kind="too_big",
            )
        self._body += decoded


async def read_bounded(chunks: AsyncIterator[bytes], max_bytes: int, coding: str) -> bytes:
    """The body that the chunks make, decoded, or a FetchError when it is too large or damaged."""
    body = BoundedBody(max_bytes, coding)
    async for chunk in chunks:
        body.feed(chunk)
    return body.finish()
