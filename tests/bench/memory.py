"""The most memory that a process has held since it became the program that it is."""

from __future__ import annotations

from pathlib import Path

_KILOBYTE = 1024


def most_memory(pid: int | str = "self") -> int:
    """Bytes; 0 when the process has ended.

    `ru_maxrss` would count what its parent held, for it is kept when a child of that parent becomes another program.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * _KILOBYTE for line in lines if line.startswith("VmHWM:")), 0)
