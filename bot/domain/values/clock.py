"""The clock that the code reads: injected, so that tests and the demo can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the business time."""

    def now(self) -> datetime:
        """The present moment, an aware UTC datetime."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """A clock that runs at the machine's speed with an offset that can be set."""

    def __init__(self, at: datetime | None = None) -> None:
        """Start at the aware moment `at`, or at the present."""
        self._offset = timedelta()
        if at is not None:
            self.move(at)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move(self, to: datetime) -> None:
        """Go on from the aware moment `to`; a naive one raises `ValueError`."""
        if to.tzinfo is None:
            raise ValueError(f"{to} has no time zone")
        self._offset = to - datetime.now(UTC)
