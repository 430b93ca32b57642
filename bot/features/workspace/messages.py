"""The kinds of message about the workspace: the question who an owner of an import is."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.workspace import imported_owners, queries
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed


def _admin(session: Session, row: Claimed) -> Recipient | None:
    return recipients.of_admin(session, row.workspace_id)


KINDS = (
    # Its row tells that the question was asked.
    MessageKind(
        "imported-owner",
        queries.OWNER_KEY,
        each(imported_owners.compose_owner),
        _admin,
        Retention(Posts.STAY, updated=True),
    ),
)
