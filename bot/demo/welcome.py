"""The first message of the demo: what there is to try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.message_kinds import MessageKind, each
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import MessageKey
from bot.store import schema


@dataclass(frozen=True, slots=True)
class DemoWelcomeView:
    """Whom to be and what to type; `owner` is the Slack id of the one who is asked next."""

    owner: str | None
    account: str | None


def compose_welcome(session: Session, args: dict[str, Any], now: datetime) -> DemoWelcomeView:
    """The welcome, with the prompt that comes next."""
    cadence, account, member = schema.cadence, schema.account, schema.member
    statement = (
        select(member.c.slack_id, account.c.name)
        .select_from(cadence)
        .join(account, account.c.id == cadence.c.account_id)
        .join(member, member.c.id == account.c.owner_id)
        .where(account.c.workspace_id == args["workspace_id"], cadence.c.active, cadence.c.next_prompt_at > now)
        .order_by(cadence.c.next_prompt_at)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return DemoWelcomeView(row.slack_id, row.name) if row else DemoWelcomeView(None, None)


WELCOME = MessageKind("demo_welcome", MessageKey("demo"), each(compose_welcome), None, Retention(Posts.STAY))
