"""A round of polling beside other feed readers: `python bench/bench_poll.py [--feeds N] [--items N] [--real DIR]`.

A server of its own process on loopback serves N feeds of N made-up items each, and answers ETags. Every contender polls
them all into a new database (cold) and, nothing having changed, once more (warm), each in a process of its own:
the monitor with fetching, parsing, storing, matching against the shipped profile and alerting; `reader`'s
`update_feeds` with as many workers as the monitor makes requests at once; newsboat's `-x reload`, if it is installed
(its times are those of the whole process, for it tells no others). Printed are seconds with the ratios to the monitor,
as the median of the rounds, by the clock and (in brackets) of processor time, which other work on the machine disturbs
less; and the peak memory of each process. With --real, the documents of a folder are
parsed by the monitor and by plain feedparser in turn.
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from matcher_data import Item
from matcher_data import items as make_items

PROFILE = Path(__file__).parents[1] / "config" / "baselines" / "coalition-withdrawal.toml"
AT_ONCE = 10
START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def made_feed(number: int, told: list[Item]) -> bytes:
    """A feed of the usual shape: summaries in escaped markup, every field in its place."""
    made = []
    for n, (title, words) in enumerate(told):
        text = f'&lt;p&gt;{escape(words)}&lt;/p&gt;&lt;p&gt;&lt;a href="http://feed{number}.example/{n}"&gt;More&lt;/a&gt;&lt;/p&gt;'
        title = escape(title)
        date = (START - timedelta(hours=n)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        made.append(
            f"<item><title>{title}</title><link>http://feed{number}.example/{n}</link>"
            f'<guid isPermaLink="false">{number}-{n}</guid><pubDate>{date}</pubDate><dc:creator>A. Writer</dc:creator>'
            f"<category>news</category><description>{text}</description></item>"
        )
    head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    channel = (
        f"<channel><title>Feed {number}</title><link>http://feed{number}.example/</link><description>D</description>"
    )
    return f"{head}{channel}{''.join(made)}</channel></rss>".encode()


def serve(feeds: int, items: int) -> None:
    """Serves until standard input ends; prints the port."""
    told = make_items(None, random.Random(1))
    told = told * (feeds * items // len(told) + 1)
    documents = {f"/{n}.xml": made_feed(n, told[n * items : (n + 1) * items]) for n in range(feeds)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            known = self.headers.get("If-None-Match") == f'"{self.path}"'
            body = b"" if known else documents[self.path]
            self.send_response(304 if known else 200)
            self.send_header("ETag", f'"{self.path}"')
            if not known:
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 100

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


def _used_s() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


class Stopwatch:
    """Times by the clock, and processor time of this process and its children."""

    def __init__(self, found: dict[str, float], name: str) -> None:
        self._found, self._name = found, name

    def __enter__(self) -> None:
        self._begun, self._used = time.perf_counter(), _used_s()

    def __exit__(self, *args: object) -> None:
        self._found[self._name] = time.perf_counter() - self._begun
        self._found[f"{self._name} cpu"] = _used_s() - self._used


# ---- contenders, each in a process of its own -------------------------------------------------------------------


def run_monitor(folder: Path, urls: list[str]) -> dict[str, float]:
    """The stages `poll` and `match`, as the daemon runs them."""
    from monitor.baseline.profile import load_profile
    from monitor.config.settings import Settings
    from monitor.model import FeedSource
    from monitor.pipeline import MatchMemory, match, poll
    from monitor.store import open_store

    fetch = {"allow_private": ["127.0.0.0/8"], "per_host": AT_ONCE, "per_host_delay_s": 0, "concurrency": AT_ONCE}
    settings = Settings.model_validate({"fetch": fetch})
    baseline = load_profile(PROFILE)
    memory = MatchMemory()
    memory.matcher(baseline)
    sources = [FeedSource(url=url) for url in urls]
    now = START

    def clock() -> datetime:
        return now

    found: dict[str, float] = {}
    with open_store(folder / "monitor.db", clock=clock, create=True) as store:
        store.sync_baseline(baseline)
        for name in ("cold", "warm"):
            with Stopwatch(found, name):
                with Stopwatch(found, f"{name} poll"):
                    polled = poll(store, sources, settings, clock=clock, rng=random.Random(1), force=True)
                match(store, [baseline], settings, clock=clock, memory=memory)
            assert polled.failed == 0, polled.errors[:3]
            now += timedelta(hours=2)
        found["reports"] = store.query("SELECT COUNT(*) AS n FROM reports")[0]["n"]
    return found


def run_reader(folder: Path, urls: list[str]) -> dict[str, float]:
    """reader's own round; it matches nothing."""
    from reader import make_reader

    reader = make_reader(str(folder / "reader.sqlite"))
    for url in urls:
        reader.add_feed(url)
    found: dict[str, float] = {}
    for name in ("cold", "warm"):
        with Stopwatch(found, name):
            reader.update_feeds(workers=AT_ONCE, scheduled=False)  # as with the monitor's `force`
    found["reports"] = reader.get_entry_counts().total
    reader.close()
    return found


def run_newsboat(folder: Path, urls: list[str]) -> dict[str, float]:
    """newsboat's reload, timed from outside."""
    (folder / "urls").write_text("\n".join(urls) + "\n")
    (folder / "config").write_text(f"reload-threads {AT_ONCE}\n")
    command = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
    found: dict[str, float] = {}
    for name in ("cold", "warm"):
        with Stopwatch(found, name):
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return found


CONTENDERS: dict[str, Callable[[Path, list[str]], dict[str, float]]] = {
    "monitor": run_monitor,
    "reader": run_reader,
    "newsboat": run_newsboat,
}


def measure(name: str, urls: list[str]) -> dict[str, float]:
    """One contender in a new process and a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.json").write_text(json.dumps(urls))
        done = subprocess.run(
            [sys.executable, __file__, "--contender", name, folder], check=True, stdout=subprocess.PIPE, text=True
        )
    found: dict[str, float] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return found


def contend(name: str, folder: Path) -> None:
    """The contender's figures as one line of JSON."""
    found = CONTENDERS[name](folder, json.loads((folder / "in.json").read_text()))
    who = resource.RUSAGE_CHILDREN if name == "newsboat" else resource.RUSAGE_SELF
    found["MiB"] = resource.getrusage(who).ru_maxrss / 1024
    print(json.dumps(found))


def compare(feeds: int, items: int, rounds: int) -> None:
    """All contenders in turn, so many times."""
    names = [name for name in CONTENDERS if name != "newsboat" or shutil.which("newsboat")]
    command = [sys.executable, __file__, "--serve", "--feeds", str(feeds), "--items", str(items)]
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        urls = [f"http://127.0.0.1:{port}/{n}.xml" for n in range(feeds)]
        for _ in range(rounds):
            for name in names:
                results[name].append(measure(name, urls))
        server.communicate("")
    print(f"{feeds} feeds of {items} items, {rounds} rounds; medians")
    for name in names:
        row = {key: statistics.median(one[key] for one in results[name]) for key in results[name][0]}
        ratios = {
            key: statistics.median(a[key] / b[key] for a, b in zip(results[name], results["monitor"], strict=True))
            for key in ("cold", "warm", "cold cpu", "warm cpu")
        }
        parts = "".join(
            f"   {key} {row[key]:6.2f} s, {ratios[key]:5.2f} x "
            f"({row[f'{key} cpu']:5.2f} s, {ratios[f'{key} cpu']:5.2f} x)"
            for key in ("cold", "warm")
        )
        print(f"{name:9}{parts}   {row['MiB']:4.0f} MiB")
        if "cold poll" in row:
            stages = [f"{key} poll" for key in ("cold", "warm")]
            alone = " and ".join(f"{row[stage]:.2f} s ({row[f'{stage} cpu']:.2f} s)" for stage in stages)
            print(f"{'':9}   of that polling {alone}")


# ---- parsing alone ----------------------------------------------------------------------------------------------


def compare_parsing(folder: Path, rounds: int = 3) -> None:
    """The monitor's parser beside plain feedparser on a folder of documents."""
    import io

    import feedparser

    from monitor.errors import ParseError
    from monitor.feeds.parse import parse_feed

    bodies = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    bodies = [body for body in bodies if body.lstrip()[:1] == b"<"]
    ratios, ours, theirs = [], 0.0, 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for body in bodies:
            try:
                parse_feed(body, url="http://feeds.example/", now=datetime.now(UTC))
            except ParseError:
                continue
        ours = time.process_time() - begun
        begun = time.process_time()
        for body in bodies:
            feedparser.parse(io.BytesIO(body))
        theirs = time.process_time() - begun
        ratios.append(theirs / ours)
    size = sum(map(len, bodies)) / 1e6
    print(f"parsing {len(bodies)} documents, {size:.1f} MB: {ours:.2f} s, feedparser {theirs:.2f} s, ", end="")
    print(f"{statistics.median(ratios):.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--contender", nargs=2)
    options = parser.parse_args()
    if options.contender:
        contend(options.contender[0], Path(options.contender[1]))
    elif options.serve:
        serve(options.feeds, options.items)
    else:
        compare(options.feeds, options.items, options.rounds)
        if options.real:
            compare_parsing(options.real)


if __name__ == "__main__":
    main()
