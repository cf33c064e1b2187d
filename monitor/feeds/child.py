"""A process of its own for large documents: it may be killed when one takes too long or too much memory.

Some documents of a megabyte keep any XML parser busy for minutes (a hundred thousand attributes, say), and a thread
cannot be stopped. Jobs and answers are pickled, each after its length, over the standard input and output of the child.
"""

import asyncio
import contextlib
import pickle
import resource
import signal
import struct
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from monitor.errors import ParseError
from monitor.feeds.parse import parse_feed
from monitor.model import ParsedFeed

WALL_LIMIT_S = 20.0
MEMORY_LIMIT_BYTES = 1 << 30
LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseJob:
    """What `parse_feed` needs."""

    body: bytes
    url: str
    content_type: str | None
    now: datetime
    publisher: str | None
    max_entries: int

    def run(self) -> ParsedFeed:
        """The feed, read here and now; a ParseError if it is none."""
        return parse_feed(
            self.body,
            url=self.url,
            content_type=self.content_type,
            now=self.now,
            publisher=self.publisher,
            max_entries=self.max_entries,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What comes back: a feed, a ParseError's words and kind, or the traceback of a fault of ours."""

    feed: ParsedFeed | None = None
    error: tuple[str, str] | None = None
    fault: str | None = None


class ParserChild:
    """Reads one document at a time in a child process, which is started at the first one and replaced when killed."""

    def __init__(self, wall_limit_s: float = WALL_LIMIT_S) -> None:
        self._wall_limit_s = wall_limit_s
        self._process: Process | None = None

    async def parse(self, job: ParseJob) -> ParsedFeed:
        """The feed; a ParseError also when the document takes too long or too much memory."""
        process = self._process = self._process or await _start()
        try:
            async with asyncio.timeout(self._wall_limit_s):
                answer = await _ask(process, job)
        except TimeoutError as exc:
            await self.aclose()
            raise ParseError(
                f"the document took more than {self._wall_limit_s:g} s to read, as no honest feed does", kind="too_slow"
            ) from exc
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            await self.aclose()
            raise ParseError("the document broke the parser's process", kind="damaged") from exc
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if answer.fault is not None:
            raise RuntimeError(answer.fault)
        if answer.error is not None:
            raise ParseError(answer.error[0], kind=answer.error[1])
        assert answer.feed is not None
        return answer.feed

    async def aclose(self) -> None:
        """Ends the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _start() -> Process:
    # -P: the folder that the monitor happens to be run in is no place to import from.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "monitor.feeds.child", stdin=PIPE, stdout=PIPE
    )


async def _ask(process: Process, job: ParseJob) -> _Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    data = pickle.dumps(job)
    process.stdin.write(LENGTH.pack(len(data)) + data)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    answer = pickle.loads(await process.stdout.readexactly(length))  # from our own process, not from the feed
    assert isinstance(answer, _Answer)
    return answer


def _answer(job: ParseJob) -> _Answer:
    try:
        return _Answer(feed=job.run())
    except ParseError as exc:
        return _Answer(error=(str(exc), exc.kind))
    except MemoryError:
        return _Answer(error=("the document takes more memory to read than any honest feed", "too_slow"))
    except Exception:  # a fault of ours: handed to the parent, which raises it
        return _Answer(fault=traceback.format_exc())


def main() -> None:
    """Answers jobs until standard input ends."""
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit but does not let it be set
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := jobs.read(LENGTH.size):
        # Should the parent be gone, nobody else ends a job that hangs.
        signal.setitimer(signal.ITIMER_REAL, WALL_LIMIT_S + 5)
        _write(answers, pickle.dumps(_answer(pickle.loads(jobs.read(LENGTH.unpack(head)[0])))))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _write(answers: BinaryIO, data: bytes) -> None:
    answers.write(LENGTH.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    # Under its own name, so that what is pickled here is known there.
    from monitor.feeds.child import main as run

    run()
