"""Forgetting: a person's name in everything that is kept, or a whole workspace.

It is the one place that rewrites history, because the law asks for it. Backups, exports and what stands in Slack
already are out of its reach.
"""

# all workspaces, whole module: an operator names the workspace, and `_rows_of` holds it for every table

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Table, Text, cast, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.refusal import RefusedError
from bot.store import schema
from bot.store.admin.refusals import AdminRefusal
from bot.store.schema import metadata
from bot.store.schema.outbox import outbox
from bot.store.types import Clean

FORGOTTEN = "somebody who was forgotten"
"""What stands in place of a name."""

_KEPT = {"workspace", "submission", "account_word", "account_spelling"}
"""Tables that hold no words about people of the customer; a workspace's own name stays."""


class CannotForget(RefusedError):
    """Who is to be forgotten cannot be told."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done: rows by table whose text was changed."""

    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A row of `person` or `member` by its id, and all texts that name them."""

    table: Table
    row_id: int
    account_id: int | None
    names: tuple[str, ...]


def person_of(session: Session, workspace_id: int, account_slug: str, name: str) -> Somebody:
    """The person of this name or email at an account. Raises `CannotForget`."""
    ours = (schema.account.c.workspace_id == workspace_id) & (schema.account.c.slug == account_slug)
    account_id = session.execute(select(schema.account.c.id).where(ours)).scalar_one_or_none()
    if account_id is None:
        raise CannotForget(AdminRefusal.NO_ACCOUNT, account=account_slug)
    return _one(session, schema.person, schema.person.c.account_id == account_id, name, account_id)


def colleague_of(session: Session, workspace_id: int, name: str) -> Somebody:
    """The member of this name, email or Slack id, who is deactivated in Slack. Raises `CannotForget`."""
    member = schema.member
    somebody = _one(session, member, member.c.workspace_id == workspace_id, name, None)
    left = session.execute(select(member.c.is_deactivated).where(member.c.id == somebody.row_id)).scalar_one()
    if not left:
        raise CannotForget(AdminRefusal.STILL_IN_SLACK, name=name)
    return somebody


def forget(session: Session, workspace_id: int, somebody: Somebody) -> Forgotten:
    """Blank the row of somebody, and put `FORGOTTEN` in place of their names in every text and in the history.

    Texts of a person are those of their account; of a colleague, all of the workspace.
    """
    blank: dict[str, Any] = {"name": FORGOTTEN, "email": None}
    blank |= {"title": None} if somebody.account_id is not None else {"slack_id": None}
    session.execute(update(somebody.table).where(somebody.table.c.id == somebody.row_id).values(**blank))
    if somebody.table is schema.person:
        theirs = schema.person_slack.c.person_id == somebody.row_id
        session.execute(update(schema.person_slack).where(theirs).values(slack_user_id=None))
    changed = {somebody.table.name: 1}
    for table in metadata.sorted_tables:
        if table.name in _KEPT:
            continue
        where = _rows_of(table, workspace_id)
        if somebody.account_id is not None and "account_id" in table.c:
            where &= table.c.account_id == somebody.account_id
        count = sum(1 for _ in _rewritten(session, table, where, somebody.names))
        changed[table.name] = changed.get(table.name, 0) + count
    # Summaries hold names too; the clock works them out again.
    brief, due = schema.brief, schema.account_due
    accounts = select(schema.account.c.id).where(schema.account.c.workspace_id == workspace_id)
    session.execute(delete(brief).where(brief.c.account_id.in_(accounts)))
    session.execute(update(due).where(due.c.account_id.in_(accounts)).values(brief_until=None))
    return Forgotten({name: rows for name, rows in changed.items() if rows})


def forget_workspace(session: Session, workspace_id: int) -> dict[str, int]:
    """Delete every row of a workspace; returns the rows of each table."""
    ours = outbox.c.workspace_id == workspace_id
    session.execute(update(outbox).where(ours).values(thread_id=None, target_id=None))
    deleted = {}
    for table in reversed(metadata.sorted_tables):
        result = session.connection().execute(delete(table).where(_rows_of(table, workspace_id)))
        deleted[table.name] = result.rowcount
    return {name: rows for name, rows in deleted.items() if rows}


def _one(session: Session, table: Table, where: ColumnElement[bool], name: str, account_id: int | None) -> Somebody:
    wanted = name.strip().lower()
    texts = [table.c[column] for column in ("name", "email", "slack_id") if column in table.c]
    same = or_(*(func.lower(text) == wanted for text in texts))
    rows = session.execute(select(table.c.id, table.c.name, table.c.email).where(where, same)).all()
    if not rows:
        raise CannotForget(AdminRefusal.NOBODY_CALLED, name=name)
    if len(rows) > 1:
        raise CannotForget(AdminRefusal.SEVERAL_CALLED, count=len(rows), name=name)
    names = [text for text in (rows[0].name, rows[0].email) if text]
    if table is schema.person:
        names += _slack_names(session, rows[0].id)
    return Somebody(table, rows[0].id, account_id, tuple(dict.fromkeys(names)))


def _slack_names(session: Session, person_id: int) -> list[str]:
    """What a person of the customer is called in their own Slack, and the ids they have there."""
    theirs = schema.person_slack
    rows = session.execute(select(theirs.c.name, theirs.c.slack_user_id).where(theirs.c.person_id == person_id))
    return [text for row in rows for text in row if text]


def _rows_of(table: Table, workspace_id: int) -> ColumnElement[bool]:
    """The rows of a workspace in any table: by themselves, or through their account, portfolio or colleague."""
    if table is schema.workspace:
        return table.c.id == workspace_id
    if "workspace_id" in table.c:
        return table.c.workspace_id == workspace_id
    for name, owner in (
        ("account_id", schema.account),
        ("portfolio_id", schema.portfolio),
        ("member_id", schema.member),
    ):
        if name in table.c:
            return table.c[name].in_(select(owner.c.id).where(owner.c.workspace_id == workspace_id))
    return _belongs_through(table, workspace_id)


def _belongs_through(table: Table, workspace_id: int) -> ColumnElement[bool]:
    """The rows of a table that only points to one which belongs to a workspace."""
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is not table:
            return key.parent.in_(select(key.column).where(_rows_of(parent, workspace_id)))
    return false()


def _rewritten(session: Session, table: Table, where: ColumnElement[bool], names: Sequence[str]) -> Iterator[int]:
    """Replace names in the texts of some rows; yields once for each row that was changed."""
    columns = [column for column in table.columns if isinstance(column.type, Clean | Text | JSON)]
    if not columns:
        return
    # JSON may keep what is not ASCII as escapes.
    written = {*names, *(json.dumps(name)[1:-1] for name in names)}
    holds = or_(*(cast(column, Text).contains(word, autoescape=True) for column in columns for word in written))
    key = list(table.primary_key.columns)
    for row in session.execute(select(*key, *columns).where(where, holds)).all():
        before = {column.name: row._mapping[column] for column in columns}
        after = {name: _without(text, names) for name, text in before.items()}
        if after == before:
            continue
        same = [column == row._mapping[column] for column in key]
        session.execute(update(table).where(*same).values(**after))
        yield 1


def _without(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, str):
        for name in names:  # as a word of its own: who is called Al stands in no "also"
            value = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", FORGOTTEN, value)
        return value
    if isinstance(value, dict):
        return {_without(key, names): _without(inner, names) for key, inner in value.items()}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value
