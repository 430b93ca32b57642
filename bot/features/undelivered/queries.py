"""All SQL on lost channels, and the keys of the messages about undelivered messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy import literal_column as literally
from sqlalchemy.orm import Session

from bot.outbox.types import MessageKey
from bot.store import schema, serving
from bot.store.entities import Entity
from bot.store.portfolios import CHANNELS
from bot.store.schema.outbox import outbox
from bot.store.set_aside import not_resting

CHANNEL_LOST_KEY = MessageKey("channel-lost")
UNDELIVERED_KEY = MessageKey("undelivered")
SET_ASIDE_KEY = MessageKey("set-aside")


def channel_with_new_post(
    session: Session, job: str, kinds: Collection[str], since: datetime, now: datetime
) -> tuple[int, int, str] | None:
    """One lost channel where a post of these kinds arrived after the loss and `since`, which `job` has not set aside.

    As workspace id, id of a portfolio that uses it, and channel.

    The values of the states are written out, so that the database uses the partial index on finished rows.
    """
    table, sent = schema.portfolio.c, outbox.c
    has_arrived = and_(
        sent.state.in_([literally("'sent'"), literally("'dropped'")]),
        sent.state == "sent",
        sent.kind.in_(kinds),
        sent.op == "post",
        sent.finished_at > since,
        sent.workspace_id == table.workspace_id,
    )
    is_back = or_(
        *(
            and_(
                table[f"{use}_lost_at"].is_not(None),
                sent.channel == table[use],
                sent.finished_at > table[f"{use}_lost_at"],
            )
            for use in CHANNELS
        )
    )
    has_lost_channel = or_(*(table[f"{use}_lost_at"].is_not(None) for use in CHANNELS))
    channels = select(table.workspace_id, table.id, sent.channel).join_from(
        schema.portfolio, outbox, has_arrived & is_back
    )
    served = serving.is_served(session, table.workspace_id)
    waiting = served & has_lost_channel & not_resting(job, Entity.PORTFOLIO, table.id, now)
    row = session.execute(channels.where(waiting).limit(1)).first()
    return None if row is None else (row[0], row[1], row[2])
