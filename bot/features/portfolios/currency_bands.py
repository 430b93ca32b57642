"""Bands of further currencies: an account that pays in a currency without a band gets no tier by its ARR."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.shown import version_of_portfolio
from bot.app.typed import must_be_money
from bot.domain.account.tiers import Bands
from bot.features.accounts.tiers import bands_of, other_bands_of, other_bands_written
from bot.features.portfolios import bands
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.setup import change_portfolio, managed_portfolio
from bot.features.portfolios.views import CurrencyBandSavedView, CurrencyBandView, WithoutBand
from bot.store import portfolios, review_queue
from bot.store.portfolios import Portfolio

_COLUMN = "other_bands_minor"


def band_form(session: Session, actor: Actor, portfolio_id: int, currency: str, now: datetime) -> CurrencyBandView:
    """The form for the band of one further currency, filled with what is set."""
    seen = version_of_portfolio(session, actor, portfolio_id)
    portfolio = managed_portfolio(session, actor, portfolio_id)
    _must_be_further(portfolio, currency)
    band = next((band for band in other_bands_of(portfolio) if band.currency == currency), None)
    high, low = (band.high_load_minor, band.low_load_minor) if band else (None, None)
    return CurrencyBandView(
        portfolio_id=portfolio.id,
        portfolio=portfolio.name,
        currency=currency,
        accounts=dict(portfolios.customers_by_currency(session, actor.workspace_id, portfolio.id)).get(currency, 0),
        main=bands.bands_written(portfolio),
        bands=bands.written(band.high_from_minor, band.low_from_minor, currency) if band else "",
        loads=bands.written(high, low, currency) if high is not None and low is not None else "",
        seen=seen,
    )


def set_band(
    session: Session, actor: Actor, portfolio_id: int, currency: str, now: datetime, *, typed: str, loads: str
) -> int:
    """Set the band of one further currency, and the ARR that one owner is expected to carry of it; returns the id.

    The tiers of all its accounts are looked at again at once. Nothing typed takes the band away.
    """
    portfolio = managed_portfolio(session, actor, portfolio_id)
    _must_be_further(portfolio, currency)
    others = [band for band in other_bands_of(portfolio) if band.currency != currency]
    if typed.strip():
        others.append(_band(currency, typed, loads))
    review_queue.look_soon(session, actor.workspace_id, portfolio.id, now)
    change_portfolio(session, portfolio, {_COLUMN: other_bands_written(others)}, now, _COLUMN, by=actor)
    return portfolio.id


def band_saved(
    session: Session, actor: Actor, portfolio_id: int, currency: str, now: datetime
) -> CurrencyBandSavedView:
    """What stands now that the band of a currency was saved."""
    form = band_form(session, actor, portfolio_id, currency, now)
    return CurrencyBandSavedView(form.portfolio, form.currency, form.bands, form.loads, form.accounts)


def currencies_without_band(session: Session, portfolio: Portfolio) -> tuple[WithoutBand, ...]:
    """The currencies for which a portfolio with bands has none, and how many customers wait for it."""
    of_portfolio = bands_of(portfolio)
    if of_portfolio is None:
        return ()
    counted = portfolios.customers_by_currency(session, portfolio.workspace_id, portfolio.id)
    return tuple(WithoutBand(currency, count) for currency, count in counted if of_portfolio.of(currency) is None)


def _band(currency: str, typed: str, loads: str) -> Bands:
    amounts = bands.two_amounts(typed, currency, "bands")
    if amounts is None:
        raise UserError(PortfolioRefusal.BANDS_UNREADABLE, "bands")
    high, low = amounts
    if {high.currency, low.currency} != {currency}:
        raise UserError(PortfolioRefusal.BAND_OF_ANOTHER_CURRENCY, "bands", currency=currency)
    if not bands.rises(high, low):
        raise UserError(PortfolioRefusal.BANDS_REVERSED, "bands")
    if not loads.strip():
        return Bands(currency, high.minor, low.minor)
    carried = bands.two_amounts(loads, currency, "loads")
    if carried is None or min(amount.minor for amount in carried) <= 0:
        raise UserError(PortfolioRefusal.ARR_LOADS_UNREADABLE, "loads", currency=currency)
    if {amount.currency for amount in carried} != {currency}:
        raise UserError(PortfolioRefusal.LOADS_OF_ANOTHER_CURRENCY, "loads", currency=currency)
    return Bands(currency, high.minor, low.minor, high_load_minor=carried[0].minor, low_load_minor=carried[1].minor)


def _must_be_further(portfolio: Portfolio, currency: str) -> None:
    """Refuse what is no currency, a portfolio that sets tiers by hand, and the currency that its own form sets."""
    must_be_money(None, currency, "bands")
    if portfolio.band_currency is None:
        raise UserError(PortfolioRefusal.NO_BANDS_YET)
    if portfolio.band_currency == currency:
        raise UserError(PortfolioRefusal.HAS_BAND)
