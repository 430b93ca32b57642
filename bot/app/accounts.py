"""Small reads that many use cases share: the account somebody means, a row of it, its outcomes."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, must_read, must_write
from bot.app.refusals import AppRefusal
from bot.domain.model import Account, Outcome
from bot.store import account_search, accounts, entities
from bot.store.account_search import Hit, SearchResult
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """No account matches what was typed, or (`ambiguous`) several do; `hits` are what to choose from."""

    typed: str
    ambiguous: bool
    hits: tuple[Hit, ...]
    topic: str


def no_such_account() -> UserError:
    """The same refusal for every id that is not in the actor's workspace: it reveals nothing of other workspaces."""
    return UserError(AppRefusal.NO_SUCH_ACCOUNT)


def account_of(session: Session, actor: Actor, account_id: int) -> Account:
    """The account with this id in the actor's workspace; raises `UserError` where there is none, and for guests."""
    must_read(actor)
    account = accounts.still_there(session, actor.workspace_id, account_id)
    if account is None:
        raise no_such_account()
    return account


def writable(session: Session, actor: Actor, account_id: int) -> Account:
    """The account with this id, if the actor may write it."""
    account = account_of(session, actor, account_id)
    must_write(session, actor, account)
    return account


def row_of(session: Session, actor: Actor, entity: Entity, row_id: int) -> tuple[Account, RowMapping]:
    """A row that belongs to an account of the actor's workspace, with that account; raises `UserError` otherwise."""
    row = entities.row_of(session, actor.workspace_id, entity, row_id)
    if row is None:
        raise no_such_account()
    return account_of(session, actor, row["account_id"]), row


def writable_row(session: Session, actor: Actor, entity: Entity, row_id: int) -> tuple[Account, RowMapping]:
    """A row of an account that the actor may write, with that account."""
    account, row = row_of(session, actor, entity, row_id)
    must_write(session, actor, account)
    return account, row


def stranger(session: Session, account: Account, entity: Entity, row_id: int, refusal: UserError) -> UserError:
    """What to raise about a row that is not of this account: `refusal`, or "no such account" if not ours at all."""
    ours = entities.row_of(session, account.workspace_id, entity, row_id)
    return no_such_account() if ours is None else refusal


def outcome_of(session: Session, account: Account, outcome_id: int) -> Outcome:
    """An outcome of this account; raises `UserError` when it belongs to another one."""
    row = entities.row_of(session, account.workspace_id, Entity.OUTCOME, outcome_id)
    if row is None:
        raise no_such_account()
    if row["account_id"] != account.id:
        raise UserError(AppRefusal.OUTCOME_OF_ANOTHER_ACCOUNT, "outcome", account=account.name)
    return Outcome(**{field.name: row[field.name] for field in fields(Outcome)})


def find(session: Session, actor: Actor, typed: str) -> SearchResult:
    """What `typed` means in the actor's workspace."""
    must_read(actor)
    return account_search.find(session, actor.workspace_id, typed)


def choices(typed: str, result: SearchResult, topic: str) -> ChoicesView:
    """What to show when it is not clear which account is meant."""
    return ChoicesView(typed, bool(result.choices), result.choices or result.nearest, topic)
