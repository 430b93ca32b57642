"""How renewals ended in the demo's past: the book's deeds `renewed` and `lost`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.values.days import add_days, add_months
from bot.features.renewals import results
from bot.features.renewals.results import Left, Renewed


def renewed(session: Session, owner: Actor, account_id: int, deed: Mapping[str, Any], now: datetime) -> None:
    """The owner recorded a renewal for another year, with the order that shows it."""
    arr, _, currency = deed["renewed"].rpartition(" ")
    until = add_months(now.date(), 12)
    new = Renewed(account_id, arr, currency, deed["moved"], until, str(deed["notice"]), deed["decided"], deed["link"])
    results.record_renewed(session, owner, new, now)


def lost(session: Session, owner: Actor, account_id: int, deed: Mapping[str, Any], now: datetime) -> None:
    """The owner recorded that a customer leaves on the next day."""
    new = Left(account_id, add_days(now.date(), 1), deed["lost"], uses_now=deed["uses"], decided=deed["decided"])
    results.record_left(session, owner, new, now)
