"""All SQL on what goes from one owner to the next, and on what an account is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, PromptState
from bot.domain.model import Account
from bot.domain.values.slugs import folded
from bot.outbox.types import MessageKey
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.members import Member

BRIEF_KEY = MessageKey("handover-brief")
LINE_KEY = MessageKey("handover-line")
_ACCOUNT = [schema.account.c[of.name] for of in fields(Account)]
_OPEN: Mapping[Entity, tuple[str, ColumnElement[bool]]] = {
    Entity.PROMPT: ("member_id", schema.prompt.c.state == PromptState.OPEN),
    Entity.ACTION: ("owner_id", schema.action.c.told_on.is_(None) & schema.action.c.dropped_on.is_(None)),
    Entity.GAP: ("owner_id", schema.gap.c.closed_on.is_(None)),
    Entity.OBSTACLE: ("owner_id", schema.obstacle.c.cleared_on.is_(None)),
    Entity.RISK: ("owner_id", schema.risk.c.closed_at.is_(None)),
}
"""What goes along with an account: who has it, and what of it is open."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The open rows that go along with accounts, by entity; `column` names who has them."""

    rows: Mapping[Entity, Sequence[dict[str, Any]]] = field(default_factory=dict)

    def column(self, entity: Entity) -> str:
        return _OPEN[entity][0]

    def count(self, entity: Entity) -> int:
        return len(self.rows.get(entity, ()))


def carried(
    session: Session,
    workspace_id: int,
    account_ids: Collection[int],
    owner_id: int | None,
    *,
    all_prompts: Collection[int],
) -> Carried:
    """What is open of these accounts and `owner_id` has; of the accounts `all_prompts` every open prompt, whoever was
    asked because the owner could not be."""
    found: dict[Entity, Sequence[dict[str, Any]]] = {}
    for entity, (column, is_open) in _OPEN.items():
        table = entity.table
        theirs = table.c[column] == owner_id
        if entity is Entity.PROMPT:
            theirs = or_(theirs, table.c.account_id.in_(all_prompts))
        ours = table.c.account_id.in_(account_ids) & entity.in_workspace(workspace_id)
        statement = select(table).where(ours, is_open, theirs).order_by(table.c.id)
        found[entity] = [dict(row) for row in session.execute(statement).mappings()]
    return Carried(found)


def hold_prompts(session: Session, workspace_id: int, account_ids: Collection[int]) -> None:
    """Lock the open prompts of accounts. The clock locks prompts before their accounts, so people do too."""
    table = schema.prompt
    ours = (table.c.workspace_id == workspace_id) & table.c.account_id.in_(account_ids)
    is_open = table.c.state == PromptState.OPEN
    session.execute(select(table.c.id).where(ours, is_open).order_by(table.c.id).with_for_update())


def hold(session: Session, account_ids: Collection[int], now: datetime) -> None:
    """Hold accounts until the transaction ends, in the order of their ids as everybody does."""
    ledger.touch(session, sorted(account_ids), now)


def owned_by(session: Session, workspace_id: int, member_id: int) -> list[Account]:
    """The customers that a member owns, by name."""
    table = schema.account
    theirs = (table.c.workspace_id == workspace_id) & (table.c.owner_id == member_id)
    customers = (table.c.status == AccountStatus.CUSTOMER) & table.c.taken_back_at.is_(None)
    return [Account(*row) for row in session.execute(select(*_ACCOUNT).where(theirs, customers).order_by(table.c.name))]


def members_called(session: Session, workspace_id: int, name: str) -> list[Member]:
    """The members of this name, whatever its case; those who left too."""
    table = schema.member
    columns = [table.c[of.name] for of in fields(Member)]
    same = func.lower(table.c.name) == name.lower()
    rows = session.execute(select(*columns).where(table.c.workspace_id == workspace_id, same).order_by(table.c.id))
    return [member for member in (Member(*row) for row in rows) if folded(member.name) == folded(name)]


def other_with(session: Session, of: Account, column: str, value: str) -> tuple[str, str] | None:
    """The name and slug of another account that has this value in a column; None where there is none."""
    table: Table = schema.account
    ours = (table.c.workspace_id == of.workspace_id) & (table.c.id != of.id) & table.c.taken_back_at.is_(None)
    row = session.execute(
        select(table.c.name, table.c.slug).where(ours, table.c[column] == value).limit(1)
    ).one_or_none()
    return None if row is None else (row.name, row.slug)


def rows_of(session: Session, workspace_id: int, account_ids: Collection[int]) -> list[dict[str, Any]]:
    """The whole rows of these accounts."""
    table = schema.account
    ours = (table.c.workspace_id == workspace_id) & table.c.id.in_(account_ids)
    return [dict(row) for row in session.execute(select(table).where(ours).order_by(table.c.id)).mappings()]


def domain_rows(session: Session, of: Account) -> list[int]:
    """The bindings of mail domains that an account has or had, by id."""
    table = schema.customer_org
    theirs = (
        (table.c.workspace_id == of.workspace_id) & (table.c.account_id == of.id) & table.c.mail_domain.is_not(None)
    )
    return list(session.execute(select(table.c.id).where(theirs).order_by(table.c.id)).scalars())
