"""The kinds of message that tell people of messages which Slack refused."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.undelivered import lost_channels, queries, reroute, set_aside_notices
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed


def _manager(session: Session, row: Claimed) -> Recipient | None:
    return recipients.manager_or_admin(session, row.workspace_id, row.args["portfolio_id"])


def _admin(session: Session, row: Claimed) -> Recipient | None:
    return recipients.of_admin(session, row.workspace_id)


KINDS = (
    MessageKind(
        "channel_lost",
        queries.CHANNEL_LOST_KEY,
        each(lost_channels.compose_channel_lost),
        _manager,
        Retention(Posts.GO),
    ),
    MessageKind(
        "set_aside",
        queries.SET_ASIDE_KEY,
        each(set_aside_notices.compose_set_aside),
        _admin,
        Retention(Posts.GO),
    ),
    MessageKind("undelivered", queries.UNDELIVERED_KEY, each(reroute.compose_undelivered), _admin, Retention(Posts.GO)),
)
