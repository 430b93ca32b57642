"""All SQL on cadences, meetings, prompts and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.enums import CadenceKind, PromptState
from bot.features.meetings.rows import Answer, Cadence, Move, OpenGap, Prompt
from bot.outbox.types import MessageKey
from bot.store import ledger, schema, serving
from bot.store.entities import Entity
from bot.store.json_rows import in_workspaces, is_one_of
from bot.store.ledger import Author
from bot.store.members import Member
from bot.store.set_aside import Unit, not_resting

PROMPT_KEY = MessageKey("prompt")
PARTS = ("change", "what_changed", "unproven", "next_action", "decision")
"""The columns of an answer that people fill in."""
REMINDER_KEY = MessageKey("reminder")


_MOVING = ("local_start", "active", "next_meeting_at", "next_prompt_at")
# within: due_cadences has locked the rows
_ADVANCE = (
    update(schema.cadence)
    .where(schema.cadence.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in _MOVING})
)
# As the index of what is due says it: SQLite takes `active = 1` for something else, and would read all cadences.
_ACTIVE: ColumnElement[bool] = literal_column("cadence.active")
_CADENCE = [schema.cadence.c[field.name] for field in fields(Cadence)]
_ANSWER = [schema.answer.c[field.name] for field in fields(Answer)]
_FROM_MEETING = {"kind", "starts_at"}
_PROMPT = [(schema.meeting if field.name in _FROM_MEETING else schema.prompt).c[field.name] for field in fields(Prompt)]


def due_cadences(session: Session, job: str, now: datetime, limit: int) -> list[Unit]:
    """Active cadences whose prompt is due, oldest first, locked for this transaction where the database can.

    What `job` has set aside until later is left out. They are read by `claimed_cadences`: one that cannot be read is
    one unit's fault.
    """
    table = schema.cadence
    served = serving.is_served(session, schema.account.c.workspace_id)
    statement = (
        select(schema.account.c.workspace_id, table.c.id)
        .join(schema.account, schema.account.c.id == table.c.account_id)
        .where(_ACTIVE, table.c.next_prompt_at.is_not(None), table.c.next_prompt_at <= now, served)
        .where(not_resting(job, Entity.CADENCE, table.c.id, now))
        .order_by(table.c.next_prompt_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=table)
    )
    return [Unit(row.workspace_id, Entity.CADENCE, row.id) for row in session.execute(statement)]


def claimed_cadences(session: Session, units: Sequence[Unit]) -> list[Cadence]:
    """The cadences of these units, the one that is due first at the beginning."""
    table = schema.cadence
    # within: due_cadences has found them
    statement = select(*_CADENCE).where(table.c.id.in_([unit.row_id for unit in units]))
    return [Cadence(*row) for row in session.execute(statement.order_by(table.c.next_prompt_at))]


def advance(session: Session, moves: Sequence[Move], now: datetime) -> None:
    """Move cadences on, with history; `due_cadences` has locked them, so that no other replica moves them."""
    if not moves:
        return
    rows = [{"of": move.cadence.id, **_columns(move.cadence, _MOVING), **move.values} for move in moves]
    session.connection().execute(_ADVANCE, rows)
    changes = [
        ledger.Noted(
            move.by, move.cadence.id, move.cadence.account_id, _columns(move.cadence, move.values), move.values
        )
        for move in moves
    ]
    ledger.note(session, Entity.CADENCE, changes, now)


def _columns(cadence: Cadence, names: Iterable[str]) -> dict[str, Any]:
    """The values of these columns of a cadence."""
    return {name: getattr(cadence, name) for name in names}


def open_meetings(session: Session, moves: Sequence[Move]) -> dict[int, int]:
    """Insert these occurrences; returns the ids of those that are new, by cadence."""
    rows = [
        {**_columns(move.cadence, ("account_id", "kind")), "cadence_id": move.cadence.id, "starts_at": move.starts_at}
        for move in moves
    ]
    if not rows:
        return {}
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = make(schema.meeting).on_conflict_do_nothing(index_elements=["cadence_id", "starts_at"])
    opened = session.execute(added.returning(schema.meeting.c.cadence_id, schema.meeting.c.id), rows)
    return {row.cadence_id: row.id for row in opened}


def by_id(session: Session, workspace_id: int, prompt_id: int) -> Prompt | None:
    """The prompt with this id; None where this workspace has none."""
    return _prompt(session, _first(schema.prompt.c.id), workspace_id, prompt_id)


def by_ids(session: Session, workspace_ids: Iterable[int], prompt_ids: Iterable[int]) -> dict[int, Prompt]:
    """Those of these prompts that belong to these workspaces, by id, in one query."""
    rows = session.execute(_BY_IDS, _ids(workspace_ids, prompt_ids))
    return {prompt.id: prompt for prompt in (Prompt(*row) for row in rows)}


def of_meeting(session: Session, workspace_id: int, meeting_id: int) -> Prompt | None:
    """The prompt of a meeting; None where this workspace has none."""
    return _prompt(session, _first(schema.prompt.c.meeting_id), workspace_id, meeting_id)


def hold_prompt(session: Session, workspace_id: int, prompt_id: int) -> None:
    """Lock a prompt until the transaction ends. The clock locks prompts before their accounts, so people do too."""
    ours = (schema.prompt.c.id == prompt_id) & (schema.prompt.c.workspace_id == workspace_id)
    session.execute(select(schema.prompt.c.id).where(ours).with_for_update())


def open_of_account(session: Session, workspace_id: int, account_id: int) -> Prompt | None:
    """The open prompt of an account whose meeting comes first, if any is open."""
    return _prompt(session, _OPEN_OF_ACCOUNT, workspace_id, account_id)


def open_of_member(session: Session, workspace_id: int, member_id: int) -> list[Prompt]:
    """The prompts that this member still owes an answer to, next meeting first."""
    table = schema.prompt
    theirs = (table.c.workspace_id == workspace_id) & (table.c.member_id == member_id)
    owed = _prompts().where(theirs, table.c.state == PromptState.OPEN)
    return [Prompt(*row) for row in session.execute(owed.order_by(schema.meeting.c.starts_at))]


def of_morning(
    session: Session, me: Member, begins: datetime, ends: datetime, *, closed_since: datetime
) -> list[Prompt]:
    """The prompts of meetings between two moments that a member is asked about or has handed over, by time.

    What was over before `closed_since` is left out.
    """
    table = schema.prompt
    theirs = (table.c.member_id == me.id) | (table.c.handed_by_id == me.id)
    ours = (table.c.workspace_id == me.workspace_id) & theirs
    within = (schema.meeting.c.starts_at >= begins) & (schema.meeting.c.starts_at < ends)
    shown = table.c.closed_at.is_(None) | (table.c.closed_at >= closed_since)
    found = _prompts().where(ours, within, shown)
    return [Prompt(*row) for row in session.execute(found.order_by(schema.meeting.c.starts_at, table.c.id))]


def next_to_remind(session: Session, job: str, now: datetime) -> Unit | None:
    """One open prompt whose reminder is due and that `job` has not set aside, locked where the database can."""
    table = schema.prompt
    due = (table.c.state == PromptState.OPEN) & table.c.reminded_at.is_(None) & (table.c.remind_at <= now)
    return _next(session, due & not_resting(job, Entity.PROMPT, table.c.id, now), table.c.remind_at)


def next_to_close(session: Session, job: str, now: datetime) -> Unit | None:
    """One open prompt whose time has run out and that `job` has not set aside, locked where the database can."""
    table = schema.prompt
    due = (table.c.state == PromptState.OPEN) & (table.c.closes_at <= now)
    return _next(session, due & not_resting(job, Entity.PROMPT, table.c.id, now), table.c.closes_at)


def last_asked(session: Session, workspace_id: int, account_id: int) -> datetime | None:
    """When the owner of this account was last asked."""
    table = schema.prompt
    asked = (table.c.workspace_id == workspace_id) & (table.c.account_id == account_id)
    statement = select(table.c.asked_at).where(asked).order_by(table.c.asked_at.desc())
    return session.execute(statement.limit(1)).scalar_one_or_none()


def answer_of_meeting(session: Session, workspace_id: int, meeting_id: int) -> Answer | None:
    """The answer of a meeting; None where this workspace has none."""
    return _answer(session, workspace_id, schema.answer.c.meeting_id, meeting_id)


def answer_by_id(session: Session, workspace_id: int, answer_id: int) -> Answer | None:
    """The answer with this id; None where this workspace has none."""
    return _answer(session, workspace_id, schema.answer.c.id, answer_id)


def answer_of_draft(session: Session, workspace_id: int, draft_id: int) -> Answer | None:
    """The answer that a draft has become, if it was confirmed."""
    return _answer(session, workspace_id, schema.answer.c.submission, draft_submission(draft_id))


def draft_submission(draft_id: int) -> str:
    """The submission of an answer that was confirmed from a draft."""
    return f"draft:{draft_id}"


def last_answer(session: Session, workspace_id: int, account_id: int) -> Answer | None:
    """The newest answer on an account."""
    return _answer(session, workspace_id, schema.answer.c.account_id, account_id)


def last_answers(session: Session, workspace_ids: Iterable[int], account_ids: Iterable[int]) -> dict[int, Answer]:
    """The newest answer on each of these accounts that has one, in one query."""
    rows = session.execute(_LAST_ANSWERS, _ids(workspace_ids, account_ids))
    return {answer.account_id: answer for answer in (Answer(*row) for row in rows)}


def answers_of_meetings(
    session: Session, workspace_ids: Iterable[int], meeting_ids: Iterable[int]
) -> dict[int | None, Answer]:
    """The answers of these meetings, by meeting, in one query."""
    rows = session.execute(_OF_MEETINGS, _ids(workspace_ids, meeting_ids))
    return {answer.meeting_id: answer for answer in (Answer(*row) for row in rows)}


def cadences_of(session: Session, workspace_id: int, account_id: int) -> list[Cadence]:
    """The running cadences of an account, next meeting first."""
    table = schema.cadence
    ours = (table.c.account_id == account_id) & Entity.CADENCE.in_workspace(workspace_id)
    statement = select(*_CADENCE).where(ours, table.c.active)
    return [Cadence(*row) for row in session.execute(statement.order_by(table.c.next_meeting_at))]


def _prompts() -> Select[Any]:
    # within: everybody who asks adds the workspace, or is the clock
    joined = schema.prompt.join(schema.meeting, schema.meeting.c.id == schema.prompt.c.meeting_id)
    return select(*_PROMPT).select_from(joined)


def _prompt(session: Session, query: Select[Any], workspace_id: int, value: object) -> Prompt | None:
    row = session.execute(query, {"workspace": workspace_id, "value": value}).one_or_none()
    return None if row is None else Prompt(*row)


@cache
def _first(column: Column[Any]) -> Select[Any]:
    """Built once for each column, because every message and every click runs it."""
    ours = schema.prompt.c.workspace_id == bindparam("workspace")
    return _prompts().where(ours, column == bindparam("value")).order_by(schema.meeting.c.starts_at).limit(1)


def _ids(workspace_ids: Iterable[int], row_ids: Iterable[int]) -> dict[str, list[int]]:
    """The parameters of a query that asks for several rows."""
    return {"workspaces": sorted(set(workspace_ids)), "ids": sorted(set(row_ids))}


_BY_IDS = _prompts().where(in_workspaces(schema.prompt.c.workspace_id), is_one_of(schema.prompt.c.id, "ids"))
_OPEN_OF_ACCOUNT = _first(schema.prompt.c.account_id).where(schema.prompt.c.state == PromptState.OPEN)


def _next(session: Session, condition: ColumnElement[bool], order: ColumnElement[Any]) -> Unit | None:
    """The first prompt that no other replica has locked; without this all replicas would wait for the same one."""
    table = schema.prompt
    served = serving.is_served(session, table.c.workspace_id)
    first = select(table.c.workspace_id, table.c.id).where(condition, served).order_by(order).limit(1)
    row = session.execute(first.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else Unit(row.workspace_id, Entity.PROMPT, row.id)


def claimed(session: Session, unit: Unit) -> Prompt:
    """The prompt of a unit that was claimed."""
    prompt = by_id(session, unit.workspace_id, unit.row_id)
    assert prompt is not None
    return prompt


def _answer(session: Session, workspace_id: int, column: Column[Any], value: object) -> Answer | None:
    row = session.execute(_newest(column), {"workspace": workspace_id, "value": value}).one_or_none()
    return None if row is None else Answer(*row)


@cache
def _newest(column: Column[Any]) -> Select[Any]:
    ours = (column == bindparam("value")) & Entity.ANSWER.in_workspace(bindparam("workspace"))
    return select(*_ANSWER).where(ours).order_by(*_newest_first(schema.answer)).limit(1)


def _newest_first(answers: FromClause) -> tuple[ColumnElement[Any], ...]:
    return answers.c.answered_at.desc(), answers.c.id.desc()


_OTHER = schema.answer.alias("other")
# within: _LAST_ANSWERS asks it of accounts of the workspaces
_OF_ACCOUNT = select(_OTHER.c.id).where(_OTHER.c.account_id == schema.account.c.id).order_by(*_newest_first(_OTHER))
_LAST_ANSWERS = (
    select(*_ANSWER)
    .join_from(schema.account, schema.answer, schema.answer.c.id == _OF_ACCOUNT.limit(1).scalar_subquery())
    .where(in_workspaces(schema.account.c.workspace_id), is_one_of(schema.account.c.id, "ids"))
)
_OF_MEETINGS = (
    select(*_ANSWER)
    .join_from(schema.answer, schema.account, schema.account.c.id == schema.answer.c.account_id)
    .where(in_workspaces(schema.account.c.workspace_id), is_one_of(schema.answer.c.meeting_id, "ids"))
)


def running_cadence(session: Session, workspace_id: int, account_id: int, kind: CadenceKind) -> Cadence | None:
    """The active series of a kind, locked against the clock and against others who set a series of this account.

    On SQLite a transaction that writes is alone anyway. On PostgreSQL the lock is advisory: a row to lock may not be
    there yet, and the clock locks the account's own rows in another order.
    """
    _lock_series_of(session, account_id)
    table = schema.cadence
    ours = (table.c.account_id == account_id) & Entity.CADENCE.in_workspace(workspace_id)
    active = select(*_CADENCE).where(ours, table.c.kind == kind, table.c.active)
    row = session.execute(active.with_for_update()).one_or_none()
    return None if row is None else Cadence(*row)


def running(session: Session, workspace_id: int, cadence_id: int) -> Cadence | None:
    """The series with this id; None if it has ended, or this workspace has none."""
    table = schema.cadence
    ours = (table.c.id == cadence_id) & Entity.CADENCE.in_workspace(workspace_id)
    row = session.execute(select(*_CADENCE).where(ours, table.c.active)).one_or_none()
    return None if row is None else Cadence(*row)


def series_of(session: Session, workspace_id: int, account_id: int, kind: CadenceKind) -> list[int]:
    """The ids of all series of a kind that an account has or had."""
    table = schema.cadence
    ours = (table.c.account_id == account_id) & Entity.CADENCE.in_workspace(workspace_id)
    return list(session.execute(select(table.c.id).where(ours, table.c.kind == kind)).scalars())


def _lock_series_of(session: Session, account_id: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # within: this reads no table
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"cadence:{account_id}", 0))))


def was_asked(session: Session, workspace_id: int, account_id: int, kind: CadenceKind, starts_at: datetime) -> bool:
    """Whether any series of this kind, running or ended, has opened the meeting at this moment already."""
    table = schema.meeting
    ours = (table.c.account_id == account_id) & Entity.MEETING.in_workspace(workspace_id)
    same = (table.c.kind == kind) & (table.c.starts_at == starts_at)
    return bool(session.execute(select(exists().where(ours, same))).scalar_one())


def add_draft(session: Session, values: Mapping[str, Any], now: datetime) -> int:
    """Keep a draft of an answer; returns its id."""
    table = schema.draft
    return int(session.execute(insert(table).values(**values, created_at=now).returning(table.c.id)).scalar_one())


def change_draft(session: Session, author: Member, draft_id: int, **values: Any) -> None:
    """Set these columns of a draft of this member's."""
    mine = (schema.draft.c.id == draft_id) & (schema.draft.c.member_id == author.id)
    session.execute(update(schema.draft).where(mine).values(**values))


def draft_of(session: Session, workspace_id: int, draft_id: int) -> dict[str, Any] | None:
    """The draft with this id; None where this workspace has none."""
    joined = schema.draft.join(schema.account, schema.account.c.id == schema.draft.c.account_id)
    ours = (schema.draft.c.id == draft_id) & (schema.account.c.workspace_id == workspace_id)
    row = session.execute(select(schema.draft).select_from(joined).where(ours)).mappings().one_or_none()
    return None if row is None else dict(row)


def evidence_without_answer(session: Session, workspace_id: int, account_id: int, since: datetime | None) -> list[int]:
    """The ids of an account's evidence that belongs to no answer yet, recorded after `since` if that is given."""
    table = schema.evidence
    ours = (table.c.account_id == account_id) & Entity.EVIDENCE.in_workspace(workspace_id)
    waiting = ours & table.c.answer_id.is_(None)
    if since is not None:
        waiting &= table.c.recorded_at > since
    return list(session.execute(select(table.c.id).where(waiting)).scalars())


def belong_to_answer(
    session: Session, by: Author, evidence_ids: Sequence[int], now: datetime, *, account_id: int, answer_id: int
) -> None:
    """Let these pieces of evidence of an account belong to an answer, with history."""
    if not evidence_ids:
        return
    table = schema.evidence
    ours = table.c.id.in_(evidence_ids) & Entity.EVIDENCE.in_workspace(by.workspace_id)
    session.execute(update(table).where(ours).values(answer_id=answer_id))
    before, after = {"answer_id": None}, {"answer_id": answer_id}
    changes = [ledger.Noted(by, evidence_id, account_id, before, after) for evidence_id in evidence_ids]
    ledger.note(session, Entity.EVIDENCE, changes, now)
    ledger.touch(session, [account_id], now)


def open_gaps(session: Session, workspace_id: int, account_id: int) -> list[OpenGap]:
    """The open gaps of an account."""
    table = schema.gap
    ours = (table.c.account_id == account_id) & Entity.GAP.in_workspace(workspace_id)
    still_open = ours & table.c.closed_on.is_(None)
    columns = [table.c[name] for name in OpenGap._fields]
    rows = session.execute(select(*columns).where(still_open).order_by(table.c.id))
    return [OpenGap(*row) for row in rows]
