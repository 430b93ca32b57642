"""What people and files changed of what others rely on: renewals, ARR, stages, worth at the sale, dates of promises,
first wins, and which parts people of the customer have.

Read from history, one entry for each row and kind, however often it moved: where it stood first, and who moved it last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus
from bot.store.engine import streamed
from bot.store.entities import Entity
from bot.store.json_rows import is_one_of
from bot.store.schema import account, history, import_batch, member
from bot.store.schema.history import MOVES

_LINES_AT_ONCE = 1000


class MoveKind(StrEnum):
    """What was moved."""

    RENEWAL = "renewal"
    ARR = "arr"
    STAGE = "stage"
    WORTH = "worth"
    PROMISE = "promise"
    STARTED = "started"
    FIRST_WIN = "first_win"
    PART = "part"


_COLUMNS: Mapping[tuple[str, str], MoveKind] = {
    (Entity.ACCOUNT, "renewal_date"): MoveKind.RENEWAL,
    (Entity.ACCOUNT, "arr_minor"): MoveKind.ARR,
    (Entity.ACCOUNT, "currency"): MoveKind.ARR,
    (Entity.ACCOUNT, "stage"): MoveKind.STAGE,
    (Entity.ACCOUNT, "stage_reason"): MoveKind.STAGE,
    (Entity.OUTCOME, "promised_minor"): MoveKind.WORTH,
    (Entity.OUTCOME, "currency"): MoveKind.WORTH,
    (Entity.PROMISE, "due_on"): MoveKind.PROMISE,
    (Entity.ACCOUNT, "contract_start"): MoveKind.STARTED,
    (Entity.ACCOUNT, "first_win_on"): MoveKind.FIRST_WIN,
    (Entity.PERSON, "part"): MoveKind.PART,
    (Entity.PERSON, "other_parts"): MoveKind.PART,
}
_ENTITIES = {MoveKind.WORTH: Entity.OUTCOME, MoveKind.PROMISE: Entity.PROMISE, MoveKind.PART: Entity.PERSON}
_NO_PARTS: Mapping[str, Any] = {"part": None, "other_parts": None}


@dataclass(slots=True)
class Moved:
    """One thing that was moved: the account's id, the row as it is now, and what its columns held before the first
    move. `who` moved it last, None for the command line; `file` is the import that did, None for a hand."""

    kind: MoveKind
    account_id: int
    row_id: int
    before: dict[str, Any] = field(default_factory=dict)
    who: str | None = None
    file: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)

    def was(self, name: str) -> Any:
        """What a column held before, as history keeps it; what it holds now where it did not move."""
        return self.before[name] if name in self.before else self.row[name]


def moves_since(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime, until: datetime
) -> list[Moved]:
    """What was moved at a portfolio's customers after a moment, by account.

    Who is added by hand had no part before, unless the account was added since, too.
    """
    found: dict[tuple[MoveKind, int], Moved] = {}
    lines = history.c
    columns = (lines.account_id, lines.entity, lines.entity_id, lines.before, lines.after, account.c.created_at)
    joined = history.join(account, account.c.id == history.c.account_id)
    joined = joined.outerjoin(member, member.c.id == history.c.member_id)
    joined = joined.outerjoin(import_batch, import_batch.c.id == history.c.batch_id)
    # The words of the partial index, so that both databases see that it holds what is asked for.
    lately = (lines.workspace_id == workspace_id) & (lines.at > since) & (lines.at <= until) & text(MOVES)
    ours = (account.c.portfolio_id == portfolio_id) & (account.c.status == AccountStatus.CUSTOMER)
    ours &= Entity.ACCOUNT.still_there()
    statement = select(*columns, member.c.name, import_batch.c.file).select_from(joined).where(lately, ours)
    for line in streamed(session, statement.order_by(history.c.id), _LINES_AT_ONCE):
        is_added = line.entity == Entity.PERSON and line.before is None
        if is_added and (line.file is not None or line.created_at > since):
            continue
        before = _NO_PARTS if is_added else line.before or {}
        for name in before.keys() & line.after.keys():
            kind = _COLUMNS.get((line.entity, name))
            if kind is not None:
                move = found.setdefault((kind, line.entity_id), Moved(kind, line.account_id, line.entity_id))
                move.before.setdefault(name, before[name])
                move.who, move.file = line.name, line.file
    return _with_rows(session, workspace_id, found.values())


def _with_rows(session: Session, workspace_id: int, moves: Iterable[Moved]) -> list[Moved]:
    """The moves of rows that are still there, each with its row, by account."""
    of: dict[Entity, list[Moved]] = {}
    for move in moves:
        of.setdefault(_ENTITIES.get(move.kind, Entity.ACCOUNT), []).append(move)
    there: list[Moved] = []
    for entity, some in of.items():
        rows = _rows(session, workspace_id, entity, {move.row_id for move in some})
        for move in some:
            if move.row_id in rows:
                move.row = rows[move.row_id]
                there.append(move)
    order = list(MoveKind)
    return sorted(there, key=lambda move: (move.account_id, order.index(move.kind), move.row_id))


def _rows(session: Session, workspace_id: int, entity: Entity, ids: set[int]) -> dict[int, Mapping[str, Any]]:
    table: Table = entity.table
    ours = is_one_of(table.c.id, "ids") & entity.in_workspace(workspace_id) & entity.still_there()
    rows = session.execute(select(table).where(ours), {"ids": sorted(ids)}).mappings()
    return {row["id"]: dict(row) for row in rows}
