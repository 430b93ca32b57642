"""Compares facts about accounts with the ledger and writes what differs; a fact is found by account and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.account.parts import changed_parts
from bot.domain.labels import column_label
from bot.domain.model import Person
from bot.domain.values.slugs import folded
from bot.features.imports import merge_policy
from bot.features.imports.fact_rows import FactKind, FactLine
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import shown
from bot.features.imports.remarks import Remark, Unreadable
from bot.features.imports.report import BadRow, Changed, KeptRow
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author, Change

# What a new row has where neither the file nor its kind says anything, by the tables' own defaults.
_COLUMN_DEFAULTS: Mapping[Entity, Mapping[str, Any]] = {
    Entity.PROMISE: {"state": "open", "times_moved": 0},
    Entity.OUTCOME: {"kind": "numeric", "shelf_life_days": 90},
    Entity.PERSON: {"part": "other", "other_parts": ()},
}


@dataclass(frozen=True, slots=True)
class PlannedFact:
    """What becomes of one line: a new fact (`row` None), or the values that differ from the row as it is.

    `newcomers` are columns with the name of somebody at the customer who is added with the fact.
    """

    line: FactLine
    account_id: int
    row: Mapping[str, Any] | None
    values: Mapping[str, Any]
    newcomers: Mapping[str, str]
    changes: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def writes(self) -> bool:
        return self.is_new or bool(self.values) or bool(self.newcomers)

    @property
    def title(self) -> str:
        """What messages call the line."""
        return f"{self.line.account or self.line.account_id}: {self.line.key}"


@dataclass(slots=True)
class ExistingFacts:
    """The facts and people that these accounts have already; people whom the import adds are remembered."""

    facts: dict[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)
    people: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    imported: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(
        cls, session: Session, workspace_id: int, kind: FactKind, account_ids: Sequence[int], *, locked: bool
    ) -> ExistingFacts:
        """Read the facts of this kind, the people and the last imported values of these accounts."""
        table = kind.entity.table
        existing = cls(imported=merge_policy.last_imported(session, workspace_id, table, account_ids))
        of_accounts = table.c.account_id.in_(account_ids) & kind.entity.in_workspace(workspace_id)
        statement = select(table).where(of_accounts, kind.entity.still_there()).order_by(table.c.id)
        for row in session.execute(statement.with_for_update() if locked else statement).mappings():
            existing.facts.setdefault((row["account_id"], _key(row[kind.key])), dict(row))
            if row.get("email") and kind.entity is Entity.PERSON:
                existing.facts.setdefault((row["account_id"], _key(row["email"])), dict(row))
        person = schema.person
        # People who left come last, so that of two with one name the one who is still there is used.
        persons_of_accounts = person.c.account_id.in_(account_ids) & Entity.PERSON.in_workspace(workspace_id)
        there = persons_of_accounts & Entity.PERSON.still_there()
        people = select(person.c.id, person.c.account_id, person.c.name).where(there)
        for row_id, account_id, name in session.execute(people.order_by(person.c.left_on.is_not(None), person.c.id)):
            existing.people.setdefault((account_id, _key(name)), row_id)
            existing.names[row_id] = name
        return existing


def plan(
    session: Session, snapshot: LedgerSnapshot, kind: FactKind, lines: Sequence[FactLine], *, to_write: bool
) -> list[PlannedFact | BadRow]:
    """What each line would do, in order; nothing is written, and `to_write` locks the facts that are there.

    The column of a bad row is given as the field's name.
    """
    matches: list[tuple[FactLine, int] | BadRow] = []
    for line in lines:
        try:
            account_id = snapshot.find(line.account_id, line.account)
            if account_id is None:
                raise Unreadable(Remark.ACCOUNT_UNKNOWN)
            matches.append((line, account_id))
        except Unreadable as error:
            column = "account_id" if line.account_id else "account"
            text = f"{line.account or line.account_id}, {line.key}"
            matches.append(BadRow(line.line, column, line.account_id or line.account, error.note, text))
    account_ids = sorted({match[1] for match in matches if not isinstance(match, BadRow)})
    existing = ExistingFacts.load(session, snapshot.workspace_id, kind, account_ids, locked=to_write)
    return [match if isinstance(match, BadRow) else _planned(existing, kind, *match) for match in matches]


def apply(
    session: Session, by: Author, kind: FactKind, planned: Sequence[PlannedFact], *, file: str, now: datetime
) -> None:
    """Write planned facts with their history, and whom they name, in a few statements; the caller commits."""
    people = _ensure_people(session, by, kind, planned, now)
    new: list[dict[str, Any]] = []
    whys: list[str] = []
    changes: list[Change] = []
    for item in planned:
        values = dict(item.values)
        for column, name in item.newcomers.items():
            values[column] = people[item.account_id, _key(name)]
        why = f"{file}, line {item.line.line}"
        if item.row is not None:
            values |= _dated_parts(item.row, values, now)
            values |= _put_off(kind, item.row, values)
            changes += [Change(item.row, values, why)] if values else []
            continue
        new.append({"account_id": item.account_id, kind.key: item.line.key, **values})
        whys.append(why)
    columns = {name: None for row in new for name in row}
    defaults = {**columns, **_COLUMN_DEFAULTS.get(kind.entity, {})}
    ledger.add_many(session, by, kind.entity, now, new, whys=whys, defaults=defaults)
    ledger.change_many(session, by, kind.entity, now, changes)


def kept_row(kind: FactKind, planned: PlannedFact) -> KeptRow:
    """The account and the fact as it is after this, by column; people by name, and only what the file speaks of."""
    line = planned.line
    ours = planned.row or planned.values
    columns = {name: planned.values.get(name, ours.get(name)) for name in {**planned.values, **line.values}}
    shown = {name: value for name, value in columns.items() if name not in kind.parts}
    return KeptRow(line.line, {"account": line.account or line.account_id, kind.key: line.key, **shown, **line.people})


def _planned(existing: ExistingFacts, kind: FactKind, line: FactLine, account_id: int) -> PlannedFact:
    values_of_line: dict[str, Any] = dict(line.values)
    newcomers: dict[str, str] = {}
    for column, name in line.people.items():
        person_id = existing.people.get((account_id, _key(name)))
        if person_id is None:
            newcomers[column] = name
        else:
            values_of_line[column] = person_id
    row = existing.facts.get((account_id, _key(line.key)))
    if row is None and kind.entity is Entity.PERSON and line.values.get("email"):
        row = existing.facts.get((account_id, _key(line.values["email"])))
    if row is None:
        return PlannedFact(line, account_id, None, {**kind.defaults, **values_of_line}, newcomers)
    different = merge_policy.differing(values_of_line, row)
    kept_columns = merge_policy.unchanged_there(different, existing.imported.get(row["id"], {}))
    changes: dict[bool, list[Changed]] = {True: [], False: []}
    for column, value in [*different.items(), *newcomers.items()]:
        before, after = (
            existing.names.get(side, side) if column in kind.parts else side for side in (row[column], value)
        )
        changed = Changed(line.line, line.key, column_label(column), shown(before), shown(after))
        changes[column in kept_columns].append(changed)
    values = {column: value for column, value in different.items() if column not in kept_columns}
    return PlannedFact(line, account_id, row, values, newcomers, tuple(changes[False]), tuple(changes[True]))


def _ensure_people(
    session: Session, by: Author, kind: FactKind, planned: Sequence[PlannedFact], now: datetime
) -> dict[tuple[int, str], int]:
    """The ids of the people whom new facts name; those who are not there yet are added."""
    wanted = [(item.account_id, column, name) for item in planned for column, name in item.newcomers.items()]
    if not wanted:
        return {}
    person = schema.person
    accounts = sorted({account_id for account_id, _, _ in wanted})
    of_accounts = person.c.account_id.in_(accounts) & Entity.PERSON.in_workspace(by.workspace_id)
    there = of_accounts & Entity.PERSON.still_there()
    rows = session.execute(select(person.c.id, person.c.account_id, person.c.name).where(there))
    people = {(row.account_id, _key(row.name)): int(row.id) for row in rows}
    new: dict[tuple[int, str], dict[str, Any]] = {}
    for account_id, column, name in wanted:
        if (account_id, _key(name)) not in people:
            row = {"account_id": account_id, "name": name, "part": kind.parts[column]}
            new.setdefault((account_id, _key(name)), row)
    ids = ledger.add_many(session, by, Entity.PERSON, now, list(new.values()))
    return people | dict(zip(new, ids, strict=True))


def _dated_parts(row: Mapping[str, Any], values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The days of the parts that a file gives somebody or takes from them; nothing for what is no change of parts."""
    if not values.keys() & {"part", "other_parts"}:
        return {}
    person = Person(**{field.name: row[field.name] for field in fields(Person)})
    chosen = (values.get("part", person.part), *values.get("other_parts", person.other_parts))
    changed = changed_parts(person, chosen, now.date())
    return {"gained_parts": changed.gained_parts, "dropped_parts": changed.dropped_parts}


def _put_off(kind: FactKind, row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """That a file moves the date of a promise, or takes it away: how often, and what it was first."""
    if kind.entity is not Entity.PROMISE or "due_on" not in values or row["due_on"] is None:
        return {}
    return {"times_moved": row["times_moved"] + 1, "first_due_on": row["first_due_on"] or row["due_on"]}


def _key(words: str) -> str:
    return " ".join(folded(words).split())
