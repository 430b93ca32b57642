"""The kinds of message that portfolios send: the digest, the pages behind it, what the manager alone gets, and that
a portfolio has no customer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.portfolios import digest, empty_portfolios, queries
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed


def _managers(session: Session, row: Claimed) -> Recipient | None:
    digest_row = queries.by_id(session, row.workspace_id, row.args["digest_id"])
    return recipients.of_managers(session, row.workspace_id, digest_row.portfolio_id if digest_row else None)


def _manager_alone(session: Session, row: Claimed) -> Recipient | None:
    """Never the channel: what is said of owners goes to the manager, else to an admin."""
    digest_row = queries.said_by(session, row.workspace_id, row.args["digest_id"])
    return recipients.manager_or_admin(session, row.workspace_id, digest_row.portfolio_id if digest_row else None)


KINDS = (
    MessageKind(
        "digest", queries.DIGEST_KEY, each(digest.compose_digest), _managers, Retention(Posts.GO), in_channel=True
    ),
    MessageKind(
        "digest-rest",
        queries.DIGEST_REST_KEY,
        each(digest.compose_rest),
        _managers,
        Retention(Posts.GO_AS_REPLIES),
        in_channel=True,
    ),
    MessageKind(
        "digest-private",
        queries.DIGEST_PRIVATE_KEY,
        each(digest.compose_private),
        _manager_alone,
        Retention(Posts.GO),
    ),
    # Its row tells that an admin was told.
    MessageKind(
        "digest-empty",
        queries.DIGEST_EMPTY_KEY,
        each(empty_portfolios.compose_empty),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.STAY),
    ),
)
