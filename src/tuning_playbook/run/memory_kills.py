"""Whether the kernel has killed processes because memory ran out."""

from __future__ import annotations

from pathlib import Path


def memory_kills() -> int:
    """How many processes the kernel has killed for want of memory since the machine started.

    Its count goes up before the signal is sent. 0 where it does not tell.
    """
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
