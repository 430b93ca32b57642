"""The sandbox's clock: real time plus an offset that only grows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, moved forwards on request.

    Message timestamps, the 3 seconds of a trigger and the 30 minutes of a response_url follow it.
    """

    def __init__(self, at: datetime | None = None) -> None:
        """Start now, or at the aware datetime `at` (which may lie in the past: it only sets the starting point)."""
        self._offset = timedelta() if at is None else at - datetime.now(UTC)
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The sandbox's present, an aware datetime in UTC."""
        return datetime.now(UTC) + self._offset

    @property
    def offset(self) -> timedelta:
        """How far ahead of real time the clock stands."""
        return self._offset

    def move(self, to: datetime) -> None:
        """Go forwards to the aware datetime `to`; ValueError when it lies behind the clock."""
        if to.tzinfo is None:
            raise ValueError("the clock needs a datetime with a time zone")
        ahead = to - self.now()
        if ahead < timedelta():
            raise ValueError(f"the clock only moves forwards: it is {self.now():%Y-%m-%d %H:%M} already")
        self.restore(self._offset + ahead)

    def restore(self, offset: timedelta) -> None:
        """Set the offset as it was kept by an earlier run."""
        self._offset = offset
        for listener in self._listeners:
            listener()

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every move."""
        self._listeners.append(listener)
