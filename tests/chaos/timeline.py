"""Business time during a run: a file that all replicas read, so that one write steps the clock of all of them."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Segment:
    """From the moment `real` (seconds since 1970) on, business time is `business` and runs at `speed`."""

    real: float
    business: float
    speed: float

    def at(self, real: float) -> float:
        return self.business + (real - self.real) * self.speed


class FileClock:
    """The clock of a replica; reads the file again when it was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._segment = Segment(0, 0, 1)

    def now(self) -> datetime:
        stat = os.stat(self._path)
        stamp = stat.st_ino, stat.st_mtime_ns
        if stamp != self._stamp:
            self._segment, self._stamp = Segment(**json.loads(self._path.read_text())), stamp
        return datetime.fromtimestamp(self._segment.at(time.time()), UTC)


class Timeline:
    """The one who moves the clock, and remembers how it went."""

    def __init__(self, path: Path, start: datetime, speed: float) -> None:
        self.path = path
        self.segments: list[Segment] = []
        self._go_on(Segment(time.time(), start.timestamp(), speed))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.segments[-1].at(time.time()), UTC)

    def step(self, to: datetime) -> None:
        """Go on from another moment, forwards or backwards."""
        self._go_on(Segment(time.time(), to.timestamp(), self.segments[-1].speed))

    def stop(self) -> None:
        """Let business time stand still, so that nothing more falls due."""
        self._go_on(Segment(time.time(), self.now().timestamp(), 0.0))

    def lived(self) -> list[tuple[datetime, datetime]]:
        """The stretches of business time that were not stepped over."""
        ends = [*(segment.real for segment in self.segments[1:]), time.time()]
        return [
            (datetime.fromtimestamp(segment.business, UTC), datetime.fromtimestamp(segment.at(end), UTC))
            for segment, end in zip(self.segments, ends, strict=True)
        ]

    def reached(self, moment: datetime) -> float:
        """When (seconds since 1970) business time first came to `moment`."""
        wanted = moment.timestamp()
        ends = [*(segment.real for segment in self.segments[1:]), time.time()]
        for segment, end in zip(self.segments, ends, strict=True):
            if segment.business >= wanted:
                return segment.real
            if segment.at(end) >= wanted:
                return segment.real + (wanted - segment.business) / segment.speed
        return ends[-1]

    def _go_on(self, segment: Segment) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(segment)))
        fresh.replace(self.path)
        self.segments.append(segment)


def spring_edge(after: datetime) -> datetime:
    """The moment in the next year when Europe's clocks go forwards; Sydney's go back a week later."""
    last = date(after.year + 1, 3, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return datetime(sunday.year, 3, sunday.day, 1, tzinfo=UTC)


def autumn_edge(spring: datetime) -> datetime:
    """When Sydney's clocks go back: on the first Sunday of April at 16:00 UTC of the day before."""
    first = date(spring.year, 4, 1)
    sunday = first + timedelta(days=(6 - first.weekday()) % 7)
    return datetime(spring.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(hours=8)
