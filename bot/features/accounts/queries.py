"""The SQL that only the accounts feature needs: stages, history and names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from bot.domain.labels import label
from bot.domain.model import Account, StageEntry
from bot.store import schema
from bot.store.schema import account, evidence, outcome, stage_entry

_NAMED = (
    (schema.person, schema.person.c.name),
    (schema.outcome, schema.outcome.c.title),
    (schema.action, schema.action.c.text),
    (schema.obstacle, schema.obstacle.c.text),
    (schema.promise, schema.promise.c.text),
    (schema.gap, schema.gap.c.title),
    (schema.risk, schema.risk.c.fact),
)
_COLUMNS = [stage_entry.c[field.name] for field in fields(StageEntry)]


def histories(session: Session, workspace_id: int, portfolio_id: int) -> list[list[StageEntry]]:
    """The stage entries of each account of a portfolio, those of former customers included."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    ours = select(account.c.id).where(inside)
    statement = select(*_COLUMNS).where(stage_entry.c.account_id.in_(ours)).order_by(stage_entry.c.id)
    entries_by_account: dict[int, list[StageEntry]] = {}
    for row in session.execute(statement):
        entries_by_account.setdefault(row.account_id, []).append(StageEntry(*row))
    return list(entries_by_account.values())


def history(session: Session, of: Account, begin: datetime | None) -> Iterable[RowMapping]:
    """The history of an account, the newest line first, from `begin` on if that is given."""
    table = schema.history
    theirs = (table.c.workspace_id == of.workspace_id) & (table.c.account_id == of.id)
    statement = select(table).where(theirs).order_by(table.c.id.desc())
    return session.execute(statement if begin is None else statement.where(table.c.at >= begin)).mappings()


def row_names(session: Session, of: Account) -> dict[tuple[str, int], str]:
    """What the rows of an account are called, by table and id."""
    names: dict[tuple[str, int], str] = {}
    for table, column in _NAMED:
        named = select(table.c.id, column).where(table.c.account_id == of.id)
        names |= {(table.name, row_id): str(name) for row_id, name in session.execute(named)}
    series = select(schema.cadence.c.id, schema.cadence.c.kind).where(schema.cadence.c.account_id == of.id)
    return names | {(schema.cadence.name, row_id): label(kind) for row_id, kind in session.execute(series)}


def outcomes_of_evidence(session: Session, of: Account) -> dict[int, tuple[str, str | None]]:
    """The title and unit of the outcome that each piece of an account's evidence is about, by the piece's id."""
    joined = evidence.join(outcome, outcome.c.id == evidence.c.outcome_id)
    about = select(evidence.c.id, outcome.c.title, outcome.c.unit).select_from(joined)
    return {row.id: (row.title, row.unit) for row in session.execute(about.where(evidence.c.account_id == of.id))}


def name_of_slug(session: Session, workspace_id: int, slug: str) -> str | None:
    """The name of the account that has this slug in a workspace."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.slug == slug)
    return session.execute(select(account.c.name).where(ours)).scalar_one_or_none()
