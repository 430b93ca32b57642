"""Loads what the rules need to know: a `ProofState` of one account, or those of many in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Result, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from bot.domain import model
from bot.store import members, schema
from bot.store.as_of import rewound, undone
from bot.store.ledger import CLOCK

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
_NAMES_MEMBERS = {
    "gaps": "owner_id",
    "actions": "owner_id",
    "obstacles": "owner_id",
    "risks": "owner_id",
    "judgements": "judged_by",
    "meetings": "asked",
}
_MEETINGS_KEPT = 26

Belongs = Callable[[Table], ColumnElement[bool]]
"""The condition that a row of a table belongs to one of the accounts that are loaded."""


class _Accounts:
    """Which accounts are loaded. Building a statement costs more than running it, so `built` keeps those that recur.

    `ours` is the condition on the account itself and holds the workspace; `theirs` is that of a part by its account's
    id, which is asked only for accounts that were found.
    """

    def __init__(
        self,
        ours: ColumnElement[bool],
        theirs: Callable[[ColumnElement[int]], ColumnElement[bool]],
        values: dict[str, Any] | None = None,
        built: dict[str, Select[Any]] | None = None,
    ) -> None:
        self._ours = ours
        self._theirs = theirs
        self._values = values or {}
        self._built = {} if built is None else built

    def belongs(self, table: Table) -> ColumnElement[bool]:
        """The condition that a row of `table` belongs to one of the accounts."""
        return self._ours if table is schema.account else self._theirs(table.c.account_id)

    def narrow(self, accounts: Iterable[model.Account]) -> None:
        """Ask for the parts of these accounts only: the others do not exist, or are of another workspace."""
        if isinstance(self._values.get("wanted"), list):
            self._values["wanted"] = [account.id for account in accounts]

    def ask(self, session: Session, name: str, build: Callable[[Belongs], Select[Any]]) -> Result[Any]:
        """Run the statement called `name`."""
        statement = self._built.get(name)
        if statement is None:
            statement = self._built[name] = build(self.belongs)
        return session.connection().execute(statement, self._values)


_OF_ONE: dict[str, Select[Any]] = {}
_OF_MANY: dict[str, Select[Any]] = {}


def load(session: Session, workspace_id: int, account_id: int, *, as_of: datetime | None = None) -> model.ProofState:
    """The state of one account, now or as it stood at the moment `as_of`; `LookupError` if there is none.

    An account of another workspace counts as one that is not there, here and in the functions below.
    """
    states = load_many(session, [workspace_id], [account_id], as_of=as_of)
    if not states:
        raise LookupError(f"no account {account_id}" + (f" at {as_of:%Y-%m-%d}" if as_of else ""))
    return states[0]


def load_many(
    session: Session, workspace_ids: Iterable[int], account_ids: Sequence[int], *, as_of: datetime | None = None
) -> list[model.ProofState]:
    """The states of these accounts of these workspaces, in the order of the ids that exist."""
    ordered_ids = list(dict.fromkeys(account_ids))
    states = _load(session, _accounts(sorted(set(workspace_ids)), ordered_ids, as_of), as_of)
    by_id = {state.account.id: state for state in states}
    return [by_id[account_id] for account_id in ordered_ids if account_id in by_id]


def load_selected(session: Session, workspace_id: int, ids: Select[int]) -> list[model.ProofState]:
    """The states of the accounts whose ids a query selects, in a number of queries that does not depend on how many."""
    ours = (schema.account.c.workspace_id == workspace_id) & schema.account.c.id.in_(ids)
    return _load(session, _Accounts(ours, lambda account_id: account_id.in_(ids)), None)


def _accounts(workspaces: list[int], account_ids: list[int], as_of: datetime | None) -> _Accounts:
    account = schema.account
    if as_of is not None:
        ours = account.c.workspace_id.in_(workspaces) & account.c.id.in_(account_ids)
        return _Accounts(ours, lambda account_id: account_id.in_(account_ids))
    within = account.c.workspace_id.in_(bindparam("workspaces", expanding=True))
    if len(account_ids) == 1:
        account_param: BindParameter[int] = bindparam("wanted")
        values = {"workspaces": workspaces, "wanted": account_ids[0]}
        is_it = account.c.id == account_param
        return _Accounts(within & is_it, lambda account_id: account_id == account_param, values, _OF_ONE)
    several: BindParameter[int] = bindparam("wanted", expanding=True)
    values = {"workspaces": workspaces, "wanted": account_ids}
    return _Accounts(within & account.c.id.in_(several), lambda account_id: account_id.in_(several), values, _OF_MANY)


def _load(session: Session, of: _Accounts, as_of: datetime | None) -> list[model.ProofState]:
    accounts = list(_rows(session, of, schema.account, model.Account, as_of))
    if not accounts:
        return []
    of.narrow(accounts)
    parts: dict[str, dict[int, list[Any]]] = {name: defaultdict(list) for name, _, _ in _PARTS}
    for name, kind, table in _PARTS:
        values_of = parts[name]
        for value in _rows(session, of, table, kind, as_of):
            values_of[value.account_id].append(value)
    parts["meetings"] = _meetings(session, of, as_of)
    next_meetings = _next_meetings(session, of, as_of)
    changes = _last_changes(session, of, as_of)
    workspaces = {account.workspace_id for account in accounts}
    names = members.names(session, workspaces, _people_of_ours(accounts, parts))
    return [
        model.ProofState(
            account=account,
            next_meeting_at=next_meetings.get(account.id),
            last_change_at=changes.get(account.id),
            names=names,
            **{name: tuple(values_of.get(account.id, ())) for name, values_of in parts.items()},
        )
        for account in accounts
    ]


def _rows(session: Session, of: _Accounts, table: Table, kind: type[Any], as_of: datetime | None) -> Iterable[Any]:
    names = [field.name for field in fields(kind)]

    def query(belongs: Belongs) -> Select[Any]:
        return select(*(table.c[name] for name in names)).where(belongs(table)).order_by(table.c.id)

    rows = of.ask(session, table.name, query).all()
    if as_of is None:
        return [kind(*row) for row in rows]
    return [kind(**row) for row in rewound(session, table, names, rows, belongs=of.belongs, as_of=as_of)]


def _people_of_ours(accounts: Iterable[model.Account], parts: Mapping[str, Mapping[int, list[Any]]]) -> set[int | None]:
    """The members whom these accounts and their parts name."""
    named = {member_id for account in accounts for member_id in (account.owner_id, account.deputy_id)}
    for part, column in _NAMES_MEMBERS.items():
        named.update(getattr(value, column) for values in parts[part].values() for value in values)
    return named


def _meetings(session: Session, of: _Accounts, as_of: datetime | None) -> dict[int, list[model.MeetingFact]]:
    """The last meetings that somebody was asked about, by account; a meeting without a prompt tells the rules nothing.

    A prompt's `asked_at` and an answer's `answered_at` never change, so they tell what was there at `as_of`.
    """
    prompts_then = undone(session, schema.prompt, of.belongs, as_of) if as_of else {}
    answers_then = undone(session, schema.answer, of.belongs, as_of) if as_of else {}
    meetings_of: dict[int, list[model.MeetingFact]] = defaultdict(list)
    rows: Iterable[Any] = of.ask(session, "meetings", lambda belongs: _last_meetings(belongs, as_of))
    for *fact, prompt_id, answer_id in rows:
        meeting = model.MeetingFact(*fact)
        if as_of is not None:
            meeting = _as_it_was(meeting, prompts_then.get(prompt_id), answers_then.get(answer_id))
        meetings_of[meeting.account_id].append(meeting)
    return meetings_of


def _last_meetings(belongs: Belongs, as_of: datetime | None) -> Select[Any]:
    meeting, prompt, answer = schema.meeting, schema.prompt, schema.answer
    newest = meeting.c.starts_at.desc(), meeting.c.id.desc()
    recency = func.row_number().over(partition_by=meeting.c.account_id, order_by=newest).label("recency")
    prompted = select(meeting, prompt.c.id.label("prompt_id"), prompt.c.state, prompt.c.member_id, recency)
    prompted = prompted.join(prompt, prompt.c.meeting_id == meeting.c.id).where(belongs(meeting))
    if as_of is not None:
        prompted = prompted.where(prompt.c.asked_at <= as_of)
    last = prompted.subquery()
    answered = answer.c.meeting_id == last.c.id
    if as_of is not None:
        answered &= answer.c.answered_at <= as_of
    names = ("id", "account_id", "cadence_id", "kind", "starts_at", "state", "member_id")
    return (
        select(
            *(last.c[name] for name in names), answer.c.change, answer.c.moved_evidence, last.c.prompt_id, answer.c.id
        )
        .outerjoin(answer, answered)
        .where(last.c.recency <= _MEETINGS_KEPT)
        .order_by(last.c.account_id, last.c.starts_at, last.c.id)
    )


def _as_it_was(
    fact: model.MeetingFact, prompt: dict[str, Any] | None, answer: dict[str, Any] | None
) -> model.MeetingFact:
    """A meeting with the values that its prompt and its answer had before they were changed."""
    prompt_then, answer_then = prompt or {}, answer or {}
    return replace(
        fact,
        prompt=prompt_then.get("state", fact.prompt),
        asked=prompt_then.get("member_id", fact.asked),
        change=answer_then.get("change", fact.change),
        moved_evidence=answer_then.get("moved_evidence", fact.moved_evidence),
    )


def _pairs(rows: Iterable[Any]) -> dict[int, Any]:
    return {row[0]: row[1] for row in rows}


def _next_meetings(session: Session, of: _Accounts, as_of: datetime | None) -> dict[int, datetime]:
    cadence = schema.cadence
    if as_of is None:
        return _pairs(of.ask(session, "next meetings", _soonest))
    names = ("id", "account_id", "active", "next_meeting_at")
    rows = session.execute(select(*(cadence.c[name] for name in names)).where(of.belongs(cadence))).all()
    next_by_account: dict[int, datetime] = {}
    for row in rewound(session, cadence, names, rows, belongs=of.belongs, as_of=as_of):
        account_id, starts_at = row["account_id"], row["next_meeting_at"]
        if row["active"] and starts_at is not None:
            next_by_account[account_id] = min(next_by_account.get(account_id, starts_at), starts_at)
    return next_by_account


def _soonest(belongs: Belongs) -> Select[Any]:
    cadence = schema.cadence
    soonest = select(cadence.c.account_id, func.min(cadence.c.next_meeting_at)).where(belongs(cadence))
    return soonest.where(cadence.c.active).group_by(cadence.c.account_id)


def _last_changes(session: Session, of: _Accounts, as_of: datetime | None) -> dict[int, datetime]:
    """When each account was last changed. That the clock moved a series on to its next meeting is no change."""

    def newest_lines(belongs: Belongs) -> Select[Any]:
        account, history = schema.account, schema.history
        by_clock = (history.c.entity == "cadence") & (history.c.surface == CLOCK)
        newest = select(history.c.at).where(history.c.account_id == account.c.id, ~by_clock)
        if as_of is not None:
            newest = newest.where(history.c.at <= as_of)
        last = newest.order_by(history.c.id.desc()).limit(1).scalar_subquery()
        return select(account.c.id, last).where(belongs(account))

    return _pairs(of.ask(session, "last changes", newest_lines))


def member_names(session: Session, workspace_id: int) -> dict[int, str]:
    """The names of all members of a workspace, by id."""
    ours = schema.member.c.workspace_id == workspace_id
    return _pairs(session.execute(select(schema.member.c.id, schema.member.c.name).where(ours)))
