"""What it takes to start and to sit there: the whole bot against the smallest Bolt app, and against a larger ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from statistics import median

from bot.store.engine import Database
from tests.bench.filling import fill
from tests.bench.processes import Memory, Program
from tests.bench.registry import Figure, Run, compared
from tests.bench.stage import run_bare, run_bot, sandbox

_SMALL = 1_000
_BARE = "a Bolt app with one command on the same adapter, connected"


def start(run: Run) -> Iterable[Figure]:
    """From the start of the process to the open socket; then the memory that it holds when it has come to rest."""
    large = run.size(100_000, 20_000)
    databases = {size: _filled(run, size) for size in (_SMALL, large)}
    began = asyncio.run(_measure(run, databases))
    bare, ours, grown = began["bare"], began[str(_SMALL)], began[str(large)]
    flat = f"the same with {_SMALL:,} accounts; here with {large:,}"
    yield compared("start_cpu", ours.cpu(), bare.cpu(), "s CPU", _BARE)
    yield compared("start_time", ours.seconds(), bare.seconds(), "s", _BARE)
    yield compared("start_flat", grown.cpu(), ours.cpu(), "s CPU", flat, most=1.3)
    yield compared("memory_uss", ours.uss(), bare.uss(), "MB", f"{_BARE}; memory that is shared with nobody", most=2)
    yield compared(
        "memory_rss", ours.rss(), bare.rss(), "MB", f"{_BARE}; all memory, shared libraries included", most=2
    )
    for database in databases.values():
        database.dispose()


class _Began:
    """What several starts of one program took, and what it held afterwards."""

    def __init__(self) -> None:
        self._starts: list[tuple[float, float]] = []
        self._held: list[Memory] = []

    def keep(self, program: Program) -> None:
        self._starts.append((program.seconds, program.cpu_seconds))
        self._held.append(program.memory())

    def seconds(self) -> float:
        return median(seconds for seconds, _ in self._starts)

    def cpu(self) -> float:
        return median(cpu for _, cpu in self._starts)

    def uss(self) -> float:
        return median(held.uss for held in self._held) / 1e6

    def rss(self) -> float:
        return median(held.rss for held in self._held) / 1e6


def _filled(run: Run, accounts: int) -> Database:
    database = run.sqlite()
    fill(database, accounts, cadences=True, now=datetime.now(UTC))
    return database


async def _measure(run: Run, databases: dict[int, Database]) -> dict[str, _Began]:
    """One after the other, in turns: programs that run at once would slow each other down."""
    began = {name: _Began() for name in ("bare", *map(str, databases))}
    async with sandbox() as slack:
        log = run.directory / "start.log"
        starts: dict[str, Callable[[], Program]] = {"bare": partial(run_bare, slack, log)}
        starts |= {str(size): partial(run_bot, slack, database, log) for size, database in databases.items()}
        for number in range(run.size(5, 3) + 1):
            for name, begin in starts.items():
                program = await asyncio.to_thread(begin)
                await asyncio.to_thread(_come_to_rest, program)
                if number:  # the first start reads the files from the disk
                    began[name].keep(program)
                await asyncio.to_thread(program.stop)
    return began


def _come_to_rest(program: Program) -> None:
    """Wait until the program has done nothing worth mentioning for a while."""
    used, until = program.cpu(), time.monotonic() + 10
    while time.monotonic() < until:
        time.sleep(0.5)
        if program.cpu() - used < 0.005:
            return
        used = program.cpu()
