"""The one kind of message that gaps send: to who gets a gap handed over, or has it taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.actor import Actor
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.domain.values import working_hours
from bot.features.gaps import queries
from bot.features.gaps.views import GapHandedView
from bot.outbox.queue import put
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed, Destination, Moot, Outgoing
from bot.store import accounts, members, proof_state


def put_handed(
    session: Session, by: Actor, gap_id: int, to_member_id: int, now: datetime, *, back: bool = False
) -> None:
    """Tell a colleague that a gap is theirs, or (`back`) theirs no more; within their working hours."""
    to = members.by_id(session, by.workspace_id, to_member_id)
    if to is None or to.slack_id is None:
        return
    message = Outgoing(
        key=queries.HANDED_KEY.of(gap_id, "back" if back else "to", to.id, f"{now.timestamp():.6f}"),
        workspace_id=by.workspace_id,
        kind="gap_handed",
        channel=to.slack_id,
        destination=Destination.USER,
        args={"gap_id": gap_id, "to": to.id, "by": by.member.id, "back": back},
        due_at=working_hours.at_work(now, hours.week_of(to)),
    )
    put(session, message, now)


def compose_handed(session: Session, args: dict[str, Any], now: datetime) -> GapHandedView | Moot:
    """The message as it is true now; moot when the gap is closed, or went elsewhere in the meantime."""
    workspace_id, gap_id = args["workspace_id"], args["gap_id"]
    account_id = queries.account_of_gap(session, workspace_id, gap_id)
    account = accounts.still_there(session, workspace_id, account_id) if account_id is not None else None
    if account is None:
        return Moot("the account is gone")
    state = proof_state.load(session, workspace_id, account.id)
    gap = next((gap for gap in state.gaps if gap.id == gap_id), None)
    if gap is None or (gap.closed_on is not None and not args["back"]):
        return Moot("the gap is closed")
    if (gap.owner_id == args["to"]) is args["back"]:
        return Moot("somebody else has the gap")
    by = members.by_id(session, workspace_id, args["by"])
    outcome = next((outcome for outcome in state.outcomes if outcome.id == gap.outcome_id), None)
    return GapHandedView(
        ref=f"gap:{gap.id}",
        account_id=account.id,
        account=account.name,
        title=gap.title,
        of_outcome=gap.outcome_id is not None,
        by=by.name if by else None,
        next_action=gap.next_action,
        due_on=gap.due_on,
        risk_if_never=outcome.risk_if_never if outcome else gap.risk_if_never,
        back=args["back"],
    )


def _answering(session: Session, row: Claimed) -> Recipient | None:
    """Who answers for the account hears what a colleague could not be told."""
    account_id = queries.account_of_gap(session, row.workspace_id, row.args["gap_id"])
    account = accounts.in_workspace(session, row.workspace_id, account_id) if account_id is not None else None
    return recipients.of_member(recipients.answerable(session, account)) if account else None


KINDS = (MessageKind("gap_handed", queries.HANDED_KEY, each(compose_handed), _answering, Retention(Posts.GO)),)
