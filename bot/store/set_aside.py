"""What the clock has set aside: units of work that raised an exception, each with the moment of its next try.

A unit is a row of an entity that a job works on. A job that raised outside of any unit has a row of its own (`JOB`),
which belongs to no workspace.
"""

from __future__ import annotations

# all workspaces, whole module: the clock sets aside units that it has claimed; `next_untold` claims, for whom it serves
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store import serving
from bot.store.entities import Entity
from bot.store.schema import set_aside

JOB = "job"
"""The kind of a row that stands for a job as a whole."""
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_FORGOTTEN_AFTER = timedelta(days=2)
_TOLD_FROM = 2


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """One piece of a job's work: a row of an entity in a workspace."""

    workspace_id: int
    entity: Entity
    row_id: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A unit as it was set aside; `kind` is its entity or `JOB`, `reference` finds the traceback in the log."""

    id: int
    workspace_id: int | None
    job: str
    kind: str
    unit_id: int
    failures: int
    failed_at: datetime
    next_try_at: datetime
    reference: str


_COLUMNS = [set_aside.c[field.name] for field in fields(SetAside)]


def not_resting(job: str, entity: Entity, row_id: ColumnElement[int], now: datetime) -> ColumnElement[bool]:
    """The condition of a claim that a row is not set aside until later."""
    table = set_aside.c
    rests = (table.job == job) & (table.kind == entity.value) & (table.unit_id == row_id) & (table.next_try_at > now)
    return ~exists().where(rests)


def among(session: Session, job: str, units: Collection[Unit]) -> set[Unit]:
    """Those of these units, all of one entity, that failed when they were last tried."""
    if not units:
        return set()
    by_id = {unit.row_id: unit for unit in units}
    table = set_aside.c
    ours = (table.job == job) & (table.kind == next(iter(units)).entity.value) & table.unit_id.in_(by_id)
    return {by_id[row_id] for row_id in session.execute(select(table.unit_id).where(ours)).scalars()}


def record(session: Session, job: str, unit: Unit | None, now: datetime, reference: str) -> int:
    """Set a unit aside, or note that the job as a whole failed (None); returns how often it has failed in a row."""
    kind, row_id = _place(unit)
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"job": job, "kind": kind, "unit_id": row_id, "workspace_id": unit.workspace_id if unit else None}
    statement = make(set_aside).values(**row, failures=1, failed_at=now, next_try_at=now, reference=reference)
    again: dict[str, Any] = {"failures": set_aside.c.failures + 1, "failed_at": now, "reference": reference}
    counted = statement.on_conflict_do_update(index_elements=["job", "kind", "unit_id"], set_=again)
    failures = int(session.execute(counted.returning(set_aside.c.failures)).scalar_one())
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures - 1, 20))
    session.execute(update(set_aside).where(_is(job, kind, row_id)).values(next_try_at=now + wait))
    return failures


def clear(session: Session, job: str, unit: Unit | None) -> None:
    """A unit, or the job as a whole, works again."""
    session.execute(delete(set_aside).where(_is(job, *_place(unit))))


def count(session: Session) -> int:
    """How many units are set aside in all workspaces."""
    units = select(func.count()).select_from(set_aside).where(set_aside.c.workspace_id.is_not(None))
    return int(session.execute(units).scalar_one())


def of_workspace(session: Session, workspace_id: int) -> list[SetAside]:
    """What is set aside of a workspace, and the jobs that fail as a whole, the longest first."""
    concerns = (set_aside.c.workspace_id == workspace_id) | set_aside.c.workspace_id.is_(None)
    rows = session.execute(select(*_COLUMNS).where(concerns).order_by(set_aside.c.id))
    return [SetAside(*row) for row in rows]


def by_ids(session: Session, workspace_id: int, ids: Iterable[int]) -> list[SetAside]:
    """Those of these rows that are still set aside in this workspace."""
    ours = (set_aside.c.workspace_id == workspace_id) & set_aside.c.id.in_(list(ids))
    return [SetAside(*row) for row in session.execute(select(*_COLUMNS).where(ours).order_by(set_aside.c.id))]


def next_untold(session: Session, now: datetime) -> list[SetAside]:
    """What an admin of one workspace has not been told of yet; from now on it counts as told.

    A unit counts from its second failure on: what passes by itself is not worth a message.
    """
    table = set_aside.c
    served = serving.is_served(session, table.workspace_id)
    untold = served & table.told_at.is_(None) & (table.failures >= _TOLD_FROM)
    first = session.execute(select(table.workspace_id).where(untold).order_by(table.id).limit(1)).scalar_one_or_none()
    if first is None:
        return []
    statement = update(set_aside).where(untold, table.workspace_id == first).values(told_at=now)
    return sorted((SetAside(*row) for row in session.execute(statement.returning(*_COLUMNS))), key=lambda row: row.id)


def forget_over(session: Session, now: datetime) -> None:
    """Forget what no job has tried again long after its time: its work is no longer due."""
    ours = serving.is_served(session, set_aside.c.workspace_id) | set_aside.c.workspace_id.is_(None)
    session.execute(delete(set_aside).where(ours, set_aside.c.next_try_at < now - _FORGOTTEN_AFTER))


def _place(unit: Unit | None) -> tuple[str, int]:
    return (unit.entity.value, unit.row_id) if unit else (JOB, 0)


def _is(job: str, kind: str, row_id: int) -> ColumnElement[bool]:
    return (set_aside.c.job == job) & (set_aside.c.kind == kind) & (set_aside.c.unit_id == row_id)
