"""The kinds of message that actions send: to Product or go-to-market, and back to the owner."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.domain.model import Account
from bot.features.actions import actions, queries
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed
from bot.store import accounts, members, portfolios


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


KINDS = (
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
