"""Loads what the rules need to know: a `ProofState` of one account, or of many, in two statements.

The first brings the rows of all tables, the second the names of the members that they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, Subquery, Table, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from bot.domain import model
from bot.domain.enums import Change
from bot.store import members, schema
from bot.store.accounts import STAYS
from bot.store.as_of import rewound, undone
from bot.store.json_rows import Record, Wanted, in_workspaces, is_among, is_one_of
from bot.store.ledger import CLOCK
from bot.store.types import UtcDateTime


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A meeting, with what `as_of` has to undo: changes of its prompt and of its answer."""

    fact: model.MeetingFact
    prompt_id: int


@dataclass(frozen=True, slots=True)
class _Series:
    """A cadence, as far as it says when an account meets next."""

    id: int
    account_id: int
    active: bool
    next_meeting_at: datetime | None


_ACCOUNT = Record.of(model.Account, schema.account)
_PARTS = {
    "people": ("person", Record.of(model.Person, schema.person)),
    "outcomes": ("outcome", Record.of(model.Outcome, schema.outcome)),
    "terms": ("terms", Record.of(model.Terms, schema.terms)),
    "evidence": ("evidence", Record.of(model.Evidence, schema.evidence)),
    "checks": ("evidence_check", Record.of(model.Check, schema.evidence_check)),
    "acceptances": ("acceptance", Record.of(model.Acceptance, schema.acceptance)),
    "looks": ("look", Record.of(model.Look, schema.look)),
    "gaps": ("gap", Record.of(model.Gap, schema.gap)),
    "actions": ("action", Record.of(model.Action, schema.action)),
    "obstacles": ("obstacle", Record.of(model.Obstacle, schema.obstacle)),
    "promises": ("promise", Record.of(model.Promise, schema.promise)),
    "risks": ("risk", Record.of(model.Risk, schema.risk)),
    "judgements": ("judgement", Record.of(model.Judgement, schema.judgement)),
    "calls": ("renewal_call", Record.of(model.Call, schema.renewal_call)),
    "health": ("health", Record.of(model.HealthReading, schema.health)),
    "stages": ("stage_entry", Record.of(model.StageEntry, schema.stage_entry)),
}
"""The parts of a state that are the rows of a table, with its name."""
_NAMES_MEMBERS = {
    "people": "undone_by",
    "evidence": "recorded_by",
    "checks": "member_id",
    "acceptances": "recorded_by",
    "looks": "member_id",
    "gaps": "owner_id",
    "actions": "owner_id",
    "obstacles": "owner_id",
    "risks": "owner_id",
    "judgements": "judged_by",
    "calls": "called_by",
    "meetings": "asked",
    "terms": "set_by",
    "outcomes": "retired_by",
}
_MEETINGS_KEPT = 26
_MEETING = Record(
    lambda *values: _Meeting(model.MeetingFact(*values[:10]), values[10]),
    {
        "id": schema.BigInt,
        "account_id": schema.BigInt,
        "cadence_id": schema.BigInt,
        "kind": schema.meeting.c.kind.type,
        "starts_at": UtcDateTime(),
        "state": schema.prompt.c.state.type,
        "member_id": schema.BigInt,
        "change": schema.answer.c.change.type,
        "moved_evidence": schema.answer.c.moved_evidence.type,
        "answer_id": schema.BigInt,
        "prompt_id": schema.BigInt,
    },
)
_SERIES = Record.of(_Series, schema.cadence)
_MOMENT = Record(lambda moment: moment, {"at": UtcDateTime()})
_MOMENTS = {"next_meeting_at", "last_change_at"}
_LAST_MOVE = Record(
    lambda _id, *move: model.LastMove(*move),
    {"id": schema.BigInt, **{name: schema.answer.c[name].type for name in ("change", "answered_at", "what_changed")}},
)
_UNCOUNTED = Record(
    lambda _id, *said: model.Uncounted(*said),
    {"id": schema.BigInt, "evidence_id": schema.BigInt, "name": schema.person.c.name.type},
)
_CHANGE = Record(
    lambda _id, *change: change,
    {name: schema.history.c[name].type for name in ("id", "entity", "entity_id", "before")},
)


def load(session: Session, workspace_id: int, account_id: int, *, as_of: datetime | None = None) -> model.ProofState:
    """The state of one account, now or as it stood at the moment `as_of`; `LookupError` if there is none.

    An account of another workspace counts as one that is not there, here and in the functions below.
    """
    values = {"workspace": workspace_id, "wanted": account_id}
    states = _loaded(session, _OF_ONE if as_of is None else _OF_ONE_THEN, values, as_of)
    if not states:
        raise LookupError(f"no account {account_id}" + (f" at {as_of:%Y-%m-%d}" if as_of else ""))
    return states[0]


def load_many(
    session: Session, workspace_ids: Iterable[int], account_ids: Sequence[int], *, as_of: datetime | None = None
) -> list[model.ProofState]:
    """The states of these accounts of these workspaces, in the order of the ids that exist."""
    ordered_ids = list(dict.fromkeys(account_ids))
    if not ordered_ids:
        return []
    values = {"workspaces": sorted(set(workspace_ids)), "wanted": ordered_ids}
    states = _loaded(session, _OF_MANY if as_of is None else _OF_MANY_THEN, values, as_of)
    by_id = {state.account.id: state for state in states}
    return [by_id[account_id] for account_id in ordered_ids if account_id in by_id]


def _loaded(
    session: Session, statement: CompoundSelect[Any], values: Mapping[str, Any], as_of: datetime | None
) -> list[model.ProofState]:
    rows_by_account: dict[int, dict[str, list[list[Any]]]] = {}
    for part, account_id, rows in session.connection().execute(statement, {**values, "as_of": as_of}):
        rows_by_account.setdefault(account_id, {})[part] = rows
    read = _read if as_of is None else _read_then
    # What was read is let go at once: many accounts would else be held twice.
    facts = [state for key in list(rows_by_account) if (state := read(rows_by_account.pop(key))) is not None]
    facts.sort(key=lambda parts: parts["account"].id)
    workspaces = {parts["account"].workspace_id for parts in facts}
    people = {member for parts in facts for member in _people_of_ours(parts)}
    names, gone = members.names_and_gone(session, workspaces, people)
    # When somebody left us is not kept, so a past state does not say it.
    left = gone if as_of is None else frozenset[int]()
    return [model.ProofState(**parts, names=names, owner_left=parts["account"].owner_id in left) for parts in facts]


def _read(rows: Mapping[str, list[list[Any]]]) -> dict[str, Any]:
    """The fields of a state, without the names."""
    facts: dict[str, Any] = {name: tuple(part.read(rows[name])) for name, (_, part) in _PARTS.items() if name in rows}
    (facts["account"],) = _ACCOUNT.read(rows["account"])
    facts["meetings"] = _in_time(meeting.fact for meeting in _MEETING.read(rows.get("meetings", [])))
    for name in _MOMENTS & rows.keys():
        (facts[name],) = _MOMENT.read(rows[name])
    if "last_move" in rows:
        (facts["last_move"],) = _LAST_MOVE.read(rows["last_move"])
    facts["uncounted"] = tuple(_UNCOUNTED.read(rows.get("uncounted", [])))
    return facts


def _read_then(rows: Mapping[str, list[list[Any]]]) -> dict[str, Any] | None:
    """The same at the moment of the statement; None when the account was not there yet."""
    later = undone(reversed(_CHANGE.read(rows.get("changes", []))))
    accounts = rewound(_ACCOUNT.read(rows["account"]), later.get("account", {}))
    if not accounts:
        return None
    # What came here with an account that was merged into this one was not here before.
    account_id = accounts[0].id
    facts = {
        name: tuple(row for row in rewound(part.read(rows[name]), later.get(table, {})) if row.account_id == account_id)
        for name, (table, part) in _PARTS.items()
        if name in rows
    }
    prompts, answers = later.get("prompt", {}), later.get("answer", {})
    elsewhere = {
        row_id
        for row_id, old in later.get("meeting", {}).items()
        if old and old.get("account_id") not in (None, account_id)
    }
    meetings = [meeting for meeting in _MEETING.read(rows.get("meetings", [])) if meeting.fact.id not in elsewhere]
    series = [
        one
        for one in rewound(_SERIES.read(rows.get("series", [])), later.get("cadence", {}))
        if one.account_id == account_id
    ]
    moments = [cadence.next_meeting_at for cadence in series if cadence.active and cadence.next_meeting_at is not None]
    return {
        **facts,
        "account": accounts[0],
        "meetings": _in_time(
            _meeting_then(meeting, prompts.get(meeting.prompt_id), answers.get(meeting.fact.answer_id or 0))
            for meeting in meetings
        ),
        "next_meeting_at": min(moments, default=None),
        "last_change_at": _MOMENT.read(rows["last_change_at"])[0],
    }


def _in_time(meetings: Iterable[model.MeetingFact]) -> tuple[model.MeetingFact, ...]:
    return tuple(sorted(meetings, key=lambda meeting: (meeting.starts_at, meeting.id)))


def _meeting_then(
    meeting: _Meeting, prompt: Mapping[str, Any] | None, answer: Mapping[str, Any] | None
) -> model.MeetingFact:
    """A meeting with the values that its prompt and its answer had before they were changed."""
    fact, prompt_then, answer_then = meeting.fact, prompt or {}, answer or {}
    return replace(
        fact,
        prompt=prompt_then.get("state", fact.prompt),
        asked=prompt_then.get("member_id", fact.asked),
        change=answer_then.get("change", fact.change),
        moved_evidence=answer_then.get("moved_evidence", fact.moved_evidence),
    )


def _people_of_ours(facts: Mapping[str, Any]) -> set[int | None]:
    """The members whom an account and its parts name."""
    named = {facts["account"].owner_id, facts["account"].deputy_id}
    for part, column in _NAMES_MEMBERS.items():
        named.update(getattr(value, column) for value in facts.get(part, ()))
    named.update(terms.agreement_by for terms in facts.get("terms", ()))
    named.update(outcome.retire_agreed_by for outcome in facts.get("outcomes", ()))
    return named


def _statement(selected: Select[int], *, one: bool = False, then: bool = False) -> CompoundSelect[Any]:
    """All that is known of the `selected` accounts (at most `one`), now or at the moment of the parameter `as_of`.

    Rows of (part, account id, rows of the part). A past state is the present one with `changes` to be undone.
    """
    # within: the accounts were selected by their workspace
    accounts = selected.cte("wanted")
    ids = select(accounts.c.id)
    tables = schema.metadata.tables

    def wanted(account_id: ColumnElement[int]) -> ColumnElement[bool]:
        return account_id == ids.scalar_subquery() if one else is_among(account_id, ids)

    parts = [_ACCOUNT.part("account", schema.account, wanted, "id")]
    parts += [
        record.part(name, tables[table], wanted).where(*_still_there(tables[table], then=then))
        for name, (table, record) in _PARTS.items()
    ]
    parts.append(_MEETING.part("meetings", _last_meetings(wanted, then=then), wanted))
    parts.append(_MOMENT.part("last_change_at", _last_change(accounts, then=then), wanted))
    if then:
        parts.append(_SERIES.part("series", schema.cadence, wanted))
        parts.append(_CHANGE.part("changes", schema.history, wanted).where(schema.history.c.at > _AS_OF))
    else:
        parts.append(_MOMENT.part("next_meeting_at", _next_meeting(wanted), wanted))
    if one and not then:
        parts.append(_LAST_MOVE.part("last_move", _last_move(wanted), wanted))
        parts.append(_UNCOUNTED.part("uncounted", _uncounted(wanted), wanted))
    return union_all(*parts)


def _still_there(table: Table, *, then: bool) -> list[ColumnElement[bool]]:
    """The condition on rows of a table that an undone import may have taken back; none for other tables."""
    if "taken_back_at" not in table.c:
        return []
    there = table.c.taken_back_at.is_(None)
    return [there | (table.c.taken_back_at > _AS_OF) if then else there]


def _last_meetings(wanted: Wanted, *, then: bool) -> Subquery:
    """The last meetings that somebody was asked about, by account; a meeting without a prompt tells the rules nothing.

    A prompt's `asked_at` and an answer's `answered_at` never change, so they tell what was there then.
    """
    # within: the accounts were selected by their workspace
    meeting, prompt, answer = schema.meeting, schema.prompt, schema.answer
    newest = meeting.c.starts_at.desc(), meeting.c.id.desc()
    recency = func.row_number().over(partition_by=meeting.c.account_id, order_by=newest).label("recency")
    asked = select(meeting, prompt.c.state, prompt.c.member_id, prompt.c.id.label("prompt_id"), recency)
    asked = asked.join(prompt, prompt.c.meeting_id == meeting.c.id).where(wanted(meeting.c.account_id))
    last = (asked.where(prompt.c.asked_at <= _AS_OF) if then else asked).subquery()
    answered = answer.c.meeting_id == last.c.id
    if then:
        answered &= answer.c.answered_at <= _AS_OF
    facts = select(last, answer.c.change, answer.c.moved_evidence, answer.c.id.label("answer_id"))
    return facts.outerjoin(answer, answered).where(last.c.recency <= _MEETINGS_KEPT).subquery()


def _last_move(wanted: Wanted) -> Subquery:
    """The newest answer of one account that says something moved."""
    # within: the accounts were selected by their workspace
    answer = schema.answer
    moved = select(answer).where(wanted(answer.c.account_id), answer.c.change != Change.NOTHING)
    return moved.order_by(answer.c.answered_at.desc(), answer.c.id.desc()).limit(1).subquery()


def _uncounted(wanted: Wanted) -> Subquery:
    """What was said about an account by people who are not known yet."""
    # within: the accounts were selected by their workspace
    confirmation, identity, person = schema.confirmation, schema.person_slack, schema.person
    columns = confirmation.c.account_id, confirmation.c.id, confirmation.c.evidence_id, person.c.name
    said = (
        select(*columns)
        .join_from(confirmation, identity, identity.c.id == confirmation.c.answered_by)
        .join(person, person.c.id == identity.c.person_id)
    )
    waiting = confirmation.c.answered_at.is_not(None) & confirmation.c.counted_at.is_(None)
    return said.where(wanted(confirmation.c.account_id), waiting, identity.c.ended_at.is_(None)).subquery()


def _next_meeting(wanted: Wanted) -> Subquery:
    # within: the accounts were selected by their workspace
    cadence = schema.cadence
    soonest = select(cadence.c.account_id, func.min(cadence.c.next_meeting_at).label("at"))
    return soonest.where(cadence.c.active, wanted(cadence.c.account_id)).group_by(cadence.c.account_id).subquery()


def _last_change(accounts: CTE, *, then: bool) -> Subquery:
    """When each account was last changed. That the clock moved a series on to its next meeting is no change."""
    # within: the accounts were selected by their workspace
    history = schema.history
    by_clock = (history.c.entity == "cadence") & (history.c.surface == CLOCK)
    newest = select(history.c.at).where(history.c.account_id == accounts.c.id, ~by_clock)
    if then:
        newest = newest.where(history.c.at <= _AS_OF)
    last = newest.order_by(history.c.id.desc()).limit(1).scalar_subquery()
    return select(accounts.c.id.label("account_id"), last.label("at")).subquery()


_AS_OF = bindparam("as_of", type_=UtcDateTime())
_ONE = select(schema.account.c.id).where(
    schema.account.c.workspace_id == bindparam("workspace"), schema.account.c.id == STAYS
)
_MANY = select(schema.account.c.id).where(
    in_workspaces(schema.account.c.workspace_id), is_one_of(schema.account.c.id, "wanted")
)
# Built once: building one costs more than running it.
_OF_ONE, _OF_ONE_THEN = _statement(_ONE, one=True), _statement(_ONE, one=True, then=True)
_OF_MANY, _OF_MANY_THEN = _statement(_MANY), _statement(_MANY, then=True)


def member_names(session: Session, workspace_id: int) -> dict[int, str]:
    """The names of all members of a workspace, by id."""
    ours = schema.member.c.workspace_id == workspace_id
    rows = session.execute(select(schema.member.c.id, schema.member.c.name).where(ours))
    return {row.id: row.name for row in rows}
