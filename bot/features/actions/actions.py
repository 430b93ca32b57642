"""Actions on their loop: posted to Product or go-to-market, answered, and closed once the customer was told."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import row_of
from bot.app.actor import Actor, UserError, may_write, must_read, must_write
from bot.app.assessments import assessed, rules_day
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account import actions
from bot.domain.account.actions import state_of
from bot.domain.enums import Loop
from bot.domain.model import Account, Action
from bot.domain.values.money import money
from bot.domain.values.text import coming_day
from bot.features.actions import queries
from bot.features.actions.refusals import ActionRefusal
from bot.features.actions.views import (
    ActionFormView,
    ActionLine,
    ActionsView,
    LoopAnsweredView,
    LoopView,
)
from bot.outbox import message_family
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.phrases import phrase
from bot.store import accounts, ledger, members, portfolios
from bot.store.entities import Entity
from bot.store.members import Member

_OVER = ("told_on", "dropped_on")
_FIELDS = {
    **dict.fromkeys(("text", "told_on", "dropped_on", "loop_answered_on", "loop_answer", "theme"), "words"),
    "owner_id": "colleague",
}
"""The input of a form that shows a column."""
_AWAY = (Loop.PRODUCT, Loop.GO_TO_MARKET)


def actions_view(session: Session, actor: Actor, account_id: int, now: datetime) -> ActionsView:
    """The open steps of an account, the one that is due first at the top."""
    state, assessment = assessed(session, actor, account_id, now)
    on, today = assessment.on, actor.today(now)
    waiting = [action for action in state.actions if actions.open_action(action, on)]
    waiting.sort(key=lambda action: (action.due_on or date.max, action.id))
    can_write = may_write(session, actor, state.account)
    lines = tuple(
        ActionLine(
            action_id=action.id,
            text=action.text,
            loop=action.loop,
            state=state_of(action, on),
            owner=state.names.get(action.owner_id) if action.owner_id else None,
            due=coming_day(action.due_on, today) if action.due_on else None,
            overdue=action.due_on is not None and action.due_on < today,
            ask=action.loop is not Loop.OURSELVES,
            answer=action.loop_answer,
            can_act=can_write or action.owner_id == actor.member.id,
        )
        for action in waiting
    )
    return ActionsView(account_id, state.account.name, lines)


def post_to_loop_channel(session: Session, workspace_id: int, action_id: int, now: datetime) -> None:
    """Post an action to the channel of its loop, once; without a channel nothing is sent and the card shows it."""
    action, account = _queued_action(session, workspace_id, action_id)
    if action.loop not in _AWAY:
        return
    portfolio = portfolios.in_workspace(session, workspace_id, account.portfolio_id)
    if portfolio is None:
        return
    channel = portfolio.product_channel if action.loop is Loop.PRODUCT else portfolio.go_to_market_channel
    if channel is None:
        return
    put(
        session,
        Outgoing(
            key=queries.LOOP_KEY.of(action_id),
            workspace_id=account.workspace_id,
            kind="loop",
            channel=channel,
            args={"action_id": action_id},
            due_at=now,
        ),
        now,
    )


def answer_loop(session: Session, actor: Actor, action_id: int, words: str, now: datetime) -> None:
    """Product or go-to-market answers: what changed, or will not. Any member may speak for them."""
    must_read(actor)
    action, account = as_shown(session, action_id, actor, now, *_OVER, "loop_answered_on", "loop_answer")
    if not words.strip():
        raise UserError(ActionRefusal.ANSWER_MISSING, "words")
    changes: dict[str, Any] = {"loop_answered_on": actor.today(now), "loop_answer": words.strip()}
    if action.told_on is not None:
        refusal = UserError(ActionRefusal.CUSTOMER_TOLD_ALREADY)
        raise refusal.renewing(lambda later, moment: refresh_post(later, action, account, moment))
    ledger.change(session, actor.author, Entity.ACTION, action_id, now, **changes)
    refresh_post(session, action, account, now)
    owner = _member(session, account, action.owner_id) or _member(session, account, account.owner_id)
    if owner and owner.slack_id:
        put(
            session,
            Outgoing(
                key=queries.LOOP_ANSWERED_KEY.of(action_id, f"{now.timestamp():.0f}"),
                workspace_id=account.workspace_id,
                kind="loop_answered",
                channel=owner.slack_id,
                destination=Destination.USER,
                args={"action_id": action_id},
                due_at=now,
            ),
            now,
        )


def set_theme(session: Session, actor: Actor, action_id: int, theme: str, now: datetime) -> None:
    """Set the theme of an action, so that actions with the same theme are counted together."""
    must_read(actor)
    action, account = as_shown(session, action_id, actor, now, "theme")
    name = " ".join(theme.split())
    if not name:
        raise UserError(ActionRefusal.THEME_MISSING, "words")
    ledger.change(session, actor.author, Entity.ACTION, action_id, now, theme=name)
    refresh_post(session, action, account, now)


def action_form(session: Session, actor: Actor, action_id: int, kind: str, now: datetime) -> ActionFormView:
    """The form that answers an action, closes it or names its theme."""
    must_read(actor)
    _, account = action_and_account(session, actor, action_id)
    seen = version_of_account(session, actor, account.id)
    action, account = action_and_account(session, actor, action_id)
    if kind == "told":
        must_close(session, action, account, actor)
    themes = queries.themes(session, account.workspace_id) if kind == "theme" else ()
    return ActionFormView(action_id, account.name, action.text, kind, action.loop_answer, themes, seen)


def compose_loop(session: Session, args: dict[str, Any], now: datetime) -> LoopView | Moot:
    """An action as its channel sees it now."""
    action, account = _queued_action(session, args["workspace_id"], args["action_id"])
    if action.dropped_on is not None:
        return Moot("the action was dropped")
    owner = _member(session, account, action.owner_id)
    arr = money(account.arr_minor, account.currency)
    same = queries.open_with_theme(session, account.workspace_id, action.theme) if action.theme else []
    recurring = actions.recurring(same, rules_day(now))
    return LoopView(
        action.id,
        account.id,
        account.name,
        str(arr) if arr else None,
        action.text,
        action.loop,
        state_of(action, rules_day(now)),
        action.theme,
        phrase(recurring[0].fact) if recurring else None,
        owner.slack_id or owner.name if owner else None,
        action.due_on,
        action.loop_answer,
        action.told_words,
    )


def compose_loop_answered(session: Session, args: dict[str, Any], now: datetime) -> LoopAnsweredView | Moot:
    """Tells the owner what Product or go-to-market answered; moot once the customer was told."""
    action, account = _queued_action(session, args["workspace_id"], args["action_id"])
    if action.told_on is not None or action.loop_answer is None:
        return Moot("the customer was told already")
    return LoopAnsweredView(action.id, account.name, action.text, action.loop, action.loop_answer)


def action_and_account(session: Session, actor: Actor, action_id: int) -> tuple[Action, Account]:
    """An action of the actor's workspace, with its account; `UserError` where there is none."""
    account, row = row_of(session, actor, Entity.ACTION, action_id)
    return Action(**{field.name: row[field.name] for field in fields(Action)}), account


def as_shown(session: Session, action_id: int, actor: Actor, now: datetime, *columns: str) -> tuple[Action, Account]:
    """An action to change, if these columns of it are as the form showed them."""
    _, account = action_and_account(session, actor, action_id)
    row = ShownRow(Entity.ACTION, action_id, columns, _FIELDS)
    must_be_as_shown(session, actor, account.id, now, row)
    return action_and_account(session, actor, action_id)


def _member(session: Session, account: Account, member_id: int | None) -> Member | None:
    return members.by_id(session, account.workspace_id, member_id)


def _queued_action(session: Session, workspace_id: int, action_id: int) -> tuple[Action, Account]:
    """An action that is in the outbox, with its account."""
    action = queries.by_id(session, workspace_id, action_id)
    account = accounts.in_workspace(session, workspace_id, action.account_id) if action else None
    assert action is not None and account is not None
    return action, account


def must_close(session: Session, action: Action, account: Account, actor: Actor) -> None:
    """Raise `UserError` unless the actor has this action or may write its account."""
    if action.owner_id != actor.member.id:
        must_write(session, actor, account)


def refresh_post(session: Session, action: Action, account: Account, now: datetime) -> None:
    """Have the post of an action in Product's or go-to-market's channel, if there is one, show how it stands."""
    post = message_family.newest(session, account.workspace_id, queries.LOOP_KEY.of(action.id))
    if post is not None:
        put(
            session,
            Outgoing(
                key=f"{queries.LOOP_KEY.of(action.id)}@{now.timestamp():.6f}",
                workspace_id=account.workspace_id,
                kind="loop",
                op=Op.UPDATE,
                target_key=post.key,
                args={"action_id": action.id},
                due_at=now,
            ),
            now,
        )
