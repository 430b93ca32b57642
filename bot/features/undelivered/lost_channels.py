"""Notices channels that no longer take our messages, tells the manager once, and notices when they do again.

A channel is lost from the refusal on until Slack says that it is back (unarchived, or we were invited), a post arrives
there, or the portfolio is set up again. Meanwhile its news goes to the manager, and `/portfolio` and Home show it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.actor import bot_author
from bot.app.isolation import isolated
from bot.features.undelivered import queries
from bot.features.undelivered.phrases import UndeliveredPhrase
from bot.features.undelivered.views import ChannelLostView
from bot.outbox.queue import put
from bot.outbox.types import SHARED_OUTSIDE, Claimed, Moot, Outgoing
from bot.phrases import say
from bot.store import ledger, portfolios
from bot.store.entities import Entity
from bot.store.portfolios import CHANNELS, Portfolio
from bot.store.set_aside import Unit

NOTICING = "notice channels that came back"
"""The name of the clock's job."""
_LOOKED_BACK = timedelta(hours=1)

log = structlog.get_logger("channels")


def mark_channel_lost(session: Session, row: Claimed, code: str, now: datetime) -> bool:
    """Mark the channel of a refused row as lost, and tell each manager once; False if no portfolio uses it."""
    affected = [
        portfolio for portfolio in portfolios.of_workspace(session, row.workspace_id) if _uses(portfolio, row.channel)
    ]
    for portfolio in affected:
        newly_lost = [use for use in _uses(portfolio, row.channel) if getattr(portfolio, f"{use}_lost_at") is None]
        lost = newly_lost and ledger.change(
            session,
            bot_author(row.workspace_id),
            Entity.PORTFOLIO,
            portfolio.id,
            now,
            why=say(UndeliveredPhrase.CHANNEL_REFUSED, channel=row.channel, error=code),
            only_if={f"{use}_lost_at": None for use in newly_lost},
            **{f"{use}_lost_at": now for use in newly_lost},
        )
        if lost:
            _tell(session, portfolio, row, code, now)
    return bool(affected)


def mark_channel_recovered(
    session: Session, workspace_id: int, channel: str, now: datetime, surface: str = "event"
) -> None:
    """A channel takes messages again: nothing that uses it is lost any more."""
    for portfolio in portfolios.of_workspace(session, workspace_id):
        cleared = {f"{use}_lost_at": None for use in _uses(portfolio, channel)}
        author = bot_author(workspace_id, surface)
        if cleared and ledger.change(session, author, Entity.PORTFOLIO, portfolio.id, now, **cleared):
            log.info("slack.channel_found", channel=channel, portfolio=portfolio.id)


def notice_posts(kinds: Collection[str], session: Session, now: datetime) -> bool:
    """Mark one lost channel as recovered where a message of these kinds arrived within the last hour; False if none."""
    place = queries.channel_with_new_post(session, NOTICING, kinds, now - _LOOKED_BACK, now)
    if place is None:
        return False
    workspace_id, portfolio_id, channel = place
    unit = Unit(workspace_id, Entity.PORTFOLIO, portfolio_id)
    isolated(
        session,
        NOTICING,
        {unit: channel},
        lambda _: mark_channel_recovered(session, workspace_id, channel, now, "clock"),
        now,
    )
    return True


def compose_channel_lost(session: Session, args: dict[str, Any], now: datetime) -> ChannelLostView | Moot:
    """The message about a lost channel; moot once it takes messages again or another one was chosen."""
    portfolio = portfolios.in_workspace(session, args["workspace_id"], args["portfolio_id"])
    lost = [use for use in CHANNELS if portfolio and _is_lost(portfolio, use, args["channel"])]
    if portfolio is None or not lost:
        return Moot("the channel is back, or another one was chosen")
    teams = {"product_channel": "Product", "go_to_market_channel": "go-to-market"}
    loops = tuple(team for use, team in teams.items() if use in lost)
    shared = args.get("code") == SHARED_OUTSIDE
    return ChannelLostView(portfolio.id, portfolio.name, args["channel"], "channel" in lost, loops, shared)


def _uses(portfolio: Portfolio, channel: str) -> list[str]:
    """What the portfolio uses this channel for: names of its columns."""
    return [use for use in CHANNELS if getattr(portfolio, use) == channel]


def _is_lost(portfolio: Portfolio, use: str, channel: str) -> bool:
    return getattr(portfolio, use) == channel and getattr(portfolio, f"{use}_lost_at") is not None


def _tell(session: Session, portfolio: Portfolio, row: Claimed, code: str, now: datetime) -> None:
    recipient = recipients.of_manager(session, portfolio)
    if recipient is None:
        log.error("outbox.nobody_to_tell", key=row.key, kind="channel_lost", place=row.channel)
        return
    message = Outgoing(
        key=queries.CHANNEL_LOST_KEY.of(portfolio.id, row.id),
        workspace_id=row.workspace_id,
        kind="channel_lost",
        channel=recipient.to,
        destination=recipient.destination,
        args={"portfolio_id": portfolio.id, "channel": row.channel, "code": code},
        due_at=now,
    )
    put(session, message, now)
