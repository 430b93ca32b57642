"""Asks an account's owner for a success plan, for a reader who cannot write one: once a day and reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError
from bot.domain.model import ProofState
from bot.domain.values import working_hours
from bot.domain.values.money import money
from bot.features.accounts import queries
from bot.features.accounts.card_views import PlanAskedView, PlanWantedView
from bot.features.accounts.refusals import AccountRefusal
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Outgoing
from bot.store import accounts, members


def can_be_asked(state: ProofState, actor: Actor) -> bool:
    """Whether the account has an owner who can be asked for a plan, and who is somebody else."""
    owner_id = state.account.owner_id
    return owner_id is not None and not state.owner_left and owner_id != actor.member.id and owner_id in state.names


def ask(session: Session, actor: Actor, account_id: int, now: datetime) -> int:
    """Ask the owner for a success plan, in their working hours; returns the account's id.

    Raises `UserError` where Slack reaches no owner.
    """
    account = account_of(session, actor, account_id)
    owner = recipients.reached(session, account.workspace_id, account.owner_id)
    if owner is None or owner.slack_id is None:
        raise UserError(AccountRefusal.NO_OWNER_TO_ASK, account=account.name)
    message = Outgoing(
        key=queries.PLAN_WANTED_KEY.of(account.id, actor.member.id, actor.today(now)),
        workspace_id=account.workspace_id,
        kind="plan-wanted",
        channel=owner.slack_id,
        destination=Destination.USER,
        args={"account_id": account.id, "member_id": actor.member.id},
        due_at=working_hours.in_work(now, hours.week_of(owner)),
    )
    put(session, message, now)
    return account.id


def asked_view(session: Session, actor: Actor, account_id: int, now: datetime) -> PlanAskedView:
    """Says whom the request went to."""
    account = account_of(session, actor, account_id)
    owner = members.by_id(session, account.workspace_id, account.owner_id)
    return PlanAskedView(account.name, owner.name if owner is not None else None)


def compose(session: Session, args: dict[str, Any], now: datetime) -> PlanWantedView | Moot:
    """The request as the owner reads it; moot once there is a plan."""
    account = accounts.in_workspace(session, args["workspace_id"], args["account_id"])
    if account is None:
        return Moot("the account is gone")
    if queries.has_outcome(session, account):
        return Moot("success is written down by now")
    asker = members.by_id(session, account.workspace_id, args["member_id"])
    amount = money(account.arr_minor, account.currency)
    return PlanWantedView(
        account_id=account.id,
        account=account.name,
        asker=asker.name if asker is not None else None,
        renewal_date=account.renewal_date,
        arr=str(amount) if amount else None,
        today=now.date(),
    )
