"""All SQL on owners whom an import named and nobody has found in Slack, and the key of the question after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus
from bot.outbox.types import MessageKey
from bot.store import ledger
from bot.store.entities import Entity
from bot.store.ledger import Author, Noted
from bot.store.members import Member
from bot.store.schema import account, member

OWNER_KEY = MessageKey("imported-owner")
_HOLDS = (
    (Entity.ACCOUNT, "owner_id"),
    (Entity.ACCOUNT, "deputy_id"),
    (Entity.PORTFOLIO, "manager_id"),
    (Entity.GAP, "owner_id"),
    (Entity.ACTION, "owner_id"),
    (Entity.OBSTACLE, "owner_id"),
    (Entity.RISK, "owner_id"),
)
"""The columns that say who answers for something, and may name somebody whom an import has added."""


@dataclass(frozen=True, slots=True)
class ImportedOwner:
    """Somebody whom an import named, without a Slack user, and how many customers they own or deputise."""

    id: int
    workspace_id: int
    name: str
    email: str | None
    accounts: int


def waiting_owners(session: Session, workspace_id: int) -> list[ImportedOwner]:
    """The owners and deputies of customers who were found in no Slack user yet, those of most accounts first."""
    ours = (member.c.workspace_id == workspace_id) & member.c.slack_id.is_(None) & ~member.c.is_deactivated
    theirs = (account.c.owner_id == member.c.id) | (account.c.deputy_id == member.c.id)
    count = func.count(account.c.id)
    statement = (
        select(member.c.id, member.c.workspace_id, member.c.name, member.c.email, count)
        .join_from(member, account, theirs & (account.c.workspace_id == member.c.workspace_id))
        .where(ours, account.c.status == AccountStatus.CUSTOMER)
        .group_by(member.c.id, member.c.workspace_id, member.c.name, member.c.email)
        .order_by(count.desc(), member.c.id)
    )
    return [ImportedOwner(*row) for row in session.execute(statement)]


def account_names(session: Session, owner: Member, limit: int) -> list[str]:
    """The names of some customers that a member owns or deputises, those of most value first."""
    theirs = (account.c.owner_id == owner.id) | (account.c.deputy_id == owner.id)
    ours = (account.c.workspace_id == owner.workspace_id) & theirs & (account.c.status == AccountStatus.CUSTOMER)
    worth_most = account.c.arr_minor.desc().nulls_last()
    names = select(account.c.name).where(ours).order_by(worth_most, account.c.id).limit(limit)
    return list(session.execute(names).scalars())


def hand_over(session: Session, by: Author, source: Member, target: Member, now: datetime) -> None:
    """Put `target` wherever `source` answers for something, with history; a few statements however many rows it is."""
    for entity, column in _HOLDS:
        table = entity.table
        theirs = entity.in_workspace(source.workspace_id) & (table.c[column] == source.id)
        owner = table.c.id if entity is Entity.ACCOUNT else table.c.get("account_id")
        columns = [table.c.id] if owner is None else [table.c.id, owner.label("of")]
        rows = session.execute(select(*columns).where(theirs).order_by(table.c.id)).all()
        if not rows:
            continue
        session.execute(update(table).where(theirs).values({column: target.id}))
        accounts = [None if owner is None else row.of for row in rows]
        before, after = {column: source.id}, {column: target.id}
        noted = [Noted(by, row.id, of, before, after) for row, of in zip(rows, accounts, strict=True)]
        ledger.note(session, entity, noted, now)
        ledger.touch(session, sorted({of for of in accounts if of is not None}), now)
