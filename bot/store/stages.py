"""Accounts as the survey of stages needs them, and the stages that they were in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from bot.domain.model import StageEntry
from bot.domain.portfolio.stage_survey import StagedAccount
from bot.store.entities import Entity
from bot.store.schema import account, stage_entry


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts of some portfolios, of one owner, or all accounts of a workspace, but for those of `without`; `only`
    narrows what is read down to a few."""

    workspace_id: int
    portfolio_ids: tuple[int, ...] = ()
    owner_id: int | None = None
    everything: bool = False
    without: tuple[int, ...] = ()
    only: tuple[int, ...] | None = None

    @property
    def accounts(self) -> ColumnElement[bool]:
        """The condition that an account is one of them."""
        inside = account.c.portfolio_id.in_(self.portfolio_ids)
        chosen = inside if self.owner_id is None else account.c.owner_id == self.owner_id
        return self._readable & (true() if self.everything else chosen)

    @property
    def neighbours(self) -> ColumnElement[bool]:
        """The condition that an account is in one of their portfolios: they say what is usual."""
        # within: the scope holds the workspace; where they are is asked also of those that are not read
        theirs = select(account.c.portfolio_id).where(replace(self, without=(), only=None).accounts)
        return self._readable & (self.accounts | account.c.portfolio_id.in_(theirs))

    @property
    def _readable(self) -> ColumnElement[bool]:
        ours = (account.c.workspace_id == self.workspace_id) & Entity.ACCOUNT.still_there()
        ours = ours & account.c.id.not_in(self.without) if self.without else ours
        return ours if self.only is None else ours & account.c.id.in_(self.only)


def neighbour_ids(session: Session, scope: Scope) -> list[int]:
    """The accounts of a scope and of all others in their portfolios."""
    # within: the scope holds the workspace
    return list(session.execute(select(account.c.id).where(scope.neighbours).order_by(account.c.id)).scalars())


def staged(session: Session, scope: Scope) -> list[StagedAccount]:
    """The accounts of a scope as the survey of stages needs them, former customers too."""
    # within: the scope holds the workspace
    columns = [account.c[field.name] for field in fields(StagedAccount)]
    rows = session.execute(select(*columns).where(scope.accounts).order_by(account.c.id))
    return [StagedAccount(*row) for row in rows]


def stage_histories(session: Session, scope: Scope) -> dict[int, list[StageEntry]]:
    """The stage entries of the accounts of a scope and of all others in their portfolios, by account."""
    # within: the scope holds the workspace
    columns = [stage_entry.c[field.name] for field in fields(StageEntry)]
    inside = select(account.c.id).where(scope.neighbours)
    statement = select(*columns).where(stage_entry.c.account_id.in_(inside)).order_by(stage_entry.c.id)
    entries_by_account: dict[int, list[StageEntry]] = {}
    for row in session.execute(statement):
        entries_by_account.setdefault(row.account_id, []).append(StageEntry(*row))
    return entries_by_account
