"""Ways to measure that a busy machine disturbs little: processor time, both sides in turns, medians."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import text

from bot.store.engine import Database
from tests.support.statements import statements

_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock and on the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that are compared: what is called, and the database whose server works for it."""

    work: Callable[[], object]
    database: Database | None = None


def spent(work: Callable[[], object], database: Database | None = None) -> Spent:
    """What one call of `work` takes: in this thread, and in the server processes of a PostgreSQL `database`."""
    server = 0.0 if database is None else server_cpu(database)
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    took = Spent(time.perf_counter() - wall, time.thread_time() - cpu)
    return took if database is None else Spent(took.wall, took.cpu + server_cpu(database) - server)


def in_turns(sides: Mapping[str, Side], rounds: int, warm_up: int = 1) -> dict[str, Spent]:
    """The medians of several calls of each side; they take turns, so that what else runs hurts all of them alike."""
    for _ in range(warm_up):
        for side in sides.values():
            side.work()
    took: dict[str, list[Spent]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name in sorted(sides, reverse=bool(turn % 2)):
            took[name].append(spent(sides[name].work, sides[name].database))
    return {name: middle(held) for name, held in took.items()}


def middle(held: list[Spent]) -> Spent:
    """The medians of clock and processor time."""
    return Spent(median(one.wall for one in held), median(one.cpu for one in held))


def statements_of(database: Database, work: Callable[[], object]) -> int:
    """How many statements a second call of `work` sends, BEGIN and savepoints left out; `AssertionError` for none."""
    work()
    with statements(database) as sent:
        work()
    asked = [statement for statement in sent if not statement.startswith(_OF_TRANSACTIONS)]
    assert asked, "nothing was asked"
    return len(asked)


def server_cpu(database: Database) -> float:
    """The processor seconds of all server processes that work for our connections; 0 on SQLite, which has none."""
    if database.dialect == "sqlite":
        return 0.0
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))
        return sum(process_cpu(pid) for pid in found.scalars())


def process_cpu(pid: int) -> float:
    """The processor seconds of a process, all threads together; 0 when it has ended."""
    threads = Path(f"/proc/{pid}/task")
    if (threads / str(pid) / "schedstat").exists():
        # To the nanosecond, where the kernel tells it; the times of a process are counted in hundredths of a second.
        return sum(_nanoseconds(thread) for thread in threads.iterdir()) / 1e9
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def _nanoseconds(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except FileNotFoundError:  # it has just ended
        return 0
