"""A process of its own for documents that are not plain: it may be killed when one takes too long or too much memory.

A hundred thousand line breaks, or attributes, keep a parser that repairs what it reads busy for minutes, and a thread
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
from typing import Any, BinaryIO, Protocol, TypeVar

from monitor.errors import ParseError
from monitor.feeds.parse import ParseJob
from monitor.model import ParsedFeed

WALL_LIMIT_S = 10.0  # the slowest of five hundred real feeds took one and a half
MEMORY_LIMIT_BYTES = 1 << 30
LENGTH = struct.Struct(">Q")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What comes back: a result, a ParseError's words and kind, or the traceback of a fault of ours."""

    result: Any = None
    error: tuple[str, str] | None = None
    fault: str | None = None


class Job(Protocol[T_co]):
    """Work for the child: pickled, so of a class that can be imported by its name."""

    def run(self) -> T_co:
        """The result, made here and now; a ParseError if there is none."""


class Child:
    """Does one job at a time in a child process, which is started at the first one and replaced when killed."""

    def __init__(self, wall_limit_s: float = WALL_LIMIT_S) -> None:
        self._wall_limit_s = wall_limit_s
        self._process: Process | None = None

    async def run(self, job: Job[T]) -> T:
        """The job's result; a ParseError also when the document takes too long or too much memory."""
        process = self._process = self._process or await _start()
        try:
            async with asyncio.timeout(self._wall_limit_s):
                answer = await _ask(process, job)
        except TimeoutError as exc:
            await self.aclose()
            raise ParseError(
                f"the document took more than {self._wall_limit_s:g} s to read, as no honest document does",
                kind="too_slow",
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
        result: T = answer.result
        return result

    async def aclose(self) -> None:
        """Ends the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class ParserChild(Child):
    """A child that reads feeds."""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        """The feed; a ParseError also when the document takes too long or too much memory."""
        return await self.run(job)


async def _start() -> Process:
    # -P: the folder that the monitor happens to be run in is no place to import from.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "monitor.feeds.child", stdin=PIPE, stdout=PIPE
    )


async def _ask(process: Process, job: Job[object]) -> _Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    data = pickle.dumps(job)
    process.stdin.write(LENGTH.pack(len(data)) + data)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    answer = pickle.loads(await process.stdout.readexactly(length))  # from our own process, not from the feed
    assert isinstance(answer, _Answer)
    return answer


def _answer(job: Job[object]) -> _Answer:
    try:
        return _Answer(result=job.run())
    except ParseError as exc:
        return _Answer(error=(str(exc), exc.kind))
    except MemoryError:
        return _Answer(error=("the document takes more memory to read than any honest document", "too_slow"))
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
