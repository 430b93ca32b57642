"""The benchmarks' measure of memory counts the process alone, not what its parent held."""

from __future__ import annotations

import subprocess
import sys

from tests.bench.memory import most_memory

_CHILD = "from tests.bench.memory import most_memory; print(most_memory())"


def test_a_small_child_of_a_large_parent_is_small() -> None:
    ballast = bytearray(150_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    printed = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, check=True, text=True)
    assert 1_000_000 < int(printed.stdout) < len(ballast) < most_memory()
