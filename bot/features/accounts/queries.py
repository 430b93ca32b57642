"""The SQL that only the accounts feature needs: stages, history and names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import RowMapping, Select, func, insert, select, true, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Change, Tier
from bot.domain.labels import label
from bot.domain.model import Account, LastMove, StageEntry
from bot.features.accounts.new_account import NewAccount
from bot.outbox.types import MessageKey
from bot.store import changes, schema
from bot.store.as_of import undone
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.schema import account, evidence, outcome, stage_entry

PROPOSAL_KEY = MessageKey("proposal")
DECIDED_KEY = MessageKey("proposal-decided")
VERDICT_KEY = MessageKey("verdict")
PLAN_WANTED_KEY = MessageKey("plan-wanted")
_TIERS_BY_HAND = 50
_NAMED = (
    (schema.person, schema.person.c.name),
    (schema.outcome, schema.outcome.c.title),
    (schema.action, schema.action.c.text),
    (schema.obstacle, schema.obstacle.c.text),
    (schema.promise, schema.promise.c.text),
    (schema.gap, schema.gap.c.title),
    (schema.risk, schema.risk.c.fact),
    (schema.person_slack, schema.person_slack.c.name),
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


def has_outcome(session: Session, of: Account) -> bool:
    """Whether an outcome is written down for an account that is not retired."""
    theirs = (outcome.c.account_id == of.id) & Entity.OUTCOME.in_workspace(of.workspace_id)
    statement = select(outcome.c.id).where(theirs, outcome.c.retired_on.is_(None)).limit(1)
    return session.execute(statement).first() is not None


def row_names(session: Session, of: Account) -> dict[tuple[str, int], str]:
    """What the rows of an account are called, by table and id."""
    names: dict[tuple[str, int], str] = {}
    for table, column in _NAMED:
        named = select(table.c.id, column).where(table.c.account_id == of.id)
        names |= {(table.name, row_id): str(name or "") for row_id, name in session.execute(named)}
    series = select(schema.cadence.c.id, schema.cadence.c.kind).where(schema.cadence.c.account_id == of.id)
    return names | {(schema.cadence.name, row_id): label(kind) for row_id, kind in session.execute(series)}


def outcomes_of_evidence(session: Session, of: Account) -> dict[int, tuple[str, str | None]]:
    """The title and unit of the outcome that each piece of an account's evidence is about, by the piece's id."""
    joined = evidence.join(outcome, outcome.c.id == evidence.c.outcome_id)
    about = select(evidence.c.id, outcome.c.title, outcome.c.unit).select_from(joined)
    return {row.id: (row.title, row.unit) for row in session.execute(about.where(evidence.c.account_id == of.id))}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that was proposed: `new` is what was typed; `added` is None until somebody has decided."""

    id: int
    workspace_id: int
    proposer_id: int
    portfolio_id: int | None
    name: str
    new: NewAccount
    decided_by: int | None
    added: bool | None


def add_proposal(session: Session, proposer: Member, name: str, new: NewAccount, now: datetime) -> int:
    """Keep a proposal; returns its id."""
    payload = json.loads(json.dumps(asdict(new), default=str))
    values = {"workspace_id": proposer.workspace_id, "proposer_id": proposer.id, "portfolio_id": new.portfolio_id}
    row = insert(schema.proposal).values(**values, name=name, payload=payload, created_at=now)
    return int(session.execute(row.returning(schema.proposal.c.id)).scalar_one())


def proposal(session: Session, workspace_id: int, proposal_id: int) -> Proposal | None:
    """The proposal with this id; None where this workspace has none."""
    table = schema.proposal.c
    ours = (table.workspace_id == workspace_id) & (table.id == proposal_id)
    row = session.execute(select(schema.proposal).where(ours)).one_or_none()
    if row is None:
        return None
    days = {name: _day(row.payload[name]) for name in ("contract_start", "renewal_date")}
    new = NewAccount(**{**row.payload, **days, "tier": Tier(row.payload["tier"])})
    return Proposal(
        row.id, row.workspace_id, row.proposer_id, row.portfolio_id, row.name, new, row.decided_by, row.added
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def is_proposed(session: Session, workspace_id: int, name: str) -> bool:
    """Whether an account of this name is proposed and nobody has decided."""
    table = schema.proposal.c
    same = (table.workspace_id == workspace_id) & (func.lower(table.name) == name.lower()) & table.decided_at.is_(None)
    return session.execute(select(table.id).where(same).limit(1)).first() is not None


def decide(session: Session, by: Member, proposal_id: int, now: datetime, *, added: bool) -> bool:
    """Note the decision on a proposal; False if somebody has decided: the row count is the lock."""
    table = schema.proposal.c
    undecided = (table.workspace_id == by.workspace_id) & (table.id == proposal_id) & table.decided_at.is_(None)
    values = {"decided_at": now, "decided_by": by.id, "added": added}
    return bool(session.connection().execute(update(schema.proposal).where(undecided).values(values)).rowcount == 1)


def slug_of_name(session: Session, workspace_id: int, name: str) -> str | None:
    """The slug of an account of this name."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.name == name) & account.c.taken_back_at.is_(None)
    return session.execute(
        select(account.c.slug).where(ours).order_by(account.c.id.desc()).limit(1)
    ).scalar_one_or_none()


def name_of_slug(session: Session, workspace_id: int, slug: str) -> str | None:
    """The name of the account that has this slug in a workspace."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.slug == slug)
    return session.execute(select(account.c.name).where(ours)).scalar_one_or_none()


_MOVES_READ = 50


def last_moved_by(session: Session, of: Account, moment: datetime) -> LastMove | None:
    """The newest answer on an account that says something moved, as it stood at a moment."""
    table = schema.answer
    columns = [table.c[name] for name in ("id", "change", "answered_at", "what_changed")]
    # within: the account was reached by its workspace
    theirs = select(*columns).where(table.c.account_id == of.id).order_by(table.c.answered_at.desc(), table.c.id.desc())
    rows = session.execute(theirs.where(table.c.answered_at <= moment).limit(_MOVES_READ)).all()
    later = [
        (line.entity, line.entity_id, line.before)
        for line in reversed(changes.of_answers(session, [of.workspace_id], [of.id], [row.id for row in rows]))
        if line.at > moment
    ]
    before = undone(later).get(Entity.ANSWER.value, {})
    for row in rows:
        then = {"change": row.change, "what_changed": row.what_changed} | (before.get(row.id) or {})
        if then["change"] is not Change.NOTHING:
            return LastMove(then["change"], row.answered_at, then["what_changed"])
    return None


def set_last(session: Session, of: Account, *columns: str) -> tuple[str | None, date | None]:
    """Who gave one of these columns of an account a value last, and on which day; None where history does not know."""
    table = schema.history
    changes = (table.c.workspace_id == of.workspace_id) & (table.c.account_id == of.id) & (table.c.entity == "account")
    statement = select(table.c.at, table.c.after, schema.member.c.name)
    lines = statement.outerjoin(schema.member, schema.member.c.id == table.c.member_id).where(changes)
    for at, after, name in session.execute(lines.order_by(table.c.id.desc())):
        if any(after.get(column) for column in columns):
            return name, at.date()
    return None, None


def owners_inside(session: Session, workspace_id: int, portfolio_id: int | None) -> set[int]:
    """The members who own customers of a portfolio, or with None of the workspace."""
    return set(session.execute(owners_in(workspace_id, portfolio_id)).scalars())


def owners_in(workspace_id: int, portfolio_id: int | None) -> Select[int]:
    """The query of the same, to stand in another one."""
    ours = (account.c.workspace_id == workspace_id) & (account.c.status == AccountStatus.CUSTOMER)
    ours &= true() if portfolio_id is None else account.c.portfolio_id == portfolio_id
    return select(account.c.owner_id).distinct().where(ours, account.c.owner_id.is_not(None))


def with_tier_by_hand(session: Session, workspace_id: int, portfolio_id: int) -> list[int]:
    """The customers of a portfolio whose tier somebody has set, the largest first."""
    by_hand = (account.c.status == AccountStatus.CUSTOMER) & account.c.tier_reason.is_not(None)
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    by_size = (account.c.arr_minor.desc().nulls_last(), account.c.id)
    return list(
        session.execute(select(account.c.id).where(ours, by_hand).order_by(*by_size).limit(_TIERS_BY_HAND)).scalars()
    )
