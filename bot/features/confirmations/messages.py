"""The kinds of message that confirmations send: the question to the customer, its answer, and who somebody is."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.confirmations import posting, queries
from bot.features.confirmations.vouching import voucher
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed
from bot.store import accounts, confirmations, members


def _asker(session: Session, row: Claimed) -> Recipient | None:
    """Who asked hears that the question could not be posted."""
    asked = confirmations.in_workspace(session, row.workspace_id, row.args["confirmation_id"])
    return recipients.of_member(members.by_id(session, row.workspace_id, asked.asked_by)) if asked else None


def _owner(session: Session, row: Claimed) -> Recipient | None:
    account = accounts.in_workspace(session, row.workspace_id, row.args["account_id"])
    return recipients.of_member(recipients.answerable(session, account)) if account else None


def _voucher(session: Session, row: Claimed) -> Recipient | None:
    account = accounts.in_workspace(session, row.workspace_id, row.args["account_id"])
    return recipients.of_member(voucher(session, account, row.due_at)) if account else None


KINDS = (
    # It alone is posted where another organisation reads, so it is not one of those `in_channel`. A question may be
    # answered or called off at any time, so its post stays.
    MessageKind(
        posting.QUESTION,
        queries.ASK_KEY,
        each(posting.compose_question),
        _asker,
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind(posting.ANSWERED, queries.ANSWERED_KEY, each(posting.compose_answered), _owner, Retention(Posts.GO)),
    # Who somebody is may be decided at any time.
    MessageKind(
        posting.PERSON,
        queries.PERSON_KEY,
        each(posting.compose_person_question),
        _voucher,
        Retention(Posts.STAY, updated=True),
    ),
)
