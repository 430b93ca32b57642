"""The kinds of message that actions send: to Product or go-to-market, back to the owner, and to who is handed one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.actor import Actor
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.domain.account.actions import open_action
from bot.domain.model import Account
from bot.domain.values import working_hours
from bot.domain.values.text import coming_day
from bot.features.actions import actions, queries
from bot.features.actions.views import StepHandedView
from bot.outbox.queue import put
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed, Destination, Moot, Outgoing
from bot.store import accounts, members, portfolios
from bot.store.members import Member


def _manager_or_owner(session: Session, row: Claimed) -> Recipient | None:
    """What a team is asked goes to the manager, who can ask them; without one, back to who answers."""
    account = _account(session, row)
    portfolio = portfolios.in_workspace(session, row.workspace_id, account.portfolio_id) if account else None
    member = members.by_id(session, row.workspace_id, portfolio.manager_id) if portfolio else None
    return recipients.of_member(member) or _answering(session, account)


def _owner(session: Session, row: Claimed) -> Recipient | None:
    return _answering(session, _account(session, row))


def _answering(session: Session, account: Account | None) -> Recipient | None:
    return recipients.of_member(recipients.answerable(session, account)) if account else None


def _account(session: Session, row: Claimed) -> Account | None:
    action = queries.by_id(session, row.workspace_id, row.args["action_id"])
    return accounts.in_workspace(session, row.workspace_id, action.account_id) if action else None


def put_handed(session: Session, by: Actor, action_id: int, to: Member, now: datetime, *, back: bool = False) -> None:
    """Tell a colleague that a step is theirs, or (`back`) theirs no more; within their working hours."""
    if to.slack_id is None:
        return
    message = Outgoing(
        key=queries.HANDED_KEY.of(action_id, "back" if back else "to", to.id, f"{now.timestamp():.6f}"),
        workspace_id=by.workspace_id,
        kind="step_handed",
        channel=to.slack_id,
        destination=Destination.USER,
        args={"action_id": action_id, "to": to.id, "by": by.member.id, "back": back},
        due_at=working_hours.at_work(now, hours.week_of(to)),
    )
    put(session, message, now)


def compose_handed(session: Session, args: dict[str, Any], now: datetime) -> StepHandedView | Moot:
    """The message as it is true now; moot when the step is over, or went elsewhere in the meantime."""
    workspace_id, action_id = args["workspace_id"], args["action_id"]
    step = queries.by_id(session, workspace_id, action_id)
    account = accounts.still_there(session, workspace_id, step.account_id) if step else None
    to = members.by_id(session, workspace_id, args["to"])
    if step is None or account is None or to is None:
        return Moot("the account is gone")
    today = working_hours.local_day(now, to.tz)
    if not open_action(step, today) and not args["back"]:
        return Moot("the step is over")
    if (step.owner_id == to.id) is args["back"]:
        return Moot("somebody else has the step")
    by = members.by_id(session, workspace_id, args["by"])
    return StepHandedView(
        account_id=account.id,
        account=account.name,
        text=step.text,
        by=by.name if by else None,
        due=coming_day(step.due_on, today) if step.due_on else None,
        back=args["back"],
    )


KINDS = (
    MessageKind("step_handed", queries.HANDED_KEY, each(compose_handed), _owner, Retention(Posts.GO)),
    # Editing an answer sends its action out, unless it was sent out before: so its post stays.
    MessageKind(
        "loop",
        queries.LOOP_KEY,
        each(actions.compose_loop),
        _manager_or_owner,
        Retention(Posts.STAY, updated=True),
        in_channel=True,
    ),
    MessageKind(
        "loop_answered",
        queries.LOOP_ANSWERED_KEY,
        each(actions.compose_loop_answered),
        _owner,
        Retention(Posts.GO_AS_REPLIES),
    ),
)
