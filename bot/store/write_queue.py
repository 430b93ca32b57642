"""Turns for the writers of a SQLite file: first come, first served, across the threads of this process."""

from __future__ import annotations

from collections import deque
from threading import Lock


class Turnstile:
    """A lock that is handed to the one who has waited longest.

    SQLite lets a waiting writer poll ever more seldom, so those who write again and again, such as the clock's jobs
    while much is due, keep the others out.
    """

    def __init__(self) -> None:
        self._mutex = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        with self._mutex:
            return len(self._waiting)

    def enter(self, seconds: float) -> bool:
        """Wait for a turn; False when none came within `seconds`."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=seconds):
            return True
        with self._mutex:
            if turn not in self._waiting:
                return True  # it was handed over just now
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Give the turn to whoever waits longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
