"""Takes back what somebody has just done, as long as nothing was built on it.

An act is the lines of history that one submission wrote about one account. Its rows get the values from before again;
a row that the act added is ended as its kind is ended, because the ledger deletes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, hold, refuse_changed
from bot.store import changes, ledger
from bot.store.as_of import restored
from bot.store.changes import Changed
from bot.store.entities import Entity
from bot.store.ledger import Author

Ends = Mapping[Entity, Mapping[str, Any]]
"""How a row that the act added is ended, by its kind."""
Columns = Mapping[Entity, Collection[str]]
"""The columns that an act of this sort changes, by kind of row; what changed others is no such act."""


def act_since(session: Session, actor: Actor, account_id: int, version: int, entities: Sequence[Entity]) -> list[int]:
    """The ids of the lines that the actor's newest act wrote after `version`, the first line first; empty if none."""
    lines = changes.of_account_since(session, actor.workspace_id, account_id, version, entities)
    mine = [line for line in reversed(lines) if line.member_id == actor.member.id]
    return [line.id for line in mine if line.at == mine[0].at]


# within: who calls has looked the account up, and the lines are read within the workspace
def take_back(
    session: Session,
    actor: Actor,
    account_id: int,
    lines_of: tuple[int, int],
    now: datetime,
    *,
    ends: Ends,
    columns: Columns,
) -> None:
    """Take back the act whose lines lie between two ids, both included.

    Raises `UserError` if these lines are no such act or not the actor's own, or if somebody changed one of its rows
    since.
    """
    first, last = lines_of
    hold(session, account_id, now)
    newer = changes.of_account_since(session, actor.workspace_id, account_id, max(first - 1, 0), list(columns))
    act = [line for line in newer if line.id <= last]
    if len({line.at for line in act}) != 1 or not all(_is_of(line, actor, columns, ends) for line in act):
        raise UserError(AppRefusal.NOTHING_TO_TAKE_BACK)
    touched = {(Entity(line.entity), line.entity_id) for line in act}
    rows = [ShownRow(entity, row_id) for entity, row_id in sorted(touched)]
    refuse_changed(session, replace(actor, seen=last), account_id, now, *rows)
    reverse(session, actor.author, act, now, ends=ends)


def reverse(session: Session, by: Author, act: Sequence[Changed], now: datetime, *, ends: Ends) -> None:
    """Give the rows of an act their values from before, the newest line first; who calls has checked whose it is."""
    with ledger.together(session):
        for line in act:
            _reverse(session, by, line, now, ends)


def _is_of(line: Changed, actor: Actor, columns: Columns, ends: Ends) -> bool:
    """Whether a line is the actor's own, and of an act of this sort."""
    entity = Entity(line.entity)
    if line.member_id != actor.member.id:
        return False
    return entity in ends if line.before is None else set(line.after) <= set(columns[entity])


def _reverse(session: Session, by: Author, line: Changed, now: datetime, ends: Ends) -> None:
    entity = Entity(line.entity)
    if line.before is None:
        values = dict(ends[entity])
    else:
        columns = entity.table.c
        values = {name: restored(columns[name], value) for name, value in line.before.items()}
    ledger.change(session, by, entity, line.entity_id, now, **values)
