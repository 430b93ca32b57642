"""Loads what the rules need to know: a `ProofState` of one account, or those of many in a fixed number of queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select
from sqlalchemy.orm import Session

from bot.domain import model
from bot.store import schema
from bot.store.rewind import rewound

_PARTS: tuple[tuple[str, type[Any], Table], ...] = (
    ("people", model.Person, schema.person),
    ("outcomes", model.Outcome, schema.outcome),
    ("evidence", model.Evidence, schema.evidence),
    ("gaps", model.Gap, schema.gap),
    ("actions", model.Action, schema.action),
    ("obstacles", model.Obstacle, schema.obstacle),
    ("promises", model.Promise, schema.promise),
    ("risks", model.Risk, schema.risk),
    ("judgements", model.Judgement, schema.judgement),
    ("health", model.HealthReading, schema.health),
    ("stages", model.StageEntry, schema.stage_entry),
)
_MEETINGS_KEPT = 26


def load(session: Session, account_id: int, *, as_of: datetime | None = None) -> model.ProofState:
    """The state of one account, now or as it stood at the moment `as_of`; `LookupError` if there is none."""
    states = load_many(session, [account_id], as_of=as_of)
    if not states:
        raise LookupError(f"no account {account_id}" + (f" at {as_of:%Y-%m-%d}" if as_of else ""))
    return states[0]


def load_many(session: Session, account_ids: Sequence[int], *, as_of: datetime | None = None) -> list[model.ProofState]:
    """The states of these accounts, in the order of the ids that exist."""
    wanted = list(dict.fromkeys(account_ids))
    states = _load(session, lambda table: _column(table).in_(wanted), as_of)
    by_id = {state.account.id: state for state in states}
    return [by_id[account_id] for account_id in wanted if account_id in by_id]


def load_portfolio(session: Session, portfolio_id: int, *, as_of: datetime | None = None) -> list[model.ProofState]:
    """The states of all accounts in a portfolio, in a number of queries that does not depend on its size."""
    of_portfolio = select(schema.account.c.id).where(schema.account.c.portfolio_id == portfolio_id)
    return _load(session, lambda table: _column(table).in_(of_portfolio), as_of)


def _column(table: Table) -> ColumnElement[int]:
    return table.c.id if table is schema.account else table.c.account_id


def _load(session: Session, belongs: Any, as_of: datetime | None) -> list[model.ProofState]:
    def rows(table: Table, kind: type[Any]) -> Iterable[Any]:
        names = [field.name for field in fields(kind)]
        statement = select(*(table.c[name] for name in names)).where(belongs(table)).order_by(table.c.id)
        found = session.execute(statement).all()
        if as_of is None:
            return [kind(*row) for row in found]
        return [kind(**row) for row in rewound(session, table, names, found, belongs, as_of)]

    accounts = rows(schema.account, model.Account)
    parts: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name, _, _ in _PARTS}
    for name, kind, table in _PARTS:
        held = parts[name]
        for value in rows(table, kind):
            held[value.account_id].append(value)
    meetings = _meetings(session, belongs, as_of)
    next_meetings = _next_meetings(session, belongs)
    changes = _last_changes(session, belongs, as_of)
    names = member_names(session)
    return [
        model.ProofState(
            account=account,
            meetings=tuple(meetings.get(account.id, ())),
            next_meeting_at=next_meetings.get(account.id),
            last_change_at=changes.get(account.id),
            names=names,
            **{name: tuple(held.get(account.id, ())) for name, held in parts.items()},
        )
        for account in accounts
    ]


def _meetings(session: Session, belongs: Any, as_of: datetime | None) -> dict[int, list[model.MeetingFact]]:
    meeting, prompt, answer = schema.meeting, schema.prompt, schema.answer
    recent = func.row_number().over(partition_by=meeting.c.account_id, order_by=meeting.c.starts_at.desc())
    ranked = select(meeting, recent.label("recency")).where(belongs(meeting))
    if as_of is not None:
        ranked = ranked.where(meeting.c.starts_at <= as_of)
    last = ranked.subquery()
    statement = (
        select(
            last.c.id,
            last.c.account_id,
            last.c.cadence_id,
            last.c.kind,
            last.c.starts_at,
            prompt.c.state,
            prompt.c.member_id,
            answer.c.change,
            answer.c.moved_evidence,
        )
        .outerjoin(prompt, prompt.c.meeting_id == last.c.id)
        .outerjoin(answer, answer.c.meeting_id == last.c.id)
        .where(last.c.recency <= _MEETINGS_KEPT)
        .order_by(last.c.account_id, last.c.starts_at, last.c.id)
    )
    held: dict[int, list[model.MeetingFact]] = defaultdict(list)
    for row in session.execute(statement):
        held[row.account_id].append(model.MeetingFact(*row))
    return held


def _pairs(session: Session, statement: Select[Any]) -> dict[int, Any]:
    return {row[0]: row[1] for row in session.execute(statement)}


def _next_meetings(session: Session, belongs: Any) -> dict[int, datetime]:
    cadence = schema.cadence
    return _pairs(
        session,
        select(cadence.c.account_id, func.min(cadence.c.next_meeting_at))
        .where(belongs(cadence), cadence.c.active)
        .group_by(cadence.c.account_id),
    )


def _last_changes(session: Session, belongs: Any, as_of: datetime | None) -> dict[int, datetime]:
    history = schema.history
    last = select(history.c.account_id, func.max(history.c.id).label("id")).where(belongs(history))
    if as_of is not None:
        last = last.where(history.c.at <= as_of)
    newest = last.group_by(history.c.account_id).subquery()
    return _pairs(session, select(newest.c.account_id, history.c.at).join(history, history.c.id == newest.c.id))


def member_names(session: Session) -> dict[int, str]:
    """The names of all members, by id."""
    return _pairs(session, select(schema.member.c.id, schema.member.c.name))


def as_json(value: object) -> Any:
    """A JSON column's value whichever driver gave it."""
    return json.loads(value) if isinstance(value, str) else value


def record(row: Row[Any]) -> dict[str, Any]:
    """A row as a plain dictionary of its columns."""
    return dict(row._mapping)
