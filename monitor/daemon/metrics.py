"""Figures in Prometheus' text format. Pure but for what the process says of itself."""

import os
import resource
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from monitor.daemon.lock import LockState

_HELP = {
    "reports": ("gauge", "Reports stored.", ""),
    "matches": ("gauge", "Matches stored, by relation.", "relation"),
    "alerts": ("gauge", "Alerts by state.", "state"),
    "deliveries": ("gauge", "Messages by state.", "state"),
    "feeds": ("gauge", "Configured feeds by health.", "health"),
    "overdue_s": ("gauge", "Seconds by which the longest waiting feed or message is late.", "what"),
}


def render(
    counts: Mapping[tuple[str, str], int], lock: LockState, runs: Mapping[tuple[str, str], int], now: datetime
) -> str:
    """The page that `/metrics` answers."""
    lines: list[str] = []
    for what, (kind, text, label) in _HELP.items():
        name = "monitor_overdue_seconds" if what == "overdue_s" else f"monitor_{what}"
        found = [(({label: key} if label else {}), n) for (one, key), n in sorted(counts.items()) if one == what]
        lines += _family(name, kind, text, found)
    done = [({"job": job}, at.timestamp()) for job, at in sorted(lock.done.items())]
    lines += _family("monitor_job_last_success_timestamp_seconds", "gauge", "When each job last went well.", done)
    failing = [({"job": job}, 1) for job in sorted(lock.failing)]
    lines += _family("monitor_job_failing", "gauge", "Jobs whose last run failed.", failing)
    ran = [({"job": job, "result": result}, n) for (job, result), n in sorted(runs.items())]
    lines += _family("monitor_job_runs_total", "counter", "Runs of each job since the start, by result.", ran)
    if lock.started is not None:
        lines += _single("monitor_start_timestamp_seconds", "When the daemon started.", lock.started.timestamp())
        lines += _single("monitor_uptime_seconds", "Since then.", (now - lock.started).total_seconds())
    lines += _single("process_resident_memory_bytes", "Memory in use.", resident_bytes())
    lines += _single("process_open_fds", "Open descriptors.", open_descriptors())
    return "\n".join(lines) + "\n"


def resident_bytes() -> int:
    """The memory of this process; its highest so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return len(os.listdir(folder))


def _single(name: str, text: str, value: float) -> list[str]:
    return _family(name, "gauge", text, [({}, value)])


def _family(name: str, kind: str, text: str, values: Iterable[tuple[Mapping[str, str], float]]) -> list[str]:
    lines = [f"{name}{_labels(labels)} {value:.15g}" for labels, value in values]
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *lines] if lines else []


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    inner = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return f"{{{inner}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
