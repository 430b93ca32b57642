"""Keeps tiers where the portfolio's ARR bands put them; a human's overrule, with its reason, stays (issue: tiers)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.domain.tiers import Bands, tier_now
from bot.services.actor import bot_author
from bot.store import ledger, schema
from bot.store.portfolios import Portfolio


def bands_of(portfolio: Portfolio | None) -> Bands | None:
    """The bands that a portfolio has set, if it has."""
    if portfolio is None or portfolio.band_currency is None:
        return None
    high, low = portfolio.high_touch_from_minor, portfolio.low_touch_from_minor
    if high is None or low is None:
        return None
    return Bands(portfolio.band_currency, high, low, portfolio.high_touch_load, portfolio.low_touch_load)


def follow_bands(session: Session, accounts: Iterable[Account], portfolio: Portfolio | None, now: datetime) -> None:
    """Move these accounts of one portfolio to the tiers that their ARR pays for."""
    bands = bands_of(portfolio)
    if portfolio is None or bands is None:
        return
    author = bot_author(portfolio.workspace_id)
    for account in accounts:
        tier = tier_now(account, bands)
        if tier is not account.tier:
            ledger.change(session, author, schema.account, account.id, now, why="the portfolio's ARR bands", tier=tier)
