"""Tells who reviews an account that a risk was closed with words alone, so that words are read by somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.recipients import Recipient, of_member
from bot.app.reviewers import reviewer
from bot.domain.enums import Closing
from bot.domain.labels import label
from bot.domain.model import Account
from bot.domain.values import working_hours
from bot.features.risks import queries
from bot.features.risks.views import ClosedByWordsView
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Moot, Outgoing
from bot.store import accounts, members
from bot.store.members import Member


def tell_reviewer(session: Session, account: Account, risk_id: int, by: Member, now: datetime) -> None:
    """Put the message to who reviews the account, in their working hours. Nobody is told of what they closed."""
    reader = reviewer(session, account)
    if reader is None or reader.id == by.id or reader.slack_id is None:
        return
    risk = queries.by_id(session, account.workspace_id, risk_id)
    assert risk is not None
    message = Outgoing(
        key=queries.CLOSED_KEY.of(risk_id, queries.last_note_id(session, risk)),
        workspace_id=account.workspace_id,
        kind="risk-closed",
        channel=reader.slack_id,
        destination=Destination.USER,
        args={"risk_id": risk_id, "by": by.id, "closed_at": now.isoformat()},
        due_at=working_hours.in_work(now, hours.week_of(reader)),
    )
    put(session, message, now)


def compose_closed(session: Session, args: dict[str, Any], now: datetime) -> ClosedByWordsView | Moot:
    """Who closed what with which words; moot when the risk is open again, or was closed in another way since."""
    workspace_id = args["workspace_id"]
    risk = queries.by_id(session, workspace_id, args["risk_id"])
    account = accounts.in_workspace(session, workspace_id, risk.account_id) if risk else None
    if risk is None or account is None:
        return Moot("the risk is gone")
    if risk.closing is not Closing.WORDS or risk.closed_at != datetime.fromisoformat(args["closed_at"]):
        return Moot("the risk is open again, or was closed in another way")
    by = members.by_id(session, workspace_id, args["by"])
    owns = by is not None and by.id == account.owner_id
    name = by.name if by else None
    return ClosedByWordsView(
        risk.id, account.id, account.name, label(risk.kind), risk.fact, name, owns, risk.closed_how or ""
    )


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who reads it when Slack refuses the reader."""
    risk = queries.by_id(session, row.workspace_id, row.args["risk_id"])
    account = accounts.in_workspace(session, row.workspace_id, risk.account_id) if risk else None
    return None if account is None else of_member(reviewer(session, account, but=(row.args["by"],)))
