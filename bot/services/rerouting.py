"""What becomes of a message that Slack refuses for good: somebody who can act is told, once (DESIGN, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.words import PromptState
from bot.outbox.outcome import Claimed, Destination, Moot, Outgoing
from bot.outbox.queue import put
from bot.services import prompting
from bot.services.actor import bot_author
from bot.store import accounts, ledger, members, portfolios, prompts, schema, workspaces
from bot.store.portfolios import Portfolio

# These tell of a refusal; if they are refused in turn there is nobody left to tell but the log.
_LAST_RESORT = frozenset({"channel_lost", "undelivered"})


class Problem(StrEnum):
    """What Slack's refusal is about."""

    PERSON = "person"
    CHANNEL = "channel"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class ChannelLostView:
    """A portfolio's channel no longer takes our messages; `channel` is its Slack id."""

    portfolio: str
    channel: str


@dataclass(frozen=True, slots=True)
class UndeliveredView:
    """A message of this kind could not be sent to `place`, a Slack id; `code` is Slack's reason."""

    kind: str
    place: str
    to_person: bool
    code: str


def refused_for_good(session: Session, row: Claimed, code: str, problem: Problem, now: datetime) -> None:
    """Find the person who has to know about a dead row, in the transaction that buries it."""
    if row.kind in _LAST_RESORT:
        return
    if problem is Problem.PERSON and row.destination is Destination.USER:
        _ask_somebody_else(session, row, code, now)
    elif problem is Problem.CHANNEL and row.destination is Destination.CHANNEL:
        _tell_of_lost_channel(session, row, code, now)
    else:
        _tell_admin(session, row, code, now)


def _ask_somebody_else(session: Session, row: Claimed, code: str, now: datetime) -> None:
    """The deputy, else the manager, answers in place of an owner whom Slack no longer reaches."""
    gone = members.by_slack_id(session, row.workspace_id, row.channel)
    author = bot_author(row.workspace_id)
    if gone is not None:
        ledger.change(session, author, schema.member, gone.id, now, why=code, is_deactivated=True)
    prompt = prompts.by_id(session, row.args["prompt_id"]) if "prompt_id" in row.args else None
    account = accounts.by_id(session, prompt.account_id) if prompt else None
    if prompt is None or account is None:
        _tell_admin(session, row, code, now)
        return
    stand_in = prompting.answerable(session, account)
    if stand_in is None or stand_in.slack_id is None:
        _tell_admin(session, row, code, now)
        return
    asked = ledger.change(
        session,
        author,
        schema.prompt,
        prompt.id,
        now,
        why=f"{gone.name if gone else 'the owner'} cannot be reached: {code}",
        only_if={"state": PromptState.OPEN, "member_id": prompt.member_id},
        member_id=stand_in.id,
    )
    if asked:
        key = f"prompt:{prompt.id}:to:{stand_in.id}:{now.timestamp():.0f}"
        prompting.send_prompt(session, row.workspace_id, prompt.id, stand_in.slack_id, key, now)


def _tell_of_lost_channel(session: Session, row: Claimed, code: str, now: datetime) -> None:
    """The manager of each portfolio that uses the channel is told once, until the channel is set again."""
    uses = [entry for entry in portfolios.of_workspace(session, row.workspace_id) if row.channel in _channels(entry)]
    if not uses:
        _tell_admin(session, row, code, now)
    for portfolio in uses:
        lost = ledger.change(
            session,
            bot_author(row.workspace_id),
            schema.portfolio,
            portfolio.id,
            now,
            why=f"Slack refuses {row.channel}: {code}",
            only_if={"channel_lost_at": None},
            channel_lost_at=now,
        )
        if lost:
            args = {"portfolio_id": portfolio.id, "channel": row.channel}
            _to_person(session, row, f"channel-lost:{portfolio.id}:{now.timestamp():.0f}", "channel_lost", args, now)


def _channels(portfolio: Portfolio) -> tuple[str | None, ...]:
    return portfolio.channel, portfolio.product_channel, portfolio.go_to_market_channel


def _tell_admin(session: Session, row: Claimed, code: str, now: datetime) -> None:
    """Once a day for each kind and reason, whatever the number of messages."""
    args = {"kind": row.kind, "place": row.channel, "to_person": row.destination is Destination.USER, "code": code}
    _to_person(session, row, f"undelivered:{row.kind}:{code}:{now:%Y-%m-%d}", "undelivered", args, now)


def _to_person(session: Session, row: Claimed, key: str, kind: str, args: dict[str, Any], now: datetime) -> None:
    portfolio = portfolios.by_id(session, args.get("portfolio_id"))
    manager = members.by_id(session, portfolio.manager_id) if portfolio else None
    reachable = manager.slack_id if manager and not manager.is_deactivated else None
    slack_id = reachable or workspaces.admin_of(session, row.workspace_id)
    if slack_id is None:
        return
    message = Outgoing(
        key=key,
        workspace_id=row.workspace_id,
        kind=kind,
        channel=slack_id,
        destination=Destination.USER,
        args=args,
        due_at=now,
    )
    put(session, message, now)


def compose_channel_lost(session: Session, args: dict[str, Any], now: datetime) -> ChannelLostView | Moot:
    """Moot once the channel was set again."""
    row = session.execute(select(schema.portfolio).where(schema.portfolio.c.id == args["portfolio_id"])).one()
    if row.channel_lost_at is None:
        return Moot("the channel was set again")
    return ChannelLostView(row.name, args["channel"])


def compose_undelivered(session: Session, args: dict[str, Any], now: datetime) -> UndeliveredView:
    return UndeliveredView(args["kind"], args["place"], args["to_person"], args["code"])
