"""Tells which of an import's rows and values can be taken back, and why the others stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from bot.domain.labels import column_label
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import Stays
from bot.store import entities, ledger, schema, signals
from bot.store.as_of import restored
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.schema import history, import_batch, member, metadata

Row = Mapping[str, Any]

# An amount means nothing without its currency, so both go back or both stay.
_TOGETHER = (
    {"arr_minor", "currency"},
    {"promised_minor", "currency"},
    {"part", "other_parts", "gained_parts", "dropped_parts"},
)
_NAMES = ("name", "title", "text", "line", "external_id")
# What ends instead of going: rows that name it stay as they are.
_ENDING = (Entity.CADENCE, Entity.CUSTOMER_ORG)
_LOOSE = {Entity.PERSON: (schema.account.c.would_break_by,)}


@dataclass(frozen=True, slots=True)
class Written:
    """A line of history that an import wrote: the row, and its values before (None for one it added) and after."""

    line_id: int
    row_id: int
    account_id: int | None
    before: Row | None
    after: Row


@dataclass(slots=True)
class Checked:
    """The rows to take back, those that get values back, and what stays."""

    added: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Later:
    """A line that somebody, or a later import, wrote afterwards."""

    id: int
    entity: str
    entity_id: int
    account_id: int | None
    after: Row
    at: datetime
    who: str | None
    batch_id: int | None

    @property
    def why(self) -> Note:
        if self.batch_id is not None:
            return note(Remark.STAYS_LATER_IMPORT, batch=self.batch_id)
        return note(Remark.STAYS_CHANGED, who=self.who, on=self.at.date())


def check(session: Session, by: Author, entity: Entity, written: Sequence[Written]) -> Checked:
    """What becomes of these rows, which are locked until the transaction ends."""
    rows = _rows(session, by.workspace_id, entity, {one.row_id for one in written})
    there = [one for one in written if one.row_id in rows]
    checking = _Checking(session, by.workspace_id, entity, rows, _later(session, by.workspace_id, entity, written))
    checking.added([one for one in there if one.before is None])
    checking.changed([one for one in there if one.before is not None])
    return checking.checked


def name_of(entity: Entity, row: Row) -> str:
    """What a row is called in a report."""
    return next((str(row[name]) for name in _NAMES if row.get(name)), entity.value)


def _rows(session: Session, workspace_id: int, entity: Entity, ids: Iterable[int]) -> dict[int, Row]:
    table = entity.table
    ours = table.c.id.in_(set(ids)) & entity.in_workspace(workspace_id) & entity.still_there()
    statement = select(table).where(ours).order_by(table.c.id).with_for_update()
    return {row["id"]: dict(row) for row in session.execute(statement).mappings()}


def _later(session: Session, workspace_id: int, entity: Entity, written: Sequence[Written]) -> list[_Later]:
    """What people and later imports wrote about these accounts (or rows of no account) since, the oldest first."""
    undone = select(import_batch.c.id).where(
        import_batch.c.workspace_id == workspace_id, import_batch.c.undone_at.is_not(None)
    )
    columns = [history.c[name] for name in ("id", "entity", "entity_id", "account_id", "after", "at")]
    since = history.c.id > min(one.line_id for one in written)
    somebody = history.c.member_id.is_not(None) | (history.c.surface == SURFACE)
    statement = (
        select(*[*columns, member.c.name, history.c.batch_id])
        .join_from(history, member, member.c.id == history.c.member_id, isouter=True)
        .where(history.c.workspace_id == workspace_id, since, somebody)
        .where(history.c.batch_id.is_(None) | history.c.batch_id.not_in(undone))
        .order_by(history.c.id)
    )
    if entity is Entity.PORTFOLIO:
        row_ids = [one.row_id for one in written]
        statement = statement.where(history.c.entity == entity.value, history.c.entity_id.in_(row_ids))
    else:
        statement = statement.where(history.c.account_id.in_({one.account_id for one in written}))
    return [_Later(*row) for row in session.execute(statement)]


@dataclass(slots=True)
class _Checking:
    """The rows of one entity, what was written about them later, and what came of looking at them so far."""

    session: Session
    workspace_id: int
    entity: Entity
    rows: Mapping[int, Row]
    later: Sequence[_Later]
    checked: Checked = field(default_factory=Checked)

    def added(self, written: Sequence[Written]) -> None:
        """Rows that the import added: each goes as a whole, or stays."""
        lines: dict[int, _Later] = {}
        for line in self.later:
            if self.entity is Entity.ACCOUNT and line.account_id is not None:
                lines.setdefault(line.account_id, line)
            elif line.entity == self.entity.value:
                lines.setdefault(line.entity_id, line)
        named = self._named([one.row_id for one in written])
        for one in written:
            why = lines[one.row_id].why if one.row_id in lines else named.get(one.row_id)
            if why is None:
                self.checked.added.append(self.rows[one.row_id])
            else:
                self._stays(one.row_id, None, why)

    def changed(self, written: Sequence[Written]) -> None:
        """Rows that the import changed: each value goes back, or stays."""
        theirs: dict[int, list[_Later]] = {}
        for line in self.later:
            if line.entity == self.entity.value:
                theirs.setdefault(line.entity_id, []).append(line)
        values = {one.row_id: self._before(one, theirs.get(one.row_id, ())) for one in written}
        self._leave_what_is_gone(values)
        self.checked.changed = [(self.rows[row_id], some) for row_id, some in values.items() if some]

    def _before(self, one: Written, later: Sequence[_Later]) -> dict[str, Any]:
        """The values from before, of the columns that nobody wrote since; the others are put among what stays."""
        row, before = self.rows[one.row_id], one.before or {}
        why: dict[str, Note] = {}
        for name in before:
            line = next((line for line in later if line.id > one.line_id and name in line.after), None)
            if line is not None:
                why[name] = line.why
            elif ledger.plain(row[name]) != one.after.get(name):
                why[name] = note(Remark.STAYS_MOVED_ON)
        for pair in _TOGETHER:
            first = next((why[name] for name in sorted(pair & why.keys())), None)
            if first is not None:
                why |= dict.fromkeys(pair & before.keys(), first)
        for name in sorted(why):
            if name != "currency" or not {"arr_minor", "promised_minor"} & why.keys():
                self._stays(one.row_id, name, why[name])
        columns = self.entity.table.c
        return {name: restored(columns[name], value) for name, value in before.items() if name not in why}

    def _named(self, ids: Sequence[int]) -> dict[int, Note]:
        """Which of these rows another row names that stays, for example an outcome its owner at the customer."""
        reasons: dict[int, Note] = {}
        if not ids or self.entity in _ENDING:
            return reasons
        if self.entity is Entity.ACCOUNT:  # whatever else is written about an account has a line of history
            with_signals = signals.accounts_with_signals(self.session, self.workspace_id, ids)
            return {row_id: note(Remark.STAYS_LATER_IMPORT, batch=batch) for row_id, batch in with_signals.items()}
        for column in [*_pointing_at(self.entity), *_LOOSE.get(self.entity, ())]:
            # within: the rows were reached by their workspace
            statement = select(column).distinct().where(column.in_(ids))
            if "taken_back_at" in column.table.c:
                statement = statement.where(column.table.c.taken_back_at.is_(None))
            for row_id in self.session.execute(statement).scalars():
                reasons.setdefault(row_id, note(Remark.STAYS_NAMED, what=column.table.name))
        return reasons

    def _leave_what_is_gone(self, values: Mapping[int, dict[str, Any]]) -> None:
        """Leave out values that name a row which was taken back itself."""
        for key in self.entity.table.foreign_keys:
            other, name = key.column.table, key.parent.name
            asked = {some[name] for some in values.values() if some.get(name) is not None}
            if not asked or "taken_back_at" not in other.c:
                continue
            # within: the rows were reached by their workspace
            statement = select(other.c.id).where(other.c.id.in_(asked), other.c.taken_back_at.is_not(None))
            gone = set(self.session.execute(statement).scalars())
            for row_id, some in values.items():
                if some.get(name) in gone:
                    del some[name]
                    self._stays(row_id, name, note(Remark.STAYS_GONE))

    def _stays(self, row_id: int, column: str | None, why: Note) -> None:
        field = None if column is None else column_label(column)
        named = (
            entities.name_of(self.session, self.workspace_id, self.entity, row_id) if self.entity in _ENDING else None
        )
        self.checked.stays.append(Stays(self.entity, named or name_of(self.entity, self.rows[row_id]), field, why))


def _pointing_at(entity: Entity) -> list[Column[Any]]:
    """The columns of all tables that name a row of this entity. Versions of terms go where their outcome goes."""
    tables = (table for table in metadata.sorted_tables if table is not schema.terms)
    keys = (key for table in tables for key in table.foreign_keys)
    return [key.parent for key in keys if key.column.table is entity.table]
