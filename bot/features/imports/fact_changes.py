"""Compares facts about accounts with the ledger and writes what differs; a fact is found by account and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import Part
from bot.domain.labels import column_label
from bot.domain.values.slugs import folded
from bot.features.imports import merge_policy
from bot.features.imports.cells import Unreadable
from bot.features.imports.fact_rows import FactKind, FactLine
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import shown
from bot.features.imports.report import BadRow, Changed
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author


@dataclass(frozen=True, slots=True)
class PlannedFact:
    """What becomes of one line: a new fact (`row_id` None), or the values that differ.

    `newcomers` are columns with the name of somebody at the customer who is added with the fact.
    """

    line: FactLine
    account_id: int
    row_id: int | None
    values: Mapping[str, Any]
    newcomers: Mapping[str, str]
    changes: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()

    @property
    def title(self) -> str:
        """What messages call the line."""
        return f"{self.line.account or self.line.account_id}: {self.line.key}"


@dataclass(slots=True)
class ExistingFacts:
    """The facts and people that these accounts have already."""

    facts: dict[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)
    people: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    imported: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, workspace_id: int, kind: FactKind, account_ids: Sequence[int]) -> ExistingFacts:
        """Read the facts of this kind, the people and the last imported values of these accounts."""
        table = kind.entity.table
        existing = cls(imported=merge_policy.last_imported(session, workspace_id, table, account_ids))
        of_accounts = table.c.account_id.in_(account_ids) & kind.entity.in_workspace(workspace_id)
        for row in session.execute(select(table).where(of_accounts).order_by(table.c.id)).mappings():
            existing.facts.setdefault((row["account_id"], _key(row[kind.key])), dict(row))
        person = schema.person
        # People who left come last, so that of two with one name the one who is still there is used.
        persons_of_accounts = person.c.account_id.in_(account_ids) & Entity.PERSON.in_workspace(workspace_id)
        people = select(person.c.id, person.c.account_id, person.c.name).where(persons_of_accounts)
        for row_id, account_id, name in session.execute(people.order_by(person.c.left_on.is_not(None), person.c.id)):
            existing.people.setdefault((account_id, _key(name)), row_id)
            existing.names[row_id] = name
        return existing


def plan(
    session: Session, snapshot: LedgerSnapshot, kind: FactKind, lines: Sequence[FactLine]
) -> list[PlannedFact | BadRow]:
    """What each line would do, in order; nothing is written. The column of a bad row is given as the field's name."""
    matches: list[tuple[FactLine, int] | BadRow] = []
    for line in lines:
        try:
            account_id = snapshot.find(line.account_id, line.account)
            if account_id is None:
                raise Unreadable("is no account here; import the accounts first")
            matches.append((line, account_id))
        except Unreadable as error:
            column = "account_id" if line.account_id else "account"
            matches.append(BadRow(line.line, column, line.account_id or line.account, str(error)))
    account_ids = [match[1] for match in matches if not isinstance(match, BadRow)]
    existing = ExistingFacts.load(session, snapshot.workspace_id, kind, account_ids)
    return [match if isinstance(match, BadRow) else _planned(existing, kind, *match) for match in matches]


def apply(session: Session, by: Author, kind: FactKind, planned: PlannedFact, *, file: str, now: datetime) -> None:
    """Write one planned fact with its history, and whom it names; the caller commits."""
    values = dict(planned.values)
    for column, name in planned.newcomers.items():
        values[column] = _ensure_person(session, by, planned.account_id, name, part=kind.parts[column], now=now)
    why = f"{file}, line {planned.line.line}"
    if planned.row_id is None:
        values[kind.key] = planned.line.key
        ledger.add(session, by, kind.entity, now, why=why, account_id=planned.account_id, **values)
    elif values:
        ledger.change(session, by, kind.entity, planned.row_id, now, why=why, **values)


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
    return PlannedFact(line, account_id, row["id"], values, newcomers, tuple(changes[False]), tuple(changes[True]))


def _ensure_person(session: Session, by: Author, account_id: int, name: str, *, part: Part, now: datetime) -> int:
    """The person's id; an earlier line of the file may have added them."""
    person = schema.person
    of_account = (person.c.account_id == account_id) & Entity.PERSON.in_workspace(by.workspace_id)
    statement = select(person.c.id, person.c.name).where(of_account)
    person_id = next((row.id for row in session.execute(statement) if _key(row.name) == _key(name)), None)
    if person_id is not None:
        return int(person_id)
    return ledger.add(session, by, Entity.PERSON, now, account_id=account_id, name=name, part=part)


def _key(words: str) -> str:
    return " ".join(folded(words).split())
