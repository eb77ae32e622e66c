"""Who runs a trial: a name that tells whether its process still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tuning_playbook.numerals import whole_number


def worker_name() -> str:
    """Name of this process: host, process id and start time, so that ids may be reused."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_start_time(pid)}"


def is_dead(worker: str) -> bool:
    """Whether ``worker`` was a process of this host that has ended; ``False`` where unknown."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    pid = whole_number(rest)
    if host != socket.gethostname() or pid is None:
        return False
    return _start_time(pid) != worker.rpartition(":")[2]


def _start_time(pid: int) -> str:
    """Start of a process in clock ticks since boot; ``gone`` where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "gone"
    fields = stat.rpartition(")")[2].split()  # the program's name may hold spaces
    return "gone" if fields[0] == "Z" else fields[19]
