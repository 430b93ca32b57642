"""All SQL on actions: by id, and by theme."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.domain.model import Account, Action
from bot.outbox.types import MessageKey
from bot.store.entities import Entity
from bot.store.json_rows import in_workspaces, is_one_of
from bot.store.schema import account, action

LOOP_KEY = MessageKey("loop")
HANDED_KEY = MessageKey("step-handed")
LOOP_ANSWERED_KEY = MessageKey("loop-answered")

_ACTION = [action.c[field.name] for field in fields(Action)]
_ACCOUNT = [account.c[field.name] for field in fields(Account)]
_THEMES_OFFERED = 90


def by_id(session: Session, workspace_id: int, action_id: int) -> Action | None:
    """The action with this id; None where this workspace has none."""
    matching = (action.c.id == action_id) & Entity.ACTION.in_workspace(workspace_id)
    row = session.execute(select(*_ACTION).where(matching)).one_or_none()
    return None if row is None else Action(*row)


# Built once, because every prompt and every answer asks it.
_OF_ANSWERS = (
    select(*_ACTION)
    .join(account, account.c.id == action.c.account_id)
    .where(in_workspaces(account.c.workspace_id), is_one_of(action.c.answer_id, "answers"))
    .order_by(action.c.id.desc())
)


def of_answer(session: Session, workspace_id: int, answer_id: int) -> Action | None:
    """The next action that an answer set."""
    return of_answers(session, [workspace_id], [answer_id]).get(answer_id)


def of_answers(session: Session, workspace_ids: Iterable[int], answer_ids: Iterable[int]) -> dict[int, Action]:
    """The next actions that these answers set, by answer, in one query."""
    values = {"workspaces": sorted(set(workspace_ids)), "answers": sorted(set(answer_ids))}
    actions = [Action(*row) for row in session.execute(_OF_ANSWERS, values)] if values["answers"] else []
    return {item.answer_id: item for item in actions if item.answer_id is not None}


_OF_ACCOUNT = (
    select(*_ACTION)
    .where(Entity.ACTION.in_workspace(bindparam("workspace")), action.c.account_id == bindparam("account"))
    .where(action.c.told_on.is_(None) | (action.c.done_in_answer_id == bindparam("answer")))
    .where(action.c.dropped_on.is_(None))
    .order_by(action.c.due_on.is_(None), action.c.due_on, action.c.id)
)


def to_tick(
    session: Session, workspace_id: int, account_id: int, answer_id: int | None
) -> tuple[list[Action], list[Action]]:
    """(the open steps of an account, those that this answer has ticked off), the one that is due first in front."""
    values = {"workspace": workspace_id, "account": account_id, "answer": answer_id}
    steps = [Action(*row) for row in session.execute(_OF_ACCOUNT, values)]
    return [step for step in steps if step.told_on is None], [step for step in steps if step.told_on is not None]


def themes(session: Session, workspace_id: int) -> tuple[str, ...]:
    """The themes in use in a workspace, by name."""
    actions_with_accounts = action.join(account, account.c.id == action.c.account_id)
    statement = select(action.c.theme).select_from(actions_with_accounts).distinct()
    themed = statement.where(account.c.workspace_id == workspace_id, action.c.theme.is_not(None))
    return tuple(session.execute(themed.order_by(action.c.theme).limit(_THEMES_OFFERED)).scalars())


def open_with_theme(session: Session, workspace_id: int, theme: str) -> list[tuple[Account, Action]]:
    """The actions of a workspace on one theme, with their accounts; the rules say which of them count."""
    actions_with_accounts = action.join(account, account.c.id == action.c.account_id)
    same = func.lower(action.c.theme) == theme.lower()
    statement = (
        select(*_ACCOUNT, *_ACTION)
        .select_from(actions_with_accounts)
        .where(account.c.workspace_id == workspace_id, same)
    )
    width = len(_ACCOUNT)
    return [(Account(*row[:width]), Action(*row[width:])) for row in session.execute(statement)]
