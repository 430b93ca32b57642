"""Who had an account lately: handing it over, acting as somebody else, and taking it back does not work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.domain.values.days import shift_moment
from bot.store import hand_overs

HAD_IT = timedelta(days=90)
"""How long somebody must not have had an account before they count as somebody else."""


def had_it_lately(session: Session, account: Account, member_id: int, now: datetime) -> bool:
    """Whether a colleague owned or deputised an account within 90 days, whoever has it now."""
    return bool(hand_overs.had_account_at(session, account, member_id, shift_moment(now, -HAD_IT)))


def is_of_team(session: Session, account: Account, member_id: int, now: datetime) -> bool:
    """Whether a colleague owns or deputises an account, or did lately."""
    return member_id in (account.owner_id, account.deputy_id) or had_it_lately(session, account, member_id, now)
