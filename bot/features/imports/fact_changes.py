"""Compares facts about accounts with the ledger and writes what differs; a fact is found by account and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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
        return f"{self.line.account or self.line.account_id}: {self.line.key}"


@dataclass(slots=True)
class KnownFacts:
    """The facts and people that these accounts have already."""

    facts: dict[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)
    people: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    imported: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, workspace_id: int, kind: FactKind, account_ids: Sequence[int]) -> KnownFacts:
        table = kind.entity.table
        known = cls(imported=merge_policy.last_imported(session, workspace_id, table, account_ids))
        ours = table.c.account_id.in_(account_ids) & kind.entity.in_workspace(workspace_id)
        for row in session.execute(select(table).where(ours).order_by(table.c.id)).mappings():
            known.facts.setdefault((row["account_id"], _key(row[kind.key])), dict(row))
        person = schema.person
        # Those who left come last, so that somebody of the same name who is there is the one.
        theirs = person.c.account_id.in_(account_ids) & Entity.PERSON.in_workspace(workspace_id)
        people = select(person.c.id, person.c.account_id, person.c.name).where(theirs)
        for row_id, account_id, name in session.execute(people.order_by(person.c.left_on.is_not(None), person.c.id)):
            known.people.setdefault((account_id, _key(name)), row_id)
            known.names[row_id] = name
        return known


def plan(
    session: Session, book: LedgerSnapshot, kind: FactKind, lines: Sequence[FactLine]
) -> list[PlannedFact | BadRow]:
    """What each line would do, in order; nothing is written. The column of a bad row is given as the field's name."""
    found: list[tuple[FactLine, int] | BadRow] = []
    for line in lines:
        try:
            account_id = book.find(line.account_id, line.account)
            if account_id is None:
                raise Unreadable("is no account here; import the accounts first")
            found.append((line, account_id))
        except Unreadable as error:
            column = "account_id" if line.account_id else "account"
            found.append(BadRow(line.line, column, line.account_id or line.account, str(error)))
    account_ids = [one[1] for one in found if not isinstance(one, BadRow)]
    known = KnownFacts.load(session, book.workspace_id, kind, account_ids)
    return [one if isinstance(one, BadRow) else _planned(known, kind, *one) for one in found]


def apply(session: Session, by: Author, kind: FactKind, planned: PlannedFact, file: str, now: datetime) -> None:
    """Write one planned fact with its history, and whom it names; the caller commits."""
    values = dict(planned.values)
    for column, name in planned.newcomers.items():
        values[column] = _ensure_person(session, by, planned.account_id, name, kind, column, now)
    why = f"{file}, line {planned.line.line}"
    if planned.row_id is None:
        values[kind.key] = planned.line.key
        ledger.add(session, by, kind.entity, now, why=why, account_id=planned.account_id, **values)
    elif values:
        ledger.change(session, by, kind.entity, planned.row_id, now, why=why, **values)


def _planned(known: KnownFacts, kind: FactKind, line: FactLine, account_id: int) -> PlannedFact:
    wanted: dict[str, Any] = dict(line.values)
    newcomers: dict[str, str] = {}
    for column, name in line.people.items():
        person_id = known.people.get((account_id, _key(name)))
        if person_id is None:
            newcomers[column] = name
        else:
            wanted[column] = person_id
    row = known.facts.get((account_id, _key(line.key)))
    if row is None:
        return PlannedFact(line, account_id, None, {**kind.defaults, **wanted}, newcomers)
    different = merge_policy.differing(wanted, row)
    kept = merge_policy.unchanged_there(different, known.imported.get(row["id"], {}))
    changes: dict[bool, list[Changed]] = {True: [], False: []}
    for column, value in [*different.items(), *newcomers.items()]:
        before, after = (known.names.get(one, one) if column in kind.parts else one for one in (row[column], value))
        changed = Changed(line.line, line.key, column_label(column), shown(before), shown(after))
        changes[column in kept].append(changed)
    values = {column: value for column, value in different.items() if column not in kept}
    return PlannedFact(line, account_id, row["id"], values, newcomers, tuple(changes[False]), tuple(changes[True]))


def _ensure_person(
    session: Session, by: Author, account_id: int, name: str, kind: FactKind, column: str, now: datetime
) -> int:
    """The person's id; an earlier line of the file may have added them."""
    person = schema.person
    ours = (person.c.account_id == account_id) & Entity.PERSON.in_workspace(by.workspace_id)
    here = select(person.c.id, person.c.name).where(ours)
    known = next((row.id for row in session.execute(here) if _key(row.name) == _key(name)), None)
    if known is not None:
        return int(known)
    return ledger.add(session, by, Entity.PERSON, now, account_id=account_id, name=name, part=kind.parts[column])


def _key(words: str) -> str:
    return " ".join(folded(words).split())
