"""Polls all that is hostile from a process of its own, and prints how much that process grew.

The servers are another process, so that their memory is not counted: this one starts itself a second time for them.
"""

import json
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from hostile_documents import documents
from hostile_poll import poll_round
from hostile_scripts import scripts
from hostile_servers import ScriptedServer, serve_documents


def serve() -> None:
    """Serves until standard input ends; prints the addresses."""
    cases, server = documents(), ScriptedServer("127.0.5.1")
    for case in scripts():
        server.scripts[case.path] = case.script
    hosts = [server.url(case.path, f"127.0.5.{case.own_host}" if case.own_host else None) for case in scripts()]
    with serve_documents({f"/{n}": (case.body, case.content_type) for n, case in enumerate(cases)}) as base:
        print(json.dumps([f"{base}/{n}" for n in range(len(cases))] + hosts), flush=True)
        sys.stdin.read()
    server.close()


def main(database: Path) -> None:
    """Polls everything and prints the figures."""
    with subprocess.Popen(
        [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as servers:
        assert servers.stdout is not None
        urls = json.loads(servers.stdout.readline())
        limits = {"allow_private": ["127.0.0.0/8"], "per_host": 10, "deadline_s": 8}
        # One plain feed first: what a poll needs at all, it has then.
        poll_round(database.with_suffix(".idle"), urls[-1:], keep=False, **limits)
        idle = getrusage(RUSAGE_SELF).ru_maxrss
        done = poll_round(database, urls, keep=False, **limits)
        grown = getrusage(RUSAGE_SELF).ru_maxrss - idle
        servers.communicate("")
    print(f"feeds: {len(done.outcomes)}")
    print(f"grown MiB: {grown / 1024:.1f}")
    print(f"longest s: {max(outcome.duration_s for outcome in done.outcomes.values()):.1f}")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        main(Path(sys.argv[1]))
