"""What moved at a portfolio's customers lately, for one line of the digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.values.days import shift_moment
from bot.features.portfolios import queries
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.phrases import say
from bot.store.portfolios import Portfolio

WINDOW = timedelta(days=30)


def movement_line(session: Session, portfolio: Portfolio, customers: int, now: datetime) -> str:
    """How many of so many customers had belief, behaviour or economics move, and which decisions answers changed."""
    since = shift_moment(now, -WINDOW)
    moved = queries.moved_since(session, portfolio.workspace_id, portfolio.id, since, now)
    return say(
        PortfolioPhrase.MOVEMENT,
        moved=moved.accounts,
        customers=customers,
        days=WINDOW.days,
        theirs=moved.theirs,
        ours=moved.ours,
    )
