"""Holds a submission against what its form showed: somebody else's change since then is never overwritten unseen.

A form carries the newest line of the account's history as it was opened (`version_of_account`), and the edge hands it
to the use case as `Actor.seen`. The use case names the rows that the form showed and that it is about to change; what
history has on them since then is refused with who did it, what and when. Of two submissions at once exactly one is
done: `must_be_as_shown` holds the account until the transaction ends, as every write to the ledger does, so the
second one sees what the first has written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.domain.labels import kind_of_column
from bot.domain.refusal import RefusalValue
from bot.domain.values import days
from bot.store import changes, entities, ledger, members
from bot.store.changes import Changed
from bot.store.entities import Entity

_NUMBERS = frozenset({"baseline", "target", "band_low", "band_high"})
_UNSPOKEN = ("_id", "_by", "_minor", "_at")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row that a form showed and its submission changes; without `row_id` it is any row that was added since.

    `columns` are those that the form showed, all of them if it is empty. `fields` names the form's inputs for them
    where they are called otherwise.
    """

    entity: Entity
    row_id: int | None = None
    columns: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    def column_of(self, line: Changed) -> str | None:
        """The first column of this row that a line changed, "" for a line that added the row; None for other lines."""
        if line.entity != self.entity.value or self.row_id not in (None, line.entity_id):
            return None
        if line.before is None:
            return ""
        if self.row_id is None:
            return None
        columns = self.columns or tuple(line.after)
        return next((column for column in columns if column in line.after), None)


def version_of_account(session: Session, actor: Actor, account_id: int) -> int:
    """What a form on this account carries. Read it before the rows that the form shows."""
    return changes.newest_of_account(session, actor.workspace_id, account_id)


def version_of_portfolio(session: Session, actor: Actor, portfolio_id: int) -> int:
    """The same for a form on a portfolio."""
    return changes.newest_of_portfolio(session, actor.workspace_id, portfolio_id)


# within: it locks a row and says nothing of it; who calls has looked the account up
def hold(session: Session, account_id: int, now: datetime) -> None:
    """Hold an account until the transaction ends: what is read of it from here on is what it is changed from."""
    ledger.touch(session, [account_id], now)


def must_be_as_shown(session: Session, actor: Actor, account_id: int, now: datetime, *rows: ShownRow) -> None:
    """Hold an account, and raise `UserError` if one of these rows is not as the form showed it.

    Call it before you read the rows that the use case works with. Without a form (`actor.seen` is None) it only
    holds the account.
    """
    hold(session, account_id, now)
    refuse_changed(session, actor, account_id, now, *rows)


def refuse_changed(session: Session, actor: Actor, account_id: int, now: datetime, *rows: ShownRow) -> None:
    """Raise `UserError` if one of these rows is not as the form showed it; the account is held already."""
    if actor.seen is not None and rows:
        on = {row.entity for row in rows}
        lines = changes.of_account_since(session, actor.workspace_id, account_id, actor.seen, on)
        _compare(session, actor, lines, rows, now)


def must_be_portfolio_as_shown(
    session: Session, actor: Actor, portfolio_id: int, now: datetime, *columns: str, fields: Mapping[str, str]
) -> None:
    """Raise `UserError` if one of these columns of a portfolio is not as the form showed it.

    It holds nothing: two at once are told apart by a conditional update of the portfolio, after which this is asked
    again.
    """
    if actor.seen is not None:
        lines = changes.of_portfolio_since(session, actor.workspace_id, portfolio_id, actor.seen)
        _compare(session, actor, lines, [ShownRow(Entity.PORTFOLIO, portfolio_id, columns, fields)], now)


def _changed_meanwhile(
    session: Session, actor: Actor, line: Changed, now: datetime, *, column: str, at_fault: str | None
) -> UserError:
    """The refusal that says who changed what, and when; `column` is the one to name, "" where the row was added."""
    member = members.by_id(session, actor.workspace_id, line.member_id)
    local = days.local(line.at, actor.member.tz)
    today = local.date() == actor.today(now)
    to, unit = _value(session, actor, line, column)
    return UserError(
        AppRefusal.CHANGED_MEANWHILE,
        at_fault,
        who=member.name if member else None,
        themselves=member is not None and member.id == actor.member.id,
        entity=line.entity,
        column=column,
        to=to,
        unit=unit,
        on=None if today else local.date(),
        at=f"{local.hour}:{local.minute:02}",
    )


def _compare(session: Session, actor: Actor, lines: Iterable[Changed], rows: Iterable[ShownRow], now: datetime) -> None:
    for line in lines:
        for row in rows:
            column = row.column_of(line)
            if column is not None:
                raise _changed_meanwhile(
                    session, actor, line, now, column=column, at_fault=row.fields.get(column, column) or None
                )


def _value(session: Session, actor: Actor, line: Changed, column: str) -> tuple[RefusalValue, str | None]:
    """What a column was set to, and its unit; None where the value is an id or says nothing to a reader."""
    value = line.after.get(column)
    if value in (None, "") or isinstance(value, bool) or column.endswith(_UNSPOKEN):
        return None, None
    if line.entity == Entity.OUTCOME and column in _NUMBERS:
        row = entities.row_of(session, actor.workspace_id, Entity.OUTCOME, line.entity_id)
        return _read(Decimal, str(value)), row["unit"] if row is not None else None
    kind = kind_of_column(line.entity, column)
    choice = _read(kind, value) if kind else _read(date.fromisoformat, str(value))
    return str(value) if choice is None else choice, None


def _read(kind: Callable[[Any], RefusalValue], stored: Any) -> RefusalValue:
    """What is stored, as what it is; None for what it is no more."""
    try:
        return kind(stored)
    except (ValueError, InvalidOperation):
        return None
