"""Small reads that many use cases share: the account somebody means, its outcomes, its gaps as lines."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, must_read
from bot.domain.model import Account, Outcome
from bot.store import account_search, accounts, schema
from bot.store.account_search import Found, Hit

_GONE = "That account is not here any more. Type /proof and its name."
_OUTCOME = [schema.outcome.c[field.name] for field in fields(Outcome)]


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """Nothing or too much was found: `found` says which; `hits` are what to choose from."""

    typed: str
    ambiguous: bool
    hits: tuple[Hit, ...]
    topic: str
    hint: str | None = None


def account_of(session: Session, account_id: int) -> Account:
    """The account with this id; `Refused` when it is gone."""
    account = accounts.by_id(session, account_id)
    if account is None:
        raise UserError(_GONE)
    return account


def readable(session: Session, actor: Actor, account_id: int) -> Account:
    """The account with this id, if it is one of the actor's workspace and the actor may read."""
    must_read(actor)
    account = account_of(session, account_id)
    if account.workspace_id != actor.workspace_id:
        raise UserError(_GONE)
    return account


def outcome_of(session: Session, account: Account, outcome_id: int) -> Outcome:
    """An outcome of this account; `Refused` when it belongs to another one."""
    ours = (schema.outcome.c.id == outcome_id) & (schema.outcome.c.account_id == account.id)
    row = session.execute(select(*_OUTCOME).where(ours)).one_or_none()
    if row is None:
        raise UserError(f"That outcome does not belong to {account.name}. Choose one from its list.", "outcome")
    return Outcome(*row)


def find(session: Session, actor: Actor, typed: str) -> Found:
    """What `typed` means in the actor's workspace."""
    must_read(actor)
    return account_search.find(session, actor.workspace_id, typed)


def choices(typed: str, found: Found, topic: str, hint: str | None = None) -> ChoicesView:
    """What to show when it is not clear which account is meant."""
    return ChoicesView(typed, bool(found.choices), found.choices or found.nearest, topic, hint)
