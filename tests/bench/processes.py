"""Programs that are measured from outside: started on a sandbox, waited for, and asked what they use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

from tests.bench.measuring import process_cpu

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
BOT = ("-m", "bot", "run")
BOT_IS_READY = "bot.started"
BARE = ("-m", "tests.bench.bare")
BARE_IS_READY = "ready"
_RESULT = "result "
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: what the process holds in RAM, and what of it nobody else shares."""

    rss: int
    uss: int


class Program:
    """A Python program in a process of its own, from its start to the line that says that it is ready.

    `seconds` is how long that took on the clock, `cpu_seconds` on the processor.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        ready: str,
        log: Path,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._name = " ".join(arguments)
        self._patience = patience
        self._log = log
        self._out: IO[bytes] = log.open("wb")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DATABASE_"))}
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**inherited, **environment},
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )
        self._watched = psutil.Process(self._process.pid)
        self._wait_for(ready)
        self.seconds = time.perf_counter() - started
        self.cpu_seconds = self.cpu()

    def cpu(self) -> float:
        """Processor seconds so far, all threads together."""
        return process_cpu(self._process.pid)

    def memory(self) -> Memory:
        """What it holds now."""
        used = self._watched.memory_full_info()
        return Memory(used.rss, used.uss)

    def said(self) -> str:
        """Everything that it has printed."""
        return self._log.read_text("utf-8", "replace")

    def ask(self, order: str) -> Any:
        """Give it a line, and return what it answers."""
        assert self._process.stdin is not None
        before = self.said().count(_RESULT)
        self._process.stdin.write(f"{order}\n".encode())
        self._process.stdin.flush()
        self._wait_for(_RESULT, before + 1)
        return self.result()

    def result(self) -> Any:
        """The last `result JSON` that it has printed."""
        self._wait_for(_RESULT)
        return json.loads(self.said().rpartition(_RESULT)[2].partition("\n")[0])

    def stop(self) -> None:
        """End it, gently at first."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    def _wait_for(self, word: str, times: int = 1) -> None:
        until = time.monotonic() + self._patience
        while (said := self.said()).count(word) < times or not said.endswith("\n"):
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self._name} did not start:\n{said[-2000:]}")
            time.sleep(0.005)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
