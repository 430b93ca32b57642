"""What people and files changed of what others rely on: renewals, ARR, stages, worth at the sale, dates of promises,
first wins, and which parts people of the customer have.

Read from history, one entry for each row and kind, however often it moved: where it stood first, and who moved it last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, Table, exists, select, text
from sqlalchemy.orm import Session

from bot.domain.account.promises import Again, made_again
from bot.domain.enums import AccountStatus, PromiseState
from bot.domain.model import Promise
from bot.store.engine import streamed
from bot.store.entities import Entity
from bot.store.json_rows import is_one_of
from bot.store.schema import account, history, import_batch, member, promise
from bot.store.schema.history import MOVES

_LINES_AT_ONCE = 1000


class MoveKind(StrEnum):
    """What was moved."""

    RENEWAL = "renewal"
    ARR = "arr"
    STAGE = "stage"
    WORTH = "worth"
    PROMISE = "promise"
    SETTLED = "settled"
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
    (Entity.PROMISE, "state"): MoveKind.SETTLED,
    (Entity.ACCOUNT, "contract_start"): MoveKind.STARTED,
    (Entity.ACCOUNT, "first_win_on"): MoveKind.FIRST_WIN,
    (Entity.PERSON, "part"): MoveKind.PART,
    (Entity.PERSON, "other_parts"): MoveKind.PART,
}
_ENTITIES: Mapping[MoveKind, Entity] = {
    MoveKind.WORTH: Entity.OUTCOME,
    MoveKind.PROMISE: Entity.PROMISE,
    MoveKind.PART: Entity.PERSON,
}
_NO_PARTS: Mapping[str, Any] = {"part": None, "other_parts": None}


@dataclass(slots=True)
class Moved:
    """One thing that was moved: the account's id, the row as it is now, and what its columns held before the first
    move. `who` moved it last, None for the command line; `file` is the import that did, None for a hand. `again` is a
    promise that was settled, with what stands in its place; `line` is the last line of history."""

    kind: MoveKind
    account_id: int
    row_id: int
    before: dict[str, Any] = field(default_factory=dict)
    who: str | None = None
    who_id: int | None = None
    file: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    again: Again | None = None
    line: int = 0

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
    made: dict[int, Moved] = {}
    for line in streamed(session, _lines(workspace_id, portfolio_id, since, until), _LINES_AT_ONCE):
        if line.entity == Entity.PROMISE and line.before is None:
            _by(made.setdefault(line.entity_id, Moved(MoveKind.SETTLED, line.account_id, line.entity_id)), line)
        is_added = line.entity == Entity.PERSON and line.before is None
        if is_added and (line.file is not None or line.created_at > since):
            continue
        before = _NO_PARTS if is_added else line.before or {}
        for name in before.keys() & line.after.keys():
            kind = _COLUMNS.get((line.entity, name))
            if kind is not None:
                move = found.setdefault((kind, line.entity_id), Moved(kind, line.account_id, line.entity_id))
                move.before.setdefault(name, before[name])
                _by(move, line)
    settled = {row_id: found.pop((kind, row_id)) for kind, row_id in list(found) if kind is MoveKind.SETTLED}
    there = [*_with_rows(session, workspace_id, found.values()), *_made_again(session, workspace_id, settled, made)]
    order = list(MoveKind)
    return sorted(there, key=lambda move: (move.account_id, order.index(move.kind), move.row_id))


def _lines(workspace_id: int, portfolio_id: int, since: datetime, until: datetime) -> Select[Any]:
    """The lines of history on what is told, the oldest first, each with who and which file wrote it."""
    lines = history.c
    columns = (lines.account_id, lines.entity, lines.entity_id, lines.before, lines.after, account.c.created_at)
    by = (history.c.id, history.c.member_id, member.c.name, import_batch.c.file)
    joined = history.join(account, account.c.id == history.c.account_id)
    joined = joined.outerjoin(member, member.c.id == history.c.member_id)
    joined = joined.outerjoin(import_batch, import_batch.c.id == history.c.batch_id)
    # The words of the partial index, so that both databases see that it holds what is asked for.
    lately = (lines.workspace_id == workspace_id) & (lines.at > since) & (lines.at <= until) & text(MOVES)
    ours = (account.c.portfolio_id == portfolio_id) & (account.c.status == AccountStatus.CUSTOMER)
    ours &= Entity.ACCOUNT.still_there()
    return select(*columns, *by).select_from(joined).where(lately, ours).order_by(history.c.id)


def _by(move: Moved, line: Row[Any]) -> None:
    move.who, move.who_id, move.file, move.line = line.name, line.member_id, line.file, line.id


def _made_again(
    session: Session, workspace_id: int, settled: Mapping[int, Moved], made: Mapping[int, Moved]
) -> Iterator[Moved]:
    """The promises that were settled, or made again after an earlier one, with what stands in whose place.

    `settled` and `made` are what was settled and made since the last digest, by id.
    """
    of_account: dict[int, dict[int, Moved]] = defaultdict(dict)
    for row_id, new in made.items():
        of_account[new.account_id][row_id] = new
    account_ids = {move.account_id for move in settled.values()} | of_account.keys()
    for account_id, promises in _with_settled(session, workspace_id, account_ids).items():
        new_ones = of_account[account_id]
        for one in promises:
            move = settled.get(one.id)
            since = [row_id for row_id, new in new_ones.items() if move is not None and new.line > move.line]
            again = made_again(one, promises, since) if one.state is not PromiseState.OPEN else None
            by = move or new_ones.get(again.instead.id if again is not None and again.instead is not None else 0)
            if again is not None and by is not None:
                yield replace(by, kind=MoveKind.SETTLED, row_id=one.id, again=again)


def _with_settled(session: Session, workspace_id: int, account_ids: set[int]) -> dict[int, Sequence[Promise]]:
    """All promises of those of these accounts that have a settled one, by account."""
    by_account: dict[int, list[Promise]] = defaultdict(list)
    if not account_ids:
        return {}
    ours = is_one_of(promise.c.account_id, "ids") & Entity.PROMISE.in_workspace(workspace_id)
    ours &= Entity.PROMISE.still_there()
    other = promise.alias("other")
    # within: the accounts were reached by their workspace
    has_settled = exists().where(other.c.account_id == promise.c.account_id, other.c.state != PromiseState.OPEN)
    columns = [promise.c[one.name] for one in fields(Promise)]
    for row in session.execute(select(*columns).where(ours, has_settled), {"ids": sorted(account_ids)}):
        by_account[row.account_id].append(Promise(*row))
    return dict(by_account)


def _with_rows(session: Session, workspace_id: int, moves: Iterable[Moved]) -> list[Moved]:
    """The moves of rows that are still there, each with its row."""
    of: dict[Entity, list[Moved]] = {}
    for move in moves:
        entity = _ENTITIES.get(move.kind, Entity.ACCOUNT)
        of.setdefault(entity, []).append(move)
    there: list[Moved] = []
    for entity, some in of.items():
        rows = _rows(session, workspace_id, entity, {move.row_id for move in some})
        for move in some:
            if move.row_id in rows:
                move.row = rows[move.row_id]
                there.append(move)
    return there


def _rows(session: Session, workspace_id: int, entity: Entity, ids: set[int]) -> dict[int, Mapping[str, Any]]:
    table: Table = entity.table
    ours = is_one_of(table.c.id, "ids") & entity.in_workspace(workspace_id) & entity.still_there()
    rows = session.execute(select(table).where(ours), {"ids": sorted(ids)}).mappings()
    return {row["id"]: dict(row) for row in rows}
