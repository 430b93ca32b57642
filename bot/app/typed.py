"""Reads what people type or choose, wherever they do it: days, money, colleagues. What cannot be meant is refused."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.domain.values import days
from bot.domain.values.money import CURRENCIES, MOST_MINOR, Money, parse
from bot.store import members
from bot.store.members import Member


def day_of(text: str, field: str | None = None) -> date:
    """The day written as `2026-03-31`; `UserError` at `field` if it is none, or none that anybody means."""
    try:
        return days.parse_day(text)
    except days.DayOutOfRangeError:
        raise UserError(
            AppRefusal.DAY_OUT_OF_RANGE, field, earliest=days.EARLIEST.year, latest=days.LATEST.year
        ) from None
    except ValueError:
        raise UserError(AppRefusal.DAY_UNREADABLE, field, day=text[:40]) from None


def money_of(typed: str, currency: str, field: str) -> Money | None:
    """The amount in `typed`, in `currency` where it names none; None if it is no amount.

    Refuses what `must_be_money` refuses.
    """
    amount = parse(typed, currency)
    if amount is None:
        return None
    must_be_money(amount.minor, amount.currency, field)
    return amount


def must_be_money(minor: int | None, currency: str | None, field: str) -> None:
    """`UserError` at `field` for a currency that ISO 4217 does not have, and for more money than a row can hold."""
    if currency is not None and currency not in CURRENCIES:
        raise UserError(AppRefusal.CURRENCY_UNKNOWN, field, currency=currency[:10])
    if minor is not None and abs(minor) > MOST_MINOR:
        raise UserError(AppRefusal.MONEY_TOO_LARGE, field)


def colleague_of(session: Session, actor: Actor, slack_id: str) -> Member | None:
    """The full member of the actor's workspace with this Slack id; None for guests, bots and people who left."""
    member = members.by_slack_id(session, actor.workspace_id, slack_id)
    return None if member is None or member.is_guest or member.is_deactivated else member
