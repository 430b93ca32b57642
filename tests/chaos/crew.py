"""The replicas of one run: starts them, starts them again when they are gone, and can hit each of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import psutil

from tests.chaos.options import ROOT

_LOOK_SECONDS = 0.1
_GROWN_UP_SECONDS = 1.2  # of processor time, of which a start takes one
_SPARE_THE_YOUNG = 0.85  # of the blows; the others may hit somebody who just starts


class Crew:
    """`size` replicas, each in a slot of its own. `faults` counts what was done to them and what they did."""

    def __init__(
        self, size: int, settings: dict[str, Any], clock: Path, logs: Path, random: Random, faults: Counter[str]
    ) -> None:
        self._settings, self._clock, self._logs, self._random = settings, clock, logs, random
        self._pids: list[int | None] = [None] * size
        self._again_at = [0.0] * size
        self._frozen: set[int] = set()
        self._told: set[int] = set()
        self._faults = faults
        self._parent: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._parent = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.chaos.replica"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> int:
        """Stop keeping them alive, end all by SIGTERM; returns how many had to be killed because they did not go."""
        assert self._parent is not None and self._watching is not None
        self._watching.cancel()
        self.wake_all()
        pids = [pid for pid in self._pids if pid is not None]
        for pid in pids:
            _send(pid, signal.SIGTERM)
        patience = time.monotonic() + 20
        while any(map(_alive, pids)) and time.monotonic() < patience:  # noqa: ASYNC110 - processes wake nobody
            await asyncio.sleep(0.05)
        stubborn = [pid for pid in pids if _alive(pid)]
        await self.close()
        return len(stubborn)

    async def close(self) -> None:
        """End everything at once."""
        if self._watching is not None:
            self._watching.cancel()
        if self._parent is not None and self._parent.returncode is None:
            assert self._parent.stdin is not None
            self._parent.stdin.close()
            await self._parent.wait()

    def kill(self) -> None:
        """kill -9 one replica."""
        if (slot := self._pick()) is not None:
            self._hit(slot, signal.SIGKILL)
            self._faults["kill -9"] += 1

    def terminate(self) -> None:
        """SIGTERM one replica, as a deployment does."""
        if (slot := self._pick()) is not None:
            self._hit(slot, signal.SIGTERM)
            self._faults["SIGTERM"] += 1

    async def freeze(self, seconds: float) -> None:
        """SIGSTOP one replica, and SIGCONT after a while."""
        slot = self._pick()
        if slot is None:
            return
        pid = self._pids[slot]
        assert pid is not None
        self._frozen.add(pid)
        _send(pid, signal.SIGSTOP)
        self._faults["SIGSTOP past the lease"] += 1
        await asyncio.sleep(seconds)
        self._wake(pid)

    def wake_all(self) -> None:
        """SIGCONT whoever is frozen."""
        for pid in list(self._frozen):
            self._wake(pid)

    def _wake(self, pid: int) -> None:
        if pid in self._frozen:
            self._frozen.discard(pid)
            _send(pid, signal.SIGCONT)

    def _hit(self, slot: int, with_signal: signal.Signals) -> None:
        pid = self._pids[slot]
        assert pid is not None
        self._told.add(pid)
        _send(pid, with_signal)

    def _pick(self) -> int | None:
        spared = {None, *self._frozen, *self._told}
        awake = [slot for slot, pid in enumerate(self._pids) if pid not in spared]
        if self._random.random() < _SPARE_THE_YOUNG:
            awake = [slot for slot in awake if _worked(self._pids[slot]) > _GROWN_UP_SECONDS]
        return self._random.choice(awake) if awake else None

    async def _watch(self) -> None:
        while True:
            for slot, pid in enumerate(self._pids):
                if pid is not None and not _alive(pid):
                    self._bury(slot, pid)
                elif pid is None and time.monotonic() >= self._again_at[slot]:
                    await self._bear(slot)
            await asyncio.sleep(_LOOK_SECONDS)

    def _bury(self, slot: int, pid: int) -> None:
        if pid not in self._told:
            self._faults["could not start, and was started again"] += 1
        self._told.discard(pid)
        self._frozen.discard(pid)
        self._pids[slot] = None
        self._again_at[slot] = time.monotonic() + self._random.uniform(0, 0.5)

    async def _bear(self, slot: int) -> None:
        assert self._parent is not None and self._parent.stdin is not None and self._parent.stdout is not None
        order = {
            "settings": {**self._settings, "replica": f"r{slot}"},
            "clock": str(self._clock),
            "log": str(self._logs / f"replica-{slot}.log"),
        }
        self._parent.stdin.write(json.dumps(order).encode() + b"\n")
        await self._parent.stdin.drain()
        self._pids[slot] = int(await self._parent.stdout.readline())


def _worked(pid: int | None) -> float:
    """The processor time that a process has had, in seconds."""
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _send(pid: int, with_signal: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, with_signal)
