"""What a job of the clock is: a name and a use case that does one piece of due work. Each feature lists its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

DoOne = Callable[[Session, datetime], bool]
"""`do_one(session, now)` does one piece of due work and returns whether there was any."""


@dataclass(frozen=True, slots=True)
class Job:
    """`do_one(session, now)` takes one due piece by a conditional update, so replicas may run it at the same time.

    `ticks` is how many ticks of the clock lie between two looks.
    """

    name: str
    do_one: DoOne
    ticks: int = 1
