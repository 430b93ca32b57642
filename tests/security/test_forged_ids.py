"""Ids of another workspace, in every operation that takes one: all answer "no such account", and nothing is written.

The operations are found by `operations.py`, so a new one is covered on the day it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import UserError
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.security.operations import Operation, operations
from tests.support.factory import add_workspace
from tests.support.two_workspaces import Filled, fill


@dataclass(frozen=True)
class Called:
    """What a call came to: its refusal, or None, and whether any row differs afterwards."""

    refusal: UserError | None
    wrote: bool


@dataclass
class Attack:
    """Somebody of workspace `ours` with ids of `theirs`, in one session that keeps nothing."""

    session: Session
    ours: Filled
    theirs: Filled
    writes: list[str]

    def call(self, operation: Operation, forged: Callable[[str], bool]) -> Called:
        """Call an operation with the ids of the other workspace wherever `forged(path)` says so."""
        arguments = operation.arguments(lambda path, entity: (self.theirs if forged(path) else self.ours).ids[entity])
        refusal = None
        savepoint = self.session.begin_nested()
        self.writes.clear()
        try:
            operation.call(self.session, self.ours.admin, **arguments)
        except UserError as error:
            refusal = error
        self.session.flush()
        savepoint.rollback()
        return Called(refusal, bool(self.writes))

    def names(self, refusal: UserError) -> list[str]:
        """Names of the other workspace that a refusal tells, in its words or in its facts."""
        told = f"{refusal} {vars(refusal)}"
        return [name for name in self.theirs.names if name.lower() in told.lower()]


def _same(refusal: UserError | None, other: UserError) -> bool:
    return refusal is not None and (str(refusal), vars(refusal)) == (str(other), vars(other))


@pytest.fixture
def attack(database: Database) -> Iterator[Attack]:
    other = add_workspace(database, "T2")
    with database.begin() as session:
        theirs, ours = fill(session, 1, "Zephyrine"), fill(session, other, "Quillon")
    writes: list[str] = []

    def keep(_connection: object, cursor: Any, statement: str, *_rest: object) -> None:
        if "account_due" in statement:
            return  # whoever writes holds the account by this row first; it says only when to look at it again
        if cursor.rowcount and statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            writes.append(statement)

    with database.begin() as session:
        event.listen(session.connection().engine, "after_cursor_execute", keep)
        yield Attack(session, ours, theirs, writes)


def test_every_entity_has_a_row_to_forge(attack: Attack) -> None:
    assert set(attack.theirs.ids) == {entity.value for entity in Entity} | {
        "account_merge",
        "digest",
        "draft",
        "dropped_file",
        "kept_file",
        "proposal",
        "spot_check",
    }


def test_every_operation_refuses_the_ids_of_another_workspace(attack: Attack) -> None:
    wrong: dict[str, str] = {}
    for operation in operations():
        outcome = attack.call(operation, lambda path: True)
        wrong |= _wrongs(attack, operation.name, outcome)
        if outcome.refusal is not None and not _same(outcome.refusal, no_such_account()):
            wrong[f"{operation.name}, refusal"] = f"another refusal than no such account: {outcome.refusal}"
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_every_id_of_an_operation_is_held_against_the_workspace(attack: Attack) -> None:
    """One forged id among good ones: the answer is the same, unless something else is wrong with the call as well."""
    wrong: dict[str, str] = {}
    for operation in operations():
        anyway = attack.call(operation, lambda path: False).refusal
        for forged in operation.ids if len(operation.ids) > 1 else ():
            outcome = attack.call(operation, forged.__eq__)
            wrong |= _wrongs(attack, f"{operation.name} with a forged {forged}", outcome)
            told = outcome.refusal
            if told is not None and not (_same(told, no_such_account()) or (anyway and _same(anyway, told))):
                wrong[f"{operation.name} with a forged {forged}, refusal"] = f"another refusal: {told}"
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_the_same_calls_with_ids_of_ones_own_find_their_rows(attack: Attack) -> None:
    """Else the other tests could pass because the calls are wrong."""
    lost = [
        operation.name
        for operation in operations()
        if _same(attack.call(operation, lambda path: False).refusal, no_such_account())
    ]
    assert not lost


def _wrongs(attack: Attack, name: str, outcome: Called) -> dict[str, str]:
    """What is wrong about an outcome that must be a refusal."""
    if outcome.refusal is None:
        return {name: "was done"}
    told = attack.names(outcome.refusal)
    found = {f"{name}, names": f"names {told}: {outcome.refusal}"} if told else {}
    return found | ({f"{name}, rows": "wrote something"} if outcome.wrote else {})
