"""Ways to measure that a busy machine disturbs little: processor time, both sides in turns, medians."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock and on the processor."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """What one call of `work` takes in this thread."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return Spent(time.perf_counter() - wall, time.thread_time() - cpu)


def in_turns(sides: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 1) -> dict[str, Spent]:
    """The medians of several calls of each side; they take turns, so that what else runs hurts all of them alike."""
    for _ in range(warm_up):
        for work in sides.values():
            work()
    took: dict[str, list[Spent]] = {name: [] for name in sides}
    for turn in range(rounds):
        names = list(sides) if turn % 2 else list(reversed(sides))
        for name in names:
            took[name].append(spent(sides[name]))
    return {
        name: Spent(median(one.wall for one in held), median(one.cpu for one in held)) for name, held in took.items()
    }
