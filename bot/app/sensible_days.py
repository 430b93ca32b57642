"""Whether a day that somebody typed can be meant: what has happened, what is to come, and what comes after what.

`bot.domain.values.days` refuses the extremes. Here a use case asks about its own dates, and names the field at fault.
"""

from __future__ import annotations

from datetime import date

from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.model import Account


def must_have_been(on: date | None, today: date, field: str) -> None:
    """Refuse a day that is still to come, for what has happened."""
    if on is not None and on > today:
        raise UserError(AppRefusal.DAY_STILL_TO_COME, field)


def must_be_to_come(on: date | None, today: date, field: str) -> None:
    """Refuse a day that has passed, for what somebody is to do; today will do."""
    if on is not None and on < today:
        raise UserError(AppRefusal.DAY_HAS_PASSED, field)


def must_follow_contract_start(account: Account, on: date | None, field: str) -> None:
    """Refuse a day before the account's contract began, for what they got under it."""
    start = account.contract_start
    if on is not None and start is not None and on < start:
        raise UserError(AppRefusal.BEFORE_CONTRACT_START, field, account=account.name, start=start)


def must_follow(on: date | None, earlier: date | None, field: str, kind: str) -> None:
    """Refuse a day before another one; `kind` names that one for `templates/app/refusals.yml`."""
    if on is not None and earlier is not None and on < earlier:
        raise UserError(AppRefusal.DAYS_REVERSED, field, earlier=earlier, kind=kind)
