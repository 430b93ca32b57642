"""The kinds of message of the packet: a look at an acceptance, one that was withdrawn, one that cannot be opened."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.packet import look_messages, queries
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed
from bot.store import accounts, entities, portfolios
from bot.store.entities import Entity


def _of_look(session: Session, row: Claimed) -> Recipient | None:
    look = entities.row_of(session, row.workspace_id, Entity.LOOK, row.args["look_id"])
    account = accounts.in_workspace(session, row.workspace_id, look["account_id"]) if look is not None else None
    if account is None:
        return None
    portfolio = portfolios.in_workspace(session, row.workspace_id, account.portfolio_id)
    return recipients.of_account(session, account, portfolio)


KINDS = (
    # Somebody may look at any time, so its post stays.
    MessageKind(
        look_messages.LOOK,
        queries.LOOK_KEY,
        each(look_messages.compose_look),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind(
        look_messages.WITHDRAWN,
        queries.WITHDRAWN_KEY,
        each(look_messages.compose_withdrawn),
        _of_look,
        Retention(Posts.GO),
    ),
    MessageKind(
        look_messages.UNOPENED,
        queries.UNOPENED_KEY,
        each(look_messages.compose_unopened),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.GO),
    ),
)
