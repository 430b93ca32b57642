"""Keeps one unit of a job's work from holding up the others: what raises is set aside, the rest is done.

A batch is tried as a whole first, because that is cheap and messages are chosen among all of it. If it raises, it is
halved until the units at fault are known; the others are then done together. A unit that failed before is tried alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from bot import metrics
from bot.log import current_trace
from bot.store import set_aside
from bot.store.engine import AWAY
from bot.store.set_aside import Unit

T = TypeVar("T")
R = TypeVar("R")

NOT_THE_UNITS_FAULT = (*AWAY, MemoryError, OSError)
"""What the database or the machine lacks would fail with any unit: it ends the job's turn and sets nothing aside."""

log = structlog.get_logger("clock")


def isolated(
    session: Session, job: str, items: Mapping[Unit, T], work: Callable[[Sequence[T]], R], now: datetime
) -> list[R]:
    """Do `work` for all `items`, which are units of one entity; what raises is undone and set aside until later.

    Returns what `work` returned, for each call of it that was kept. Raises only what is not a unit's fault.
    """
    failed_before = set_aside.among(session, job, items.keys())
    together = {unit: item for unit, item in items.items() if unit not in failed_before}
    attempt = _Attempts(session, work)
    failed = attempt.all_but_failing(together) if together else {}
    for unit in sorted(failed_before):
        error = attempt.done([items[unit]])
        if error is None:
            set_aside.clear(session, job, unit)
        else:
            failed[unit] = error
    note_failures(session, job, failed, now)
    return attempt.results


def note_failures(session: Session, job: str, failed: Mapping[Unit, Exception], now: datetime) -> None:
    """Set units aside until later for what their work raised, which the caller has undone; count and log it."""
    for unit, error in failed.items():
        reference = current_trace() or secrets.token_hex(3)
        failures = set_aside.record(session, job, unit, now, reference)
        metrics.SET_ASIDE.labels(job).inc()
        log.error(
            "clock.set_aside",
            job=job,
            kind=unit.entity.value,
            id=unit.row_id,
            failures=failures,
            reference=reference,
            exc_info=error,
        )


class _Attempts(Generic[T, R]):
    """Tries of one piece of work in savepoints; `results` are those of the calls that were kept."""

    def __init__(self, session: Session, work: Callable[[Sequence[T]], R]) -> None:
        self._session = session
        self._work = work
        self.results: list[R] = []

    def all_but_failing(self, items: Mapping[Unit, T]) -> dict[Unit, Exception]:
        """Do all that can be done; returns what raised in the rest."""
        error = self.done(list(items.values()))
        if error is None:
            return {}
        if len(items) == 1:
            return dict.fromkeys(items, error)
        failed = self._failing(items)
        rest = {unit: item for unit, item in items.items() if unit not in failed}
        if not rest or self.done(list(rest.values())) is None:
            return failed
        # They fail only together: each for itself then.
        alone = {unit: self.done([item]) for unit, item in rest.items()}
        return failed | {unit: error for unit, error in alone.items() if error is not None}

    def done(self, items: Sequence[T], *, keep: bool = True) -> Exception | None:
        """Do the work in a savepoint, undone if it raises or is not to be kept; returns what it raised."""
        savepoint = self._session.begin_nested()
        try:
            result = self._work(items)
        except NOT_THE_UNITS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - the unit is set aside, and the exception logged with it
            savepoint.rollback()
            return error
        if keep:
            savepoint.commit()
            self.results.append(result)
        else:
            savepoint.rollback()
        return None

    def _failing(self, items: Mapping[Unit, T]) -> dict[Unit, Exception]:
        """Which of several units raise, found by halving; nothing is kept."""
        units = list(items)
        failing: dict[Unit, Exception] = {}
        for half in (units[: len(units) // 2], units[len(units) // 2 :]):
            part = {unit: items[unit] for unit in half}
            error = self.done(list(part.values()), keep=False)
            if error is not None:
                failing |= {half[0]: error} if len(half) == 1 else self._failing(part)
        return failing
